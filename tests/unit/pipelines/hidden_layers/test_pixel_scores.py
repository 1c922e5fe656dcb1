"""Raw scores of a scene, on the network and graphs of the hidden-layer tests."""

import numpy as np
import pytest
import torch

from artextract_cli.evidence.maps import MAPS
from artextract_cli.pipelines.hidden_layers import pixel_scores
from artextract_cli.pipelines.hidden_layers.evidence_graph import compressed
from artextract_cli.pipelines.hidden_layers.pixel_scores import (
    OF_PIXELS,
    RawScores,
    node_scores,
    raw_scores,
)
from tests.helpers.evidence_graphs import SHAPE, new_graph, new_network
from tests.helpers.scenes import by_distance

CPU = torch.device("cpu")


def scores(seed: int = 0) -> RawScores:
    network = new_network().eval()
    return raw_scores(network, new_graph(seed), None, by_distance, engine="torch", device=CPU)


def test_scores_are_maps() -> None:
    raw = scores()
    assert list(raw.maps()) == ["fused", "dark", "light", "network", "residual", "envelope"]
    for found in raw.maps().values():
        assert found.shape == SHAPE
        assert found.dtype == np.float32
        assert np.isfinite(found).all()
    assert not raw.z.requires_grad


def test_the_fused_score_is_of_either_sign() -> None:
    raw = scores()
    np.testing.assert_allclose(raw.fused, np.logaddexp(raw.dark, raw.light), rtol=1e-4, atol=1e-5)
    assert not np.allclose(raw.dark, raw.light)


def test_the_envelope_score_needs_no_network() -> None:
    graph = new_graph()
    maps = np.zeros_like(graph.pixels)
    maps[3, 5, MAPS.index("skipped_dark_long")] = -7
    maps[3, 5, MAPS.index("chained_dark_long")] = -2
    maps[3, 5, MAPS.index("envelope_dark_long")] = 4
    maps[3, 5, MAPS.index("residual_long")] = -5
    graph.pixels[:] = compressed(maps)
    raw = raw_scores(new_network().eval(), graph, None, by_distance, engine="torch", device=CPU)
    assert raw.envelope[3, 5] == pytest.approx(7 + 1 - 2 + 0.3 * 5, rel=1e-4)
    assert np.count_nonzero(raw.envelope) == 1


def test_the_network_score_is_the_distance_of_its_superpixel() -> None:
    raw, labels = scores(), new_graph().labels
    z = raw.z.numpy()
    distances = np.linalg.norm(z[:, 0] - z[:, 1], axis=1)
    np.testing.assert_allclose(raw.network, distances[labels], rtol=1e-5)


def test_the_residual_score_needs_no_network() -> None:
    graph = new_graph()
    maps = np.zeros_like(graph.pixels)
    maps[3, 5, MAPS.index("residual_long")] = -7
    maps[3, 5, MAPS.index("photograph_residual_short")] = 2
    graph.pixels[:] = compressed(maps)
    raw = raw_scores(new_network().eval(), graph, None, by_distance, engine="torch", device=CPU)
    assert raw.residual[3, 5] == pytest.approx(9, rel=1e-4)
    assert np.count_nonzero(raw.residual) == 1


def test_parts_make_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = scores()
    monkeypatch.setattr(pixel_scores, "PIXELS_AT_ONCE", 37)
    np.testing.assert_allclose(scores().fused, at_once.fused, rtol=1e-4, atol=1e-6)


def test_the_mask_says_what_is_pooled_but_every_pixel_is_scored() -> None:
    mask = np.ones(SHAPE, np.bool_)
    mask[:, :4] = False
    network = new_network().eval()
    masked = raw_scores(network, new_graph(), mask, by_distance, engine="torch", device=CPU)
    unmasked = scores()
    for name in ("residual", "envelope"):
        np.testing.assert_array_equal(masked.maps()[name], unmasked.maps()[name])
    # What the painting is like as a whole is among what a pixel's score follows from.
    np.testing.assert_allclose(masked.fused, unmasked.fused, atol=0.01)
    assert not np.array_equal(masked.fused, unmasked.fused)
    pooled = network.pool(masked.batch, masked.z)[0]
    inside = masked.batch.inside
    assert inside.sum() == 12
    torch.testing.assert_close(pooled, masked.z[inside].amax(0))


def test_evidence_as_a_tensor_gives_the_same_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, expected = new_graph(), scores()
    monkeypatch.setattr(pixel_scores, "PIXELS_ON_A_GPU", 50)
    evidence = torch.from_numpy(graph.pixels)
    found = node_scores(
        new_network().eval(), graph, None, by_distance, engine="torch", device=CPU
    ).of_pixels()(graph.labels, evidence)
    assert [*found] == [*OF_PIXELS]
    for name, values in found.items():
        np.testing.assert_allclose(values, expected.maps()[name], rtol=1e-5, atol=1e-5)
