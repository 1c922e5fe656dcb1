"""Aligning images of other modalities by their mutual information."""

import math

import cv2
import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.imaging.alignment.layers import LEAST_CERTAINTY, align_layer
from artextract_cli.imaging.transform import scaling, transform_points

SIDE = 128


def painting(seed: int = 0) -> np.ndarray:
    """Patches (128, 128) of several tones with a little texture."""
    rng = np.random.default_rng(seed)
    tones = rng.uniform(0.1, 0.9, (9, 9)).astype(np.float32)
    patches = cv2.resize(tones, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    return np.clip(patches + rng.normal(0, 0.02, patches.shape), 0, 1).astype(np.float32)


def displaced(layer: np.ndarray, degrees: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """The layer displaced by a few pixels, larger and rotated; and the transform."""
    cosine, sine = (1.03 * f(math.radians(degrees)) for f in (math.cos, math.sin))
    true = np.array([[cosine, -sine, 4], [sine, cosine, -3], [0, 0, 1.0]])
    moved = cv2.warpPerspective(layer, true, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    return moved, true


def largest_error(found: np.ndarray, true: np.ndarray) -> float:
    points = np.array([(x, y) for x in (10.0, 64, 118) for y in (10.0, 64, 118)])
    return float(
        np.hypot(*(transform_points(found, points) - transform_points(true, points)).T).max()
    )


@pytest.mark.parametrize("tones", ["inverted", "folded"])
def test_tones_may_be_related_in_any_way(tones: str) -> None:
    photograph = painting()
    layer = 1 - photograph if tones == "inverted" else np.abs(photograph - 0.4)
    below = cv2.GaussianBlur(painting(7), (0, 0), 4)
    moved, true = displaced((0.7 * layer + 0.3 * below).astype(np.float32))
    found = align_layer(photograph, moved)
    assert largest_error(found.transform, true) < 1
    assert found.certainty > 2 * LEAST_CERTAINTY


def test_a_layer_of_another_size_that_is_valid_in_part() -> None:
    photograph = painting()
    moved, true = displaced(1 - photograph)
    large = cv2.resize(moved, (2 * SIDE, 2 * SIDE), interpolation=cv2.INTER_LINEAR)
    large[:, : SIDE // 2] = np.nan
    assert largest_error(align_layer(photograph, large).transform, scaling(2, 2) @ true) < 2


def test_what_shows_something_else_is_refused() -> None:
    for seed in (1, 2, 3):
        noise = np.random.default_rng(seed).normal(0, 1, (SIDE, SIDE)).astype(np.float32)
        with pytest.raises(InputError, match="no place was found at which its values depend on"):
            align_layer(painting(), cv2.GaussianBlur(noise, (0, 0), 3))


def test_a_constant_image_is_refused() -> None:
    with pytest.raises(InputError, match="one of the images is constant"):
        align_layer(painting(), np.ones((SIDE, SIDE), np.float32))
