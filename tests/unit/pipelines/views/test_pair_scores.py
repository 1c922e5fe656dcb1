"""Scores of pairs of views."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from artextract_cli.nn.siamese import SiameseNetwork
from artextract_cli.pipelines.views.pair_scores import view_scores
from artextract_cli.plugin.protocols import ScoredNodes
from artextract_gat import GATOptions, artextract_backbones
from tests.helpers.networks import NETWORK, batch_of, scene
from tests.helpers.scenes import by_distance


def test_a_scorer_sees_what_the_network_made_of_a_scene() -> None:
    torch.manual_seed(0)
    backbone = artextract_backbones().load()(2, GATOptions(hidden=4, out_size=4, heads=2, layers=2))
    network, batch = SiameseNetwork(backbone, "max").eval(), batch_of(scene([torch.randn(3, 4, 2)]))
    seen: list[ScoredNodes] = []

    def scorer(nodes: ScoredNodes) -> torch.Tensor:
        seen.append(nodes)
        return by_distance(nodes)

    with torch.no_grad():
        z = network(batch)
    found = view_scores(network, batch, z, SimpleNamespace(graphs=(None,)), scorer)
    np.testing.assert_allclose(found, (z[:, :1] - z[:, 1:]).norm(dim=-1), rtol=1e-5)
    assert found.dtype == np.float32
    (nodes,) = seen
    assert torch.equal(nodes.z, z)
    assert torch.equal(nodes.features, batch.x)
    assert nodes.graph is batch.graph
    assert nodes.attention.shape == (3, 4)
    torch.testing.assert_close(nodes.attention.mean(0), torch.ones(4))


def test_a_backbone_without_attention_has_none_to_show() -> None:
    batch = batch_of(scene([torch.randn(3, 2, 2)]))
    seen = []
    view_scores(
        NETWORK,
        batch,
        batch.x,
        SimpleNamespace(graphs=(None,)),
        lambda nodes: seen.append(nodes.attention) or by_distance(nodes),
    )
    assert seen == [None]


def test_separate_graphs_are_scored_by_overlap() -> None:
    first = SimpleNamespace(labels=np.array([[0, 0, 0, 1]]), n_nodes=2)
    other = SimpleNamespace(labels=np.array([[0, 1, 1, 1]]), n_nodes=2)
    z = torch.tensor([[0.0], [0.0], [3.0], [6.0]])[:, None]
    seen = []

    def scorer(nodes: ScoredNodes) -> torch.Tensor:
        seen.append(nodes)
        return by_distance(nodes)

    graphs = SimpleNamespace(graphs=(first, other))
    found = view_scores(NETWORK, SimpleNamespace(x=z * 10), z, graphs, scorer)
    assert found[:, 0] == pytest.approx([(3 + 6 + 6) / 3, 6])
    (pairs,) = seen
    assert pairs.z[..., 0].tolist() == [[0, 3], [0, 6], [0, 6]]
    assert torch.equal(pairs.features, pairs.z * 10)
    assert pairs.graph is pairs.attention is None
