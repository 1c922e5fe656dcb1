"""Scenes at several scales."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.evidence.scales import Coarse, coarse_maps, mean_of_scales, reduced, reductions
from artextract_cli.imaging.blocks import Block, Blocks, Workspace, full_block
from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.scenes.scene import Scene
from tests.helpers.scenes import make_scene


def scene(height: int, width: int, pixels_per_mm: float | None = None) -> Scene:
    return make_scene((height, width), pixels_per_mm=pixels_per_mm)


@pytest.mark.parametrize(
    ("shape", "resolution", "expected"),
    [
        ((299, 900), None, ()),
        ((300, 900), None, (2,)),
        ((900, 600), None, (2, 4)),
        ((1, 5), None, ()),
        ((5000, 5000), None, (2, 4)),
        ((5000, 5000), 20.0, (2, 4, 8)),
        ((5000, 5000), 5.0, (2,)),
        ((5000, 5000), 0.5, ()),
        ((300, 300), 20.0, (2,)),
    ],
)
def test_reductions_follow_from_resolution_and_size(
    shape: tuple[int, int], resolution: float | None, expected: tuple[int, ...]
) -> None:
    blank = np.broadcast_to(np.float32(0.5), (*shape, 3))
    made = Scene(
        name="s",
        rgb=blank,
        bands=blank,
        band_ids=("a", "b", "c"),
        wavelengths=None,
        mask=None,
        pixels_per_mm=resolution,
    )
    assert reductions(made) == expected


@pytest.mark.parametrize("shape", [(12, 20), (13, 19), (1, 1), (3, 2)])
def test_a_reduced_pixel_is_the_mean_of_its_light(shape: tuple[int, int]) -> None:
    large = scene(*shape, pixels_per_mm=10)
    small = reduced(large, 4)
    assert small.shape == (-(-shape[0] // 4), -(-shape[1] // 4))
    assert small.pixels_per_mm == 2.5
    if min(shape) >= 4:
        light = linear_rgb(large.rgb[:4, :4]).mean((0, 1))
        np.testing.assert_allclose(linear_rgb(small.rgb)[0, 0], light, rtol=1e-5)
        np.testing.assert_allclose(small.bands[0, 0], large.bands[:4, :4].mean((0, 1)), rtol=1e-5)


def test_what_is_no_painting_does_not_bleed_into_it() -> None:
    large = scene(8, 8)
    mask = np.zeros((8, 8), bool)
    mask[:, :3] = True
    bands = np.where(mask[..., None], np.float32(0.25), np.float32(1))
    bands = np.ascontiguousarray(np.broadcast_to(bands, large.bands.shape))
    small = reduced(dataclasses.replace(large, bands=bands, mask=mask), 4)
    assert small.mask is not None
    np.testing.assert_array_equal(small.mask, [[True, False], [True, False]])
    np.testing.assert_allclose(small.bands[:, 0], 0.25)


def test_a_mask_too_thin_for_a_reduction_is_left_out() -> None:
    large = scene(8, 8)
    mask = np.zeros((8, 8), bool)
    mask[3, 3] = True
    assert reduced(dataclasses.replace(large, mask=mask), 4).mask is None


def test_reductions_in_blocks_are_the_same(tmp_path: Path) -> None:
    large = scene(37, 50)
    in_blocks = dataclasses.replace(large, workspace=Workspace(block_side=7, scratch=tmp_path))
    for name in ("rgb", "bands"):
        np.testing.assert_allclose(
            getattr(reduced(in_blocks, 2), name), getattr(reduced(large, 2), name), rtol=1e-6
        )


def test_maps_are_enlarged_linearly() -> None:
    rows, columns = np.mgrid[:6, :9].astype(np.float32)
    coarse = Coarse({"ramp": 3 * rows + columns}, 2)
    made = coarse(full_block((12, 17)))["ramp"]
    at = [(np.arange(size) + 0.5) / 2 - 0.5 for size in (12, 17)]
    inside = (slice(1, -1), slice(1, -1))
    np.testing.assert_allclose(made[inside], (3 * at[0][:, None] + at[1])[inside], rtol=1e-6)
    assert made[0, 0] == 0
    block = Block(3, 5, 10, 16)
    np.testing.assert_array_equal(coarse(block)["ramp"], made[block.place])


def test_the_mean_is_that_of_all_scales() -> None:
    def level(scene: Scene) -> dict[str, np.ndarray]:
        return {"level": np.full(scene.shape, scene.shape[0], np.float32)}

    large = scene(600, 620)
    coarse = coarse_maps(large, level)
    assert [maps.factor for maps in coarse] == [2, 4]
    for block in Blocks(large.shape, 300, 0):
        own = {"level": np.full(block.shape, 600, np.float32)}
        mean = mean_of_scales(own, coarse, block)["level"]
        np.testing.assert_array_equal(mean, np.full(block.shape, 350, np.float32))
        np.testing.assert_array_equal(mean_of_scales(own, [], block)["level"], own["level"])
