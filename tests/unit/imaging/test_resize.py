"""Enlarging maps to the size of an image."""

import numpy as np
import pytest

from artextract_cli.imaging.blocks import Block, full_block
from artextract_cli.imaging.resize import Enlarged


@pytest.mark.parametrize("shape", [(4, 6), (5, 7), (2, 3), (1, 1)])
def test_enlarging_by_nearest_neighbours(shape: tuple[int, int]) -> None:
    picture = np.arange(12).reshape(2, 3, 2)
    large = Enlarged(picture, shape)
    made = large.block(full_block(shape))
    assert made.shape == (*shape, 2)
    part = Block(shape[0] // 2, shape[1] // 3, *shape)
    np.testing.assert_array_equal(large.block(part), made[part.place])
    rows, columns = np.indices(shape).reshape(2, -1)
    np.testing.assert_array_equal(large.at(rows, columns), made.reshape(-1, 2))
    for row in range(shape[0]):
        for column in range(shape[1]):
            source = picture[(2 * row + 1) // shape[0], (2 * column + 1) * 3 // (2 * shape[1])]
            assert made[row, column].tolist() == source.tolist()
