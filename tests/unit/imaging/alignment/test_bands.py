import os
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.imaging.alignment.bands import align
from artextract_cli.imaging.transform import describe, transform_points
from artextract_cli.io.images import decode_picture
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.simulate import PALETTES, SceneSettings, simulate_dataset
from tests.helpers.registration import PICTURE, SIDE, known, mean_error, resampled, seen_by

REAL_SCENES = "ARTEXTRACT_REAL_SCENES"


def largest_error(found: np.ndarray, transform: np.ndarray, side: int) -> float:
    """Over a square picture, whose corners are the farthest."""
    corners = (side - 1.0) * np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    return float(
        np.hypot(*(transform_points(found, corners) - transform_points(transform, corners)).T).max()
    )


WARPS = [
    ((1, 0, 12, -12), "shift"),
    ((1, 0, 12, -12), "affine"),
    ((1, 2, 0, 0), "affine"),
    ((1.03, 0, 0, 0), "affine"),
    ((1.03, 2, 9, -8), "affine"),
    ((0.97, -2, -8, 9), "homography"),
    ((1, 15, 5, 0), "affine"),
]


@pytest.mark.parametrize(("warped", "model"), WARPS)
def test_known_transforms(warped: tuple[float, ...], model: str) -> None:
    transform = known(*warped)
    found = align(PICTURE, seen_by(transform), model)
    assert mean_error(found, transform) < 0.15
    told = describe(found, PICTURE.shape, PICTURE.shape)
    assert [told["scale"], told["rotation"]] == pytest.approx(warped[:2], abs=0.15)
    assert [told["right"], told["down"]] == pytest.approx(warped[2:], abs=0.15)


def registers_to_a_third_of_a_pixel(files: SceneFiles) -> None:
    """Every band under a large warp: to itself, and to its photograph from where it came."""
    photograph = decode_picture(files.rgb).scaled().mean(axis=2)
    side = photograph.shape[0]
    transform = known(1.03, -2, 12, -9, (side - 1) / 2)
    for path in (files.bands[0], files.bands[-1]):
        band = decode_picture(path).grey()
        warped = resampled(band, transform, (side, side))
        own = align(photograph, band)
        assert largest_error(align(band, warped), transform, side) < 0.3
        assert largest_error(align(photograph, warped), transform @ own, side) < 0.3


def test_a_simulated_painting(tmp_path: Path) -> None:
    """Photograph, visible and infrared differ in tones, noise and what they see."""
    settings = SceneSettings(size=256, wavelengths=(550.0, 850.0), palette=PALETTES["old-masters"])
    simulate_dataset(tmp_path / "scans", train=1, val=0, seed=3, settings=settings)
    (files,) = open_dataset(tmp_path / "scans").scenes
    registers_to_a_third_of_a_pixel(files)


def test_real_paintings() -> None:
    """The validation scenes of a dataset that is not part of the project."""
    root = os.environ.get(REAL_SCENES)
    if not root:
        pytest.skip(f"real scenes are not part of the project; {REAL_SCENES} names their folder")
    for files in open_dataset(Path(root)).scenes:
        if files.split == "val":
            registers_to_a_third_of_a_pixel(files)


@pytest.mark.parametrize("factor", [0.5, 2])
def test_a_band_of_another_size(factor: float) -> None:
    half = (factor - 1) / 2
    finer = np.array([[factor, 0, half], [0, factor, half], [0, 0, 1]])
    transform = finer @ known(1, 1, 3, -2)
    side = round(factor * SIDE)
    found = align(PICTURE, seen_by(transform, (side, side)), "affine")
    assert mean_error(found, transform) < 0.3 * max(1, factor)


FAR = [
    pytest.param(known(2, 9, -40, 10), (SIDE, SIDE), id="half as much, turned"),
    pytest.param(known(0.6, -10, 20, 15), (SIDE, SIDE), id="more, turned and smaller"),
    pytest.param(known(1.1, 5, 60, -55), (SIDE, SIDE), id="a third away"),
    pytest.param(known(1, 93, 0, 0), (SIDE, SIDE), id="lying on its side"),
]


@pytest.mark.parametrize(("transform", "size"), FAR)
def test_far_from_where_it_belongs(transform: np.ndarray, size: tuple[int, int]) -> None:
    found = align(PICTURE, seen_by(transform, size))
    back = np.linalg.inv(transform)
    corners = np.array([[20, 20], [20, SIDE - 20], [SIDE - 20, 20], [SIDE - 20, SIDE - 20.0]])
    there = transform_points(np.linalg.inv(found), corners) - transform_points(back, corners)
    assert np.hypot(*there.T).max() < 1


def test_a_start_from_another_band_is_taken_up() -> None:
    """Where chance agrees better, what neighbours were found at helps."""
    transform = known(1, 40, 0, 0)
    band = seen_by(transform)
    found = align(PICTURE, band, starts=[transform])
    assert mean_error(found, transform) < 0.3


def test_perspective() -> None:
    transform = known(1, 1, 2, 3)
    transform[2, :2] = (2e-4, -1e-4)
    band = seen_by(transform)
    assert mean_error(align(PICTURE, band, "homography"), transform) < 0.2
    assert mean_error(align(PICTURE, band, "affine"), transform) > 0.3


def test_a_constant_band_is_refused() -> None:
    with pytest.raises(InputError, match="one of the images is constant"):
        align(PICTURE, np.full((SIDE, SIDE), 0.4, np.float32), "affine")
