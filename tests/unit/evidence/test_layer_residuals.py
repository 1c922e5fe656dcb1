"""Residuals of a layer, of paintings whose hidden layer is known by construction."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.layer_residuals import layer_residuals
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.imaging.blocks import Workspace
from artextract_cli.scenes.scene import Scene
from tests.helpers.paintings import SHAPE, painting, ring, with_bands
from tests.helpers.scenes import make_scene

NOTHING = np.zeros(SHAPE, np.float32)


def residuals(scene: Scene, layer: FloatArray, kind: str = "element") -> FloatArray:
    return layer_residuals(scene, SceneView(scene), layer, kind)


def layer_of(scene: Scene, hidden: FloatArray) -> FloatArray:
    """A layer that follows the red of the surface, and shows what is hidden."""
    noise = np.random.default_rng(3).standard_normal(scene.shape)
    values = 0.6 * scene.bands[..., 2] + 0.2 * hidden + 0.004 * noise
    return np.clip(values, 0, 1).astype(np.float32)


def test_hidden_content_is_left_and_the_surface_is_not() -> None:
    scene = painting(NOTHING)
    found = residuals(scene, layer_of(scene, ring()))
    on_ring = ring() == 1
    assert found[on_ring].mean() > 8
    assert np.abs(np.median(found[ring() == 0])) < 0.5
    clean = residuals(scene, layer_of(scene, NOTHING))
    assert 1 < np.percentile(np.abs(clean), 95) < 3.5


def test_signs_are_those_of_the_layer() -> None:
    scene = painting(NOTHING)
    found = residuals(scene, layer_of(scene, -0.3 * ring()))
    assert found[ring() == 1].mean() < -4


def test_infrared_that_shows_the_same_content_does_not_explain_it_away() -> None:
    seen = residuals(painting(-ring()), layer_of(painting(NOTHING), ring()))
    alone = residuals(painting(NOTHING), layer_of(painting(NOTHING), ring()))
    np.testing.assert_allclose(seen[ring() == 1].mean(), alone[ring() == 1].mean(), rtol=0.1)


@pytest.mark.parametrize("kind", ["radiograph", "raking", "fluorescence"])
def test_blocks_give_what_the_whole_gives(tmp_path: Path, kind: str) -> None:
    scene = painting(NOTHING)
    layer = layer_of(scene, ring())
    layer[30:50, 20:40] = np.nan
    whole = residuals(scene, layer, kind)
    workspace = Workspace(block_side=60, scratch=tmp_path)
    parts = residuals(dataclasses.replace(scene, workspace=workspace), layer, kind)
    np.testing.assert_allclose(parts, whole, atol=1e-4)


def test_gaps_are_nan_and_change_nothing_else_far_from_them() -> None:
    scene = painting(NOTHING)
    layer = layer_of(scene, ring())
    gap = np.zeros(SHAPE, np.bool_)
    gap[:, :20] = True
    first, second = layer.copy(), layer.copy()
    first[gap], second[gap] = np.nan, np.nan
    found = residuals(scene, first)
    np.testing.assert_array_equal(np.isnan(found), gap)
    np.testing.assert_array_equal(found, residuals(scene, second))
    assert np.isnan(residuals(scene, np.full(SHAPE, np.nan, np.float32))).all()


def test_what_lies_beside_the_painting_does_not_count() -> None:
    scene = painting(NOTHING)
    mask = np.ones(SHAPE, np.bool_)
    mask[:, :30] = False
    masked = dataclasses.replace(scene, mask=mask)
    layer = layer_of(scene, ring())
    found = []
    for value in (0.0, 1.0):
        beside = layer.copy()
        beside[:, :30] = value
        found.append(residuals(masked, beside, "radiograph"))
    np.testing.assert_array_equal(*found)
    np.testing.assert_array_equal(np.isfinite(found[0]), mask)


def test_a_coloured_layer_counts_by_its_luminance() -> None:
    scene = painting(NOTHING)
    layer = layer_of(scene, ring())
    coloured = np.repeat(layer[..., None], 3, axis=-1)
    np.testing.assert_allclose(residuals(scene, coloured), residuals(scene, layer), atol=0.01)


@pytest.mark.parametrize("bands", [[0], [4], [0, 1, 2], [0, 1, 2, 3, 4, 5]])
def test_any_bands_will_do(bands: list[int]) -> None:
    scene = painting(NOTHING)
    found = residuals(with_bands(scene, bands), layer_of(scene, ring()))
    assert found[ring() == 1].mean() > 5


def test_thirty_bands_will_do() -> None:
    scene = make_scene((70, 66), 30)
    found = residuals(scene, np.random.default_rng(0).random((70, 66)).astype(np.float32))
    assert np.isfinite(found).all()


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("kind", ["radiograph", "element"])
def test_a_constant_layer_shows_nothing(value: float, kind: str) -> None:
    scene = painting(NOTHING)
    found = residuals(scene, np.full(SHAPE, value, np.float32), kind)
    assert np.abs(found).max() < 0.1


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (5, 4)])
def test_tiny_pictures_are_finite(shape: tuple[int, int]) -> None:
    layer = np.random.default_rng(0).random(shape).astype(np.float32)
    for kind in ("radiograph", "element"):
        assert np.isfinite(residuals(make_scene(shape, 6), layer, kind)).all()
