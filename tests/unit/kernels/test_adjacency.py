"""Pairs of regions that touch, against all pairs of neighbouring pixels."""

import numpy as np
import pytest

from artextract_cli.kernels.adjacency import by_lower, edges_of_pairs, touching_pairs
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


@pytest.mark.parametrize("size", [1, 5, 32, 33, 200, 3000])
def test_groups_are_sorted(size: int) -> None:
    rng = np.random.default_rng(size)
    pairs = np.stack([rng.integers(0, 3, size), rng.integers(3, 40, size)]).astype(np.int32)
    begin, higher = by_lower(rng.permuted(pairs, axis=0), 40)
    for region in range(3):
        wanted = np.sort(pairs[1, pairs[0] == region])
        assert higher[begin[region] : begin[region + 1]].tolist() == wanted.tolist()


def test_every_pair_becomes_one_edge_each_way() -> None:
    pairs = np.array([[0, 2, 1, 0, 0], [2, 0, 0, 1, 2]], np.int32)
    assert edges_of_pairs(pairs, 3).tolist() == [[0, 0, 1, 2], [1, 2, 0, 0]]
