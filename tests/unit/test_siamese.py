from types import SimpleNamespace

import numpy as np
import pytest
import torch

from artextract_cli.batching import Topology
from artextract_cli.siamese import (
    SceneTensors,
    SiameseNetwork,
    band_distances,
    collate,
    contrastive_loss,
    distance,
    graph_contrastive,
    inside_painting,
    node_contrastive,
    uninformative_loss,
)

PATH_EDGES = np.array([[0, 1, 1, 2], [1, 0, 2, 1]])


class Identity(torch.nn.Module):
    """A backbone that leaves features as they are: losses can be worked by hand."""

    out_size = 2

    def forward(self, graph: object, x: torch.Tensor) -> torch.Tensor:
        return x


def scene(features: list[torch.Tensor], n_views: int | None = None) -> SceneTensors:
    return SceneTensors(
        name="scene",
        n_views=n_views or features[0].shape[1],
        topologies=tuple(Topology.from_edges(PATH_EDGES, 3) for _ in features),
        features=tuple(features),
        places=((0, 1), (0, 1)),
        inside=tuple(torch.ones(3, dtype=torch.bool) for _ in features),
    )


def constant(*values: tuple[float, float]) -> torch.Tensor:
    """Three equal nodes (3, V, 2) whose views have these features."""
    return torch.tensor(values).expand(3, -1, -1).clone()


def batch_of(*scenes: SceneTensors, **more: object):
    return collate(scenes, engine="torch", device="cpu", **more)


NETWORK = SiameseNetwork(Identity(), "max")
GENERATOR = torch.Generator().manual_seed(0)


def test_distances_under_autocast_are_float32() -> None:
    a, b = torch.randn(2, 50, 8).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        made = distance(a, b)
    assert torch.equal(made, distance(a.float(), b.float()))


def test_contrastive_loss_by_hand() -> None:
    loss = contrastive_loss(torch.tensor([0.0, 1.0]), torch.tensor([0.5, 3.0]), margin=1.0)
    assert loss == pytest.approx(0.5 + 0.125)


def test_equal_distances_score_no_less_than_the_floor() -> None:
    losses = [
        contrastive_loss(torch.tensor([d]), torch.tensor([d]), 1.0)
        for d in torch.linspace(0, 2, 201)
    ]
    assert min(losses) == pytest.approx(uninformative_loss(1.0))
    assert int(torch.tensor(losses).argmin()) == 50


def test_distance_has_a_finite_gradient_at_zero() -> None:
    a = torch.zeros(2, 3, requires_grad=True)
    distance(a, torch.zeros(2, 3)).sum().backward()
    assert torch.equal(a.grad, torch.zeros(2, 3))


@pytest.mark.parametrize("objective", [graph_contrastive, node_contrastive])
def test_objectives_by_hand(objective) -> None:
    """Photograph at 0, bands at distances 1 and 2 of their own and .5 and 3 of the other scene."""
    first = scene([constant((0, 0), (1, 0), (2, 0))])
    second = scene([constant((0, 0), (0.5, 0), (3, 0))])
    loss = objective(NETWORK, batch_of(first, second, n_anchors=1), 1.0, GENERATOR)
    assert loss == pytest.approx((1 + 4) / 2 + (0.25 + 0) / 2)


def test_both_scenes_count_where_both_are_anchors() -> None:
    first = scene([constant((0, 0), (1, 0))])
    second = scene([constant((0, 0), (0.5, 0))])
    loss = graph_contrastive(NETWORK, batch_of(first, second), 1.0, GENERATOR)
    assert loss == pytest.approx((1 + 0.25) / 2 + (0.25 + 0) / 2)


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


def test_nodes_off_the_painting_do_not_count() -> None:
    x = constant((0, 0), (1, 0))
    x[2, 1] = 100
    masked = scene([x])
    masked = SceneTensors(**{**vars(masked), "inside": (torch.tensor([True, True, False]),)})
    other = scene([constant((0, 0), (5, 0))])
    loss = node_contrastive(NETWORK, batch_of(masked, other, n_anchors=1), 1.0, GENERATOR)
    assert loss == pytest.approx(1.0)


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


def test_band_distances_of_separate_graphs_are_weighted_by_overlap() -> None:
    first = SimpleNamespace(labels=np.array([[0, 0, 0, 1]]), n_nodes=2)
    other = SimpleNamespace(labels=np.array([[0, 1, 1, 1]]), n_nodes=2)
    z = torch.tensor([[0.0], [0.0], [3.0], [6.0]])[:, None]
    found = band_distances(z, SimpleNamespace(graphs=(first, other)))
    assert found[:, 0] == pytest.approx([(3 + 6 + 6) / 3, 6])


def test_a_superpixel_is_inside_if_half_of_it_is() -> None:
    labels = np.array([[0, 0, 1, 1], [2, 2, 2, 2]], np.int32)
    mask = np.array([[True, False, False, False], [True, True, True, False]])
    assert inside_painting(labels, np.array([2, 2, 4]), mask).tolist() == [True, False, True]


def test_at_least_one_superpixel_is_inside() -> None:
    labels = np.array([[0, 0, 0, 1, 1, 1]], np.int32)
    mask = np.array([[True, False, False, False, False, False]])
    assert inside_painting(labels, np.array([3, 3]), mask).tolist() == [True, False]
