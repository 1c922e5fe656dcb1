import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.superpixel_graph import build_graphs
from artextract_cli.nn.collate import collate
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.pipeline import Model
from artextract_cli.pipelines.views.pair_scores import view_scores
from artextract_cli.pipelines.views.scoring import score_views
from artextract_cli.pipelines.views.tensors import scene_tensors
from tests.helpers.scenes import by_distance, make_scene, train_tiny

SEPARATE = GraphRecipe(segmentation="separate", superpixel_options={"n_segments": 6})


@pytest.fixture(scope="module")
def model(trained: Path) -> Model:
    return open_model(trained, device="cpu", engine="torch")


@pytest.fixture(scope="module")
def attentive(graphs: Path, tmp_path_factory: pytest.TempPathFactory) -> Model:
    run = tmp_path_factory.mktemp("gat") / "run"
    small = {"hidden": 8, "out_size": 4, "heads": 2}
    train_tiny(graphs, run, backbone="gat", options=small, epochs=1)
    return open_model(run, device="cpu", engine="torch")


def with_recipe(model: Model, recipe: GraphRecipe) -> Model:
    return dataclasses.replace(model, card=dataclasses.replace(model.card, recipe=recipe))


@pytest.mark.parametrize("n_bands", [1, 3, 30])
def test_scores_have_the_shapes_that_are_promised(model: Model, n_bands: int) -> None:
    scores = score_views(model, make_scene((31, 45), n_bands))
    n = int(scores.labels.max()) + 1
    assert scores.labels.shape == scores.maps["heatmap"].shape == (31, 45)
    assert scores.band_maps.shape == (31, 45, n_bands)
    assert scores.distances.keys() == scores.similarities.keys() == {*scores.band_ids, "fused"}
    assert scores.pooled.shape == (1 + n_bands, 4)
    assert [z.shape for z in scores.nodes] == [(n, 4)] * (1 + n_bands)
    assert scores.gradcam.shape == (31, 45, 2)
    assert scores.attention is scores.masking is scores.whole is None
    found = (scores.maps["heatmap"], scores.band_maps, scores.pooled)
    assert all(np.isfinite(part).all() for part in found)


def test_scores_are_calibrated_distances_of_node_embeddings(model: Model) -> None:
    scores = score_views(model, make_scene((31, 45)))
    raw = np.stack(
        [np.linalg.norm(scores.nodes[0] - band, axis=1) for band in scores.nodes[1:]], axis=1
    )
    calibration = model.card.calibration
    of_bands = calibration["band"](raw)[scores.labels]
    np.testing.assert_allclose(scores.band_maps, of_bands, rtol=1e-3, atol=1e-4)
    fused = calibration["fused"](raw.mean(1))[scores.labels]
    np.testing.assert_allclose(scores.maps["heatmap"], fused, rtol=1e-3, atol=1e-4)
    pooled = np.stack([z.max(0) for z in scores.nodes])
    np.testing.assert_allclose(scores.pooled, pooled)
    distances = np.linalg.norm(pooled[:1] - pooled[1:], axis=1)
    assert list(scores.distances.values())[:-1] == pytest.approx(distances.tolist(), rel=1e-5)
    cosine = pooled[1:] @ pooled[0] / np.linalg.norm(pooled[1:], axis=1) / np.linalg.norm(pooled[0])
    assert list(scores.similarities.values())[:-1] == pytest.approx(cosine.tolist(), rel=1e-5)


def test_scoring_twice_gives_the_same(attentive: Model) -> None:
    first, second = (score_views(attentive, make_scene((31, 45))) for _ in range(2))
    np.testing.assert_array_equal(first.maps["heatmap"], second.maps["heatmap"])
    for name in ("band_maps", "pooled", "gradcam", "attention"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert first.masking == second.masking


@pytest.mark.parametrize("separate", [False, True])
def test_attention_is_a_map_of_mean_one_over_nodes(attentive: Model, separate: bool) -> None:
    model = with_recipe(attentive, SEPARATE) if separate else attentive
    scores = score_views(model, make_scene((31, 45)))
    assert scores.attention.shape == (31, 45, 2)
    labels = scores.labels
    first_pixels = np.unique(labels, return_index=True)[1]
    per_node = scores.attention.reshape(-1, 2)[first_pixels]
    assert per_node[:, 0].mean() == pytest.approx(1, rel=1e-4)
    np.testing.assert_array_equal(scores.attention, per_node[labels]) if not separate else None
    assert min(scores.masking.attended, scores.masking.random) >= 0


def test_separate_segmentations_are_scored_on_the_photograph(model: Model) -> None:
    model, scene = with_recipe(model, SEPARATE), make_scene((31, 45), 2)
    scores, graphs = score_views(model, scene), build_graphs(scene, SEPARATE)
    sizes = [graph.n_nodes for graph in graphs.graphs]
    assert len(sizes) == 3
    assert [len(z) for z in scores.nodes] == sizes
    batch = collate([scene_tensors(graphs)], engine="torch", device="cpu")
    with torch.no_grad():
        z = model.network(batch)
        raw = view_scores(model.network, batch, z, graphs, by_distance)
    expected = model.card.calibration["band"](raw)[graphs.graphs[0].labels]
    np.testing.assert_array_equal(scores.band_maps, expected)


def test_one_superpixel_and_a_constant_scene(model: Model, attentive: Model) -> None:
    grey = np.full((13, 17, 3), 0.5, np.float32)
    for opened in (model, attentive):
        scores = score_views(opened, make_scene(rgb=grey, bands=grey[..., :2]))
        assert list(scores.distances.values()) == pytest.approx([0, 0, 0], abs=1e-6)
        assert (scores.maps["heatmap"] <= 0).all()
        assert score_views(opened, make_scene((1, 1))).maps["heatmap"].shape == (1, 1)


def test_fused_numbers_are_the_mean_over_bands(model: Model) -> None:
    scores = score_views(model, make_scene((13, 17), 3))
    for numbers in (scores.distances, scores.similarities):
        assert list(numbers) == ["500", "600", "700", "fused"]
        *bands, fused = numbers.values()
        assert fused == pytest.approx(np.mean(bands), rel=1e-5)
