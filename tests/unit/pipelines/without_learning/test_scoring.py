"""Scores of a scene without a network."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError, UsageError
from artextract_cli.evidence.hidden_image import hidden_layer_image
from artextract_cli.evidence.maps import envelope_score, residual_score
from artextract_cli.imaging.blocks import Workspace
from artextract_cli.models.score_card import SHIPPED_CARD, write_card
from artextract_cli.pipelines.without_learning.scoring import (
    MAP_NAMES,
    ModelFree,
    open_model_free,
    score_model_free,
)
from artextract_cli.results.scene_scores import image_score
from artextract_cli.scenes.scene import Scene, resize_scene
from tests.helpers.evidence import band_residuals, gather_evidence
from tests.helpers.paintings import painting, ring, with_bands
from tests.helpers.scenes import make_scene
from tests.helpers.score_cards import LEVELS, make_card

SHAPE = (31, 45)


@pytest.fixture
def model(tmp_path: Path) -> ModelFree:
    write_card(tmp_path / "card.json", make_card())
    return open_model_free(tmp_path / "card.json")


def scene() -> Scene:
    return painting(-0.2 * ring(SHAPE), SHAPE)


def test_maps_are_the_calibrated_scores(model: ModelFree) -> None:
    scores, maps = score_model_free(model, scene()), gather_evidence(scene()).maps
    assert set(scores.maps) == set(MAP_NAMES)
    expected = LEVELS(envelope_score(maps))
    np.testing.assert_allclose(scores.maps["envelope"], expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(scores.maps["heatmap"], scores.maps["envelope"])
    residual = LEVELS(residual_score(maps))
    np.testing.assert_allclose(scores.maps["residual"], residual, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(scores.band_maps, band_residuals(scene()))
    assert scores.whole is not None
    assert scores.whole.score == pytest.approx(
        float(LEVELS(np.array(image_score(envelope_score(maps), None)))), rel=1e-4
    )


def test_dark_and_light_are_the_heat_map_by_sign(model: ModelFree) -> None:
    maps = score_model_free(model, scene()).maps
    np.testing.assert_array_equal(maps["dark"] + maps["light"], maps["envelope"])
    assert not (maps["dark"] * maps["light"]).any()
    inside = ring(SHAPE) > 0.5
    assert maps["dark"][inside].mean() > 2 * maps["light"][inside].mean()


def test_the_hidden_picture_is_on_its_own_scale(model: ModelFree) -> None:
    maps = score_model_free(model, scene()).maps
    np.testing.assert_allclose(maps["hidden"], hidden_layer_image(scene()), rtol=1e-5, atol=1e-7)


def test_the_heat_map_can_be_that_of_one_sign(tmp_path: Path) -> None:
    write_card(tmp_path / "card.json", make_card())
    for sign in ("dark", "light"):
        opened = open_model_free(tmp_path / "card.json", expect=sign)
        maps = score_model_free(opened, scene()).maps
        np.testing.assert_array_equal(maps["heatmap"], maps[sign])
    with pytest.raises(UsageError, match="omit one of them"):
        open_model_free(tmp_path / "card.json", "residual", "dark")


def test_a_network_would_have_made_the_rest(model: ModelFree) -> None:
    scores = score_model_free(model, scene())
    assert scores.distances is scores.similarities is scores.pooled is None
    assert scores.attention is scores.gradcam is scores.masking is None
    assert scores.nodes == ()
    assert scores.labels.shape == SHAPE
    assert scores.labels.max() > 0
    described = model.described()
    assert described["model"]["sha256"] == model.digest
    assert {described[name] for name in ("backbone", "objective", "learns_from")} == {None}


def test_the_residual_can_be_shown(tmp_path: Path) -> None:
    write_card(tmp_path / "card.json", make_card())
    scores = score_model_free(open_model_free(tmp_path / "card.json", "residual"), scene())
    np.testing.assert_array_equal(scores.maps["heatmap"], scores.maps["residual"])
    assert scores.whole is None, "the card does not know whole paintings by it"


def test_a_score_that_does_not_exist() -> None:
    with pytest.raises(UsageError, match="no score 'fused': choose one of envelope, residual"):
        open_model_free(SHIPPED_CARD, "fused")


@pytest.mark.parametrize("chosen", [[5], [5, 0, 3]])
def test_a_single_infrared_band_is_enough(model: ModelFree, chosen: list[int]) -> None:
    scores = score_model_free(model, with_bands(scene(), chosen))
    assert scores.band_maps.shape == (*SHAPE, len(chosen))
    assert all(np.isfinite(found).all() for found in scores.maps.values())


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (2, 3)])
@pytest.mark.parametrize("is_constant", [False, True])
def test_tiny_and_constant_scenes_are_finite(
    model: ModelFree, shape: tuple[int, int], is_constant: bool
) -> None:
    made = make_scene(shape, 5)
    if is_constant:
        flat = {name: np.full_like(getattr(made, name), 0.4) for name in ("rgb", "bands")}
        made = dataclasses.replace(made, **flat)
    for found in score_model_free(model, made).maps.values():
        assert found.shape == shape
        assert np.isfinite(found).all()


def test_blocks_give_the_same(model: ModelFree, tmp_path: Path) -> None:
    made = painting(-0.2 * ring((200, 220)), (200, 220))
    blocks = dataclasses.replace(made, workspace=Workspace(block_side=100, scratch=tmp_path))
    whole, parts = score_model_free(model, made), score_model_free(model, blocks)
    for name in MAP_NAMES:
        np.testing.assert_allclose(parts.maps[name], whole.maps[name], atol=2e-3)


def test_a_recipe_with_a_size_is_followed(model: ModelFree) -> None:
    recipe = dataclasses.replace(model.card.recipe, size=24)
    smaller = dataclasses.replace(model, card=dataclasses.replace(model.card, recipe=recipe))
    scores = score_model_free(smaller, scene())
    assert {found.shape for found in scores.maps.values()} == {(24, 24)}
    np.testing.assert_array_equal(scores.band_maps, band_residuals(resize_scene(scene(), 24)))


def test_off_the_painting_nothing_is_hidden(model: ModelFree) -> None:
    mask = np.ones(SHAPE, np.bool_)
    mask[:, :10] = False
    maps = score_model_free(model, dataclasses.replace(scene(), mask=mask)).maps
    np.testing.assert_array_equal(np.isnan(maps["hidden"]), ~mask)
    assert np.isfinite(maps["heatmap"]).all()


def test_scenes_without_infrared_are_refused(model: ModelFree) -> None:
    with pytest.raises(InputError, match=r"^no band is infrared: this score needs a band above"):
        score_model_free(model, make_scene(SHAPE, 2))


def test_torch_is_not_imported() -> None:
    code = """
import sys
from pathlib import Path
import numpy as np
import artextract_cli.inference.infer_dataset
from artextract_cli.scenes.scene import Scene
from artextract_cli.pipelines.scoring import open_scorer, score_scene
bands = np.random.default_rng(0).random((9, 11, 2), np.float32)
rgb = bands[..., [0, 0, 0]]
about = {"name": "a", "band_ids": ("a", "b"), "wavelengths": (500.0, 900.0), "mask": None}
made = Scene(rgb=rgb, bands=bands, **about)
assert score_scene(open_scorer(Path("none")), made).maps
print("torch" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
