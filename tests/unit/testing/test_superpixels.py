"""The conformance tests of superpixel methods pass what is right and find what is wrong."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from artextract_cli.testing import (
    SuperpixelTests,
)
from tests.helpers.conformance import failed, method, squares


def test_simple_superpixels_pass() -> None:
    assert failed(SuperpixelTests, method(squares)) == {}


def writes_to_the_picture(image: np.ndarray, options: object) -> np.ndarray:
    image += 1
    return squares(image, options)


def heedless_of_strides(image: np.ndarray, options: object) -> np.ndarray:
    is_contiguous = image.flags.c_contiguous
    return squares(image, options) if is_contiguous else squares(image, options) // 2


def stops_at_uniform_images(image: np.ndarray, options: object) -> np.ndarray:
    return squares(image, options) if image.std() else squares(image[0], options)


def cuts_at_random(image: np.ndarray, options: object) -> np.ndarray:
    return squares(image, options) * np.random.default_rng().integers(0, 2, image.shape[:2])


@pytest.mark.parametrize(
    ("function", "check"),
    [
        (lambda image, o: squares(image, o)[:, :-1], "label map"),
        (lambda image, o: squares(image, o) / 2, "label map"),
        (lambda image, o: squares(image[..., :3] @ np.ones(3), o), "label map"),
        (writes_to_the_picture, "image is not modified"),
        (cuts_at_random, "same image same labels"),
        (heedless_of_strides, "any layout in memory"),
        (lambda image, o: np.zeros(image.shape[:2], int), "more superpixels in larger images"),
        (stops_at_uniform_images, "uniform image"),
    ],
)
def test_wrong_superpixels_are_found_out(function: Callable[..., Any], check: str) -> None:
    with np.errstate(all="ignore"):
        assert check in failed(SuperpixelTests, method(function))
