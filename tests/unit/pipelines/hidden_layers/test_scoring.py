"""Scores of a scene by a trained network that looks for hidden layers."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
import torch

from artextract_cli.errors import InputError
from artextract_cli.evidence.hidden_image import hidden_layer_image
from artextract_cli.evidence.scales import Coarse, reduced
from artextract_cli.evidence.signs import Expect
from artextract_cli.evidence.tensor_arrays import TensorArrays
from artextract_cli.imaging.blocks import full_block
from artextract_cli.models.calibration import Calibration
from artextract_cli.models.checkpoint import save_model
from artextract_cli.nn.siamese import SiameseNetwork
from artextract_cli.pipelines.hidden_layers import scoring
from artextract_cli.pipelines.hidden_layers.evidence_graph import evidence_graph
from artextract_cli.pipelines.hidden_layers.pixel_scores import raw_scores
from artextract_cli.pipelines.hidden_layers.scoring import score_hidden_layer
from artextract_cli.pipelines.hidden_layers.verdict import excesses, without_infrared
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.pipeline import Model
from artextract_cli.pipelines.settings import HIDDEN_LAYER
from artextract_cli.results.scene_scores import SceneScores
from artextract_cli.scenes.scene import Scene, resize_scene
from tests.helpers.evidence import band_residuals
from tests.helpers.paintings import painting, ring, with_bands
from tests.helpers.scenes import by_distance, make_scene, train_tiny

SHAPE = (31, 45)
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no NVIDIA GPU here")
MAP_NAMES = {
    *("heatmap", "dark", "light", "network", "residual", "envelope", "hidden", "probability"),
}


@pytest.fixture(scope="module")
def model(graphs: Path, tmp_path_factory: pytest.TempPathFactory) -> Model:
    """One epoch on the shared small graphs, and a made-up calibration of whole paintings."""
    run = tmp_path_factory.mktemp("hidden") / "run"
    train_tiny(graphs, run, objective=HIDDEN_LAYER, epochs=1)
    opened = open_model(run, device="cpu", engine="torch")
    of_whole = Calibration(scores=(-2.0, 0.0, 2.0, 4.0), levels=(0.0, 0.3, 1.0, 2.0))
    calibration = {**opened.card.calibration, "whole": of_whole}
    return dataclasses.replace(
        opened, card=dataclasses.replace(opened.card, calibration=calibration)
    )


@pytest.fixture(scope="module")
def attentive(graphs: Path, tmp_path_factory: pytest.TempPathFactory) -> Model:
    run = tmp_path_factory.mktemp("attentive") / "run"
    options = {"hidden": 8, "out_size": 4, "heads": 2}
    train_tiny(graphs, run, objective=HIDDEN_LAYER, backbone="gat", options=options, epochs=1)
    return open_model(run, device="cpu", engine="torch")


def scene() -> Scene:
    return painting(-0.2 * ring(SHAPE), SHAPE)


def with_size(model: Model, size: int) -> Model:
    recipe = dataclasses.replace(model.card.recipe, size=size)
    return dataclasses.replace(model, card=dataclasses.replace(model.card, recipe=recipe))


def assert_same(first: SceneScores, second: SceneScores) -> None:
    for name in MAP_NAMES:
        np.testing.assert_array_equal(first.maps[name], second.maps[name])
    for name in ("labels", "band_maps", "pooled", "gradcam", "attention"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert first.whole == second.whole
    assert first.distances == second.distances


@pytest.mark.parametrize("chosen", [[5], [0, 1, 2, 3, 4, 5], [5, 0, 3]])
def test_scores_have_the_shapes_that_are_promised(model: Model, chosen: list[int]) -> None:
    scores = score_hidden_layer(model, with_bands(scene(), chosen))
    n = int(scores.labels.max()) + 1
    assert set(scores.maps) == MAP_NAMES
    for found in scores.maps.values():
        assert found.shape == SHAPE
        assert np.isfinite(found).all()
    assert scores.labels.shape == SHAPE
    assert scores.band_maps.shape == (*SHAPE, len(chosen))
    assert len(scores.band_ids) == len(chosen)
    assert [len(nodes) for nodes in scores.nodes] == [n, n]
    assert len(scores.pooled) == 2
    assert scores.gradcam.shape == (*SHAPE, 2)
    assert set(scores.distances) == set(scores.similarities) == {"bands", "fused"}
    assert scores.distances["bands"] == scores.distances["fused"] >= 0
    assert scores.attention is None
    assert scores.masking is None


def test_thirty_bands_are_taken(model: Model) -> None:
    chosen = sorted(list(range(6)) * 5)
    nm = tuple(450.0 + 100 * b + i % 5 for i, b in enumerate(chosen))
    many = dataclasses.replace(with_bands(scene(), chosen), wavelengths=nm)
    assert score_hidden_layer(model, many).band_maps.shape == (*SHAPE, 30)


def test_maps_are_the_calibrated_scores(model: Model) -> None:
    scores, card = score_hidden_layer(model, scene()), model.card
    graph = evidence_graph(scene(), card.recipe)
    assert isinstance(model.network, SiameseNetwork)
    raw = raw_scores(model.network, graph, None, by_distance, engine="torch", device=model.device)  # type: ignore[arg-type]
    own = ("dark", "light", "network", "residual", "envelope")
    shown = {name: name for name in own}
    for map_name, name in (shown | {"heatmap": "fused"}).items():
        expected = card.calibration[name](raw.maps()[name])
        np.testing.assert_array_equal(scores.maps[map_name], expected)
    np.testing.assert_array_equal(scores.labels, graph.labels)
    np.testing.assert_array_equal(scores.band_maps, band_residuals(scene()))
    # On its own scale: what is likely to be surface paint is not faded.
    np.testing.assert_array_equal(scores.maps["hidden"], hidden_layer_image(scene()))
    odds = np.exp(raw.dark) + np.exp(raw.light)
    np.testing.assert_allclose(scores.maps["probability"], odds / (1 + odds), rtol=1e-3, atol=1e-5)
    blank = evidence_graph(without_infrared(scene()), card.recipe)
    null = raw_scores(model.network, blank, None, by_distance, engine="torch", device=model.device)  # type: ignore[arg-type]
    (excess,) = excesses(raw.fused, null.fused, None)
    assert scores.whole is not None
    assert scores.whole.score == pytest.approx(float(card.calibration["whole"](np.array(excess))))


def test_a_large_scene_is_scored_at_several_scales(model: Model) -> None:
    large = painting(np.zeros((300, 304), np.float32), (300, 304))
    scores = score_hidden_layer(model, large)
    assert scores.scales == (1, 2)
    fine, coarse = (
        raw_scores(
            model.network,  # type: ignore[arg-type]
            evidence_graph(seen, model.card.recipe),
            None,
            by_distance,
            engine="torch",
            device=model.device,
        )
        for seen in (large, reduced(large, 2))
    )
    wide = Coarse({"dark": coarse.dark, "light": coarse.light}, 2)(full_block(large.shape))
    dark, light = ((getattr(fine, sign) + wide[sign]) / 2 for sign in ("dark", "light"))
    for name, odds in (("dark", dark), ("heatmap", np.logaddexp(dark, light))):
        score = "fused" if name == "heatmap" else name
        expected = model.card.calibration[score](odds)
        np.testing.assert_allclose(scores.maps[name], expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("sign", ["dark", "light"])
def test_the_heat_map_of_one_sign_is_its_calibrated_map(model: Model, sign: Expect) -> None:
    either = score_hidden_layer(model, scene())
    of_sign = score_hidden_layer(dataclasses.replace(model, expect=sign), scene())
    np.testing.assert_array_equal(of_sign.maps["heatmap"], either.maps[sign])
    assert not np.array_equal(of_sign.maps["heatmap"], either.maps["heatmap"])
    for name in MAP_NAMES - {"heatmap"}:
        np.testing.assert_array_equal(of_sign.maps[name], either.maps[name])
    assert of_sign.whole == either.whole


def test_a_heat_map_of_superpixels_is_of_pixels_where_a_sign_is_expected(model: Model) -> None:
    card = dataclasses.replace(model.card, heat_map_of="superpixels")
    coarse = dataclasses.replace(model, card=card)
    scores = score_hidden_layer(coarse, scene())
    np.testing.assert_array_equal(scores.maps["heatmap"], scores.maps["network"])
    dark = dataclasses.replace(coarse, expect="dark")
    described = [model.described()["heat_map_of"] for model in (coarse, dark)]
    assert described == ["superpixels", "pixels"]
    found = score_hidden_layer(dark, scene()).maps
    np.testing.assert_array_equal(found["heatmap"], found["dark"])


def test_pooled_numbers_are_those_of_the_nodes(model: Model) -> None:
    scores = score_hidden_layer(model, scene())
    np.testing.assert_allclose(scores.pooled, [nodes.max(0) for nodes in scores.nodes])
    photograph, bands = scores.pooled
    assert scores.distances["bands"] == pytest.approx(np.linalg.norm(photograph - bands), 1e-4)
    cosine = photograph @ bands / np.linalg.norm(photograph) / np.linalg.norm(bands)
    assert scores.similarities["bands"] == pytest.approx(cosine, 1e-4)


def test_scoring_twice_gives_the_same(attentive: Model) -> None:
    first, second = (score_hidden_layer(attentive, scene()) for _ in range(2))
    assert_same(first, second)
    assert first.attention is not None
    assert first.attention.shape == (*SHAPE, 2)
    assert first.masking == second.masking
    assert first.masking is not None


def test_a_model_that_was_written_scores_the_same(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "copy.safetensors"
    save_model(path, model.network.state_dict(), model.card)
    copy = open_model(path, device="cpu", engine="torch")
    assert copy.card == model.card
    assert_same(score_hidden_layer(copy, scene()), score_hidden_layer(model, scene()))


def test_the_order_of_bands_does_not_change_what_is_found(model: Model) -> None:
    """Labels may differ a little, since the segmentation looks at the bands as they come."""
    mixed = with_bands(scene(), [5, 2, 0, 3, 1, 4])
    first, second = (score_hidden_layer(model, s) for s in (scene(), mixed))
    assert second.band_ids == ("950", "650", "450", "750", "550", "850")
    residual = [scores.maps["residual"] for scores in (first, second)]
    assert np.corrcoef(residual[0].ravel(), residual[1].ravel())[0, 1] > 0.99


def test_scenes_without_infrared_are_refused(model: Model) -> None:
    with pytest.raises(InputError, match=r"^no band is infrared: this model needs a band above"):
        score_hidden_layer(model, make_scene(SHAPE, 2))
    unknown = dataclasses.replace(scene(), wavelengths=None)
    with pytest.raises(InputError, match=r"no wavelength is known.*--wavelengths"):
        score_hidden_layer(model, unknown)


def test_off_the_painting_nothing_is_said_of_what_lies_beneath(model: Model) -> None:
    mask = np.ones(SHAPE, np.bool_)
    mask[:, :10] = False
    scores = score_hidden_layer(model, dataclasses.replace(scene(), mask=mask))
    np.testing.assert_array_equal(np.isnan(scores.maps["hidden"]), ~mask)
    assert np.isfinite(scores.maps["heatmap"]).all()


def test_a_mask_without_painting_is_refused(model: Model) -> None:
    empty = dataclasses.replace(scene(), mask=np.zeros(SHAPE, np.bool_))
    with pytest.raises(InputError, match="leaves no pixel of the painting"):
        score_hidden_layer(model, empty)


def test_a_recipe_with_a_size_is_followed(model: Model) -> None:
    scores = score_hidden_layer(with_size(model, 24), scene())
    assert {found.shape for found in scores.maps.values()} == {(24, 24)}
    np.testing.assert_array_equal(scores.band_maps, band_residuals(resize_scene(scene(), 24)))


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (2, 3)])
@pytest.mark.parametrize("is_constant", [False, True])
def test_tiny_and_constant_scenes_are_finite(
    model: Model, attentive: Model, shape: tuple[int, int], is_constant: bool
) -> None:
    made = make_scene(shape, 5)
    if is_constant:
        flat = {name: np.full_like(getattr(made, name), 0.4) for name in ("rgb", "bands")}
        made = dataclasses.replace(made, **flat)
    for opened in (model, attentive):
        scores = score_hidden_layer(opened, made)
        for name, found in scores.maps.items():
            assert found.shape == shape
            assert np.isfinite(found).all(), name
        assert np.isfinite(scores.gradcam).all()
        assert (scores.whole is not None) == (opened is model)
        assert scores.whole is None or 0 <= scores.whole.false_alarm_rate <= 1


def test_a_model_that_was_not_calibrated_for_it_does_not_say(model: Model) -> None:
    some = {name: c for name, c in model.card.calibration.items() if name != "whole"}
    card = dataclasses.replace(model.card, calibration=some)
    assert score_hidden_layer(dataclasses.replace(model, card=card), scene()).whole is None


def test_no_gradient_is_left_behind(model: Model) -> None:
    """Grad-CAM asks for gradients; the network must not keep them."""
    score_hidden_layer(model, scene())
    assert all(parameter.grad is None for parameter in model.network.parameters())
    assert not torch.is_inference_mode_enabled()


@pytest.mark.parametrize(
    "device", ["cpu", pytest.param("cuda", marks=[pytest.mark.cuda, needs_cuda])]
)
def test_evidence_in_torch_scores_like_compiled_evidence(
    monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    bundled, large = open_model(Path("gat"), device="cpu"), painting(-0.2 * ring())
    expected = score_hidden_layer(bundled, large)
    # On the CPU too, where the compiled filters would be chosen.
    monkeypatch.setattr(scoring, "arrays_on", TensorArrays)
    found = score_hidden_layer(open_model(Path("gat"), device=device), large)
    assert found.maps.keys() == expected.maps.keys()
    for name, scores in found.maps.items():
        assert scores.dtype == np.float32
        ranks = scipy.stats.spearmanr(scores, expected.maps[name], axis=None).statistic
        assert ranks > 0.999, name
    np.testing.assert_array_equal(found.labels, expected.labels)
    assert found.whole is not None
    assert expected.whole is not None
    assert found.whole.score == pytest.approx(expected.whole.score, abs=0.01)
