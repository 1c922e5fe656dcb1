"""Strips of exported images: colours and halving."""

import numpy as np
import pytest

from artextract_cli.export.pixels import ROWS, colourise, halve
from artextract_cli.imaging.heatmap import colour


@pytest.mark.parametrize("size", [(6, 8, 3), (7, 9, 1), (1, 6, 3), (6, 1, 1), (2 * ROWS + 6, 4, 1)])
def test_half_an_image_is_the_means_of_squares(size: tuple[int, int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, size, np.uint8)
    height, width = max(1, size[0] // 2), max(1, size[1] // 2)
    down, across = min(size[0], 2), min(size[1], 2)
    squares = image[: height * down, : width * across].astype(float)
    means = squares.reshape(height, down, width, across, size[2]).mean((1, 3))
    halved = halve(image)
    assert halved.shape == means.shape
    np.testing.assert_allclose(halved, means, atol=0.5)


def test_scores_are_coloured_and_what_is_no_painting_is_white() -> None:
    score = np.array([[0.0, 3.0, np.nan]], np.float32)
    coloured = colourise(score, "false-alarm")
    np.testing.assert_array_equal(coloured[:, :2], colour(score[:, :2]))
    assert coloured[0, 2].tolist() == [255, 255, 255]
