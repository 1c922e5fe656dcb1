"""Several scenes in one batch."""

import numpy as np
import pytest
import torch

from artextract_cli.nn.collate import SceneTensors, inside_painting
from tests.helpers.networks import NETWORK, batch_of, scene


def test_all_views_of_a_scene_share_one_topology() -> None:
    batch = batch_of(scene([torch.zeros(3, 9, 2)]), scene([torch.zeros(3, 9, 2)]))
    assert (batch.graph.n_nodes, batch.graph.node_counts.tolist()) == (6, [3, 3])
    assert batch.x.shape == (6, 9, 2)
    assert NETWORK.pool(batch, NETWORK(batch)).shape == (2, 9, 2)


def test_separate_and_shared_segmentation_pool_alike() -> None:
    x = torch.randn(3, 3, 2)
    shared = batch_of(scene([x]), scene([x * 2]))
    split = [list(y.split(1, dim=1)) for y in (x, x * 2)]
    separate = batch_of(*(scene(parts, n_views=3) for parts in split))
    pooled = NETWORK.pool(shared, NETWORK(shared))
    assert torch.equal(pooled, NETWORK.pool(separate, NETWORK(separate)))
    assert torch.equal(pooled[0], x.amax(0))


def test_only_nodes_on_the_painting_are_pooled() -> None:
    x = torch.randn(3, 3, 2)
    x[1] = 100
    masked = SceneTensors(**{**vars(scene([x])), "inside": (torch.tensor([True, False, True]),)})
    batch = batch_of(masked, scene([x]))
    pooled = NETWORK.pool(batch, NETWORK(batch))
    assert torch.equal(pooled[0], x[[0, 2]].amax(0))
    assert torch.equal(pooled[1], x.amax(0))


@pytest.mark.parametrize("symmetry", range(8))
def test_symmetries_move_photograph_and_bands_together(symmetry: int) -> None:
    place = torch.tensor([[1.0, 2.0], [-1.0, 3.0], [0.0, -5.0]])
    one = scene([place[:, None].expand(-1, 3, -1).clone()])
    turned = batch_of(one, symmetries=[symmetry]).x
    row, column = (place[:, 1], place[:, 0]) if symmetry & 4 else (place[:, 0], place[:, 1])
    wanted = torch.stack(
        [row * (-1) ** (symmetry & 1), column * (-1) ** (symmetry >> 1 & 1)], dim=1
    )
    assert torch.equal(turned, wanted[:, None].expand(-1, 3, -1))
    separate = scene(list(one.features[0].split(1, dim=1)), n_views=3)
    turned_apart = batch_of(separate, symmetries=[symmetry]).x
    assert torch.equal(turned_apart, wanted.repeat(3, 1)[:, None])


def test_a_superpixel_is_inside_if_half_of_it_is() -> None:
    labels = np.array([[0, 0, 1, 1], [2, 2, 2, 2]], np.int32)
    mask = np.array([[True, False, False, False], [True, True, True, False]])
    assert inside_painting(labels, np.array([2, 2, 4]), mask).tolist() == [True, False, True]


def test_without_a_mask_every_superpixel_is_inside() -> None:
    inside = inside_painting(np.zeros((2, 2), np.int32), np.array([4]), None)
    assert inside.tolist() == [True]


def test_at_least_one_superpixel_is_inside() -> None:
    labels = np.array([[0, 0, 0, 1, 1, 1]], np.int32)
    mask = np.array([[True, False, False, False, False, False]])
    assert inside_painting(labels, np.array([3, 3]), mask).tolist() == [True, False]
