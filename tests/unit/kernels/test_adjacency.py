"""Pairs of regions that touch, against all pairs of neighbouring pixels."""

import numpy as np
import pytest

from artextract_cli.kernels.adjacency import edges_of_pairs, sort_unique, touching_pairs
from tests.helpers.label_maps import label_map


def neighbours(labels: np.ndarray) -> set[tuple[int, int]]:
    """Pairs of labels of pixels that share a side or a corner, by plain loops."""
    found = set()
    for down, across in ((0, 1), (1, 0), (1, 1), (1, -1)):
        a = labels[: labels.shape[0] - down, max(0, -across) : labels.shape[1] - max(0, across)]
        b = labels[down:, max(0, across) : labels.shape[1] + min(0, across)]
        found |= {(int(x), int(y)) for x, y in zip(a.ravel(), b.ravel(), strict=True) if x != y}
    return found | {(y, x) for x, y in found}


@pytest.mark.parametrize("seed", range(4))
def test_edges_are_the_pairs_that_touch(seed: int) -> None:
    labels, n = label_map((17, 23), seed)
    edges = edges_of_pairs(touching_pairs(labels.astype(np.int32)), n)
    pairs = [(int(a), int(b)) for a, b in edges.T]
    assert pairs == sorted(set(pairs))
    assert set(pairs) == neighbours(labels)


@pytest.mark.parametrize("size", [1, 5, 32, 33, 200])
def test_values_are_sorted_without_repeats(size: int) -> None:
    values = np.random.default_rng(size).integers(0, 40, size).astype(np.int32)
    wanted = np.unique(values)
    n = sort_unique(values, 0, size)
    assert np.array_equal(values[:n], wanted)
