"""Components of a label map and the joining of small ones, by hand."""

import numpy as np

from artextract_cli.kernels.label_topology import (
    components,
    join_fragments,
    longest_borders,
    region_sizes,
)
from tests.helpers.label_maps import blobs, pieces

ROOM = np.array([[5, 5, 7], [5, 7, 7], [9, 9, 5]], np.int64)


def test_components_are_numbered_in_raster_order() -> None:
    labels, n = components(ROOM.copy())
    assert labels.tolist() == [[0, 0, 1], [0, 1, 1], [2, 2, 3]]
    assert n == 4
    assert region_sizes(labels, n).tolist() == [3, 3, 2, 1]


def test_components_are_those_of_scikit_image() -> None:
    labels = np.ascontiguousarray(blobs((31, 27), 3).astype(np.int64))
    found, n = components(labels)
    assert np.array_equal(found, pieces(labels))
    assert n == found.max() + 1


def test_a_fragment_joins_the_neighbour_of_its_longest_border() -> None:
    labels, n = components(np.array([[1, 1, 1, 2], [1, 3, 1, 2], [1, 1, 2, 2]], np.int64))
    sizes = region_sizes(labels, n)
    left = join_fragments(labels, longest_borders(labels, sizes, 2), sizes, 2)
    assert left == 2
    assert labels[1, 1] == labels[0, 0]
