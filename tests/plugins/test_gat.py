import pytest
import torch
from torch import nn

from artextract_cli import Backbone, UsageError
from artextract_cli.nn.batch import Topology
from artextract_cli.utils.libraries.dgl_compat import load_dgl
from artextract_gat import GATOptions, artextract_backbones
from artextract_gcn import GCNOptions
from artextract_gcn.network import GCN
from tests.helpers.graphs import batch_of, path_edges, random_batch

IN_SIZE = 14
PUBLISHED = GATOptions(heads=1, residual=False, norm="none")
needs_dgl = pytest.mark.skipif(load_dgl().module is None, reason=f"DGL: {load_dgl().reason}")
shapes = pytest.mark.parametrize(
    "options",
    [
        GATOptions(),
        PUBLISHED,
        GATOptions(layers=1, heads=2, norm="batch", hidden=6, out_size=10, dropout=0.0),
    ],
    ids=["default", "published", "one layer"],
)


def made(options: GATOptions = GATOptions()) -> nn.Module:  # noqa: B008 - frozen
    torch.manual_seed(0)
    spec = artextract_backbones()
    assert isinstance(spec, Backbone)
    module: nn.Module = spec.load()(IN_SIZE, options)
    return module


def n_parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_the_default_has_four_heads_a_residual_and_layer_norm() -> None:
    sizes = {name: tuple(p.shape) for name, p in made().named_parameters()}
    assert {name: shape for name, shape in sizes.items() if name.startswith("attentions.0")} == {
        "attentions.0.attn_l": (1, 4, 32),
        "attentions.0.attn_r": (1, 4, 32),
        "attentions.0.fc.weight": (128, 14),
        "attentions.0.res_fc.weight": (128, 14),
        "attentions.0.res_fc.bias": (128,),
    }
    assert sizes["attentions.1.fc.weight"] == (32, 128)
    assert sizes["attentions.2.fc.weight"] == (32, 32)
    assert sizes["norms.2.norm.weight"] == (32,)
    assert "attentions.2.res_fc.weight" not in sizes


@needs_dgl
def test_the_published_network_equals_the_same_network_of_dgl() -> None:
    from dgl.nn import pytorch as dgl_nn

    module, graph, x = made(PUBLISHED).eval(), random_batch(30, 20), torch.randn(50, 1, IN_SIZE)
    wanted = x[:, 0]
    for attention, size in zip(module.attentions, (128, 32, 32), strict=True):
        theirs = dgl_nn.GATConv(wanted.shape[1], size, 1)
        theirs.load_state_dict(attention.state_dict())
        wanted = nn.functional.leaky_relu(theirs(graph.dgl(), wanted).flatten(1))
    torch.testing.assert_close(module(graph, x)[:, 0], wanted)


@pytest.mark.parametrize("in_size", [10, 14, 30])
def test_gat_and_gcn_can_be_made_alike(in_size: int) -> None:
    gat = artextract_backbones().load()(in_size, GATOptions(hidden=128, residual=False))
    gcn = GCN(in_size, GCNOptions(hidden=136, layers=3, norm="layer"))
    assert len(gat.attentions) == len(gcn.convolutions) == 3
    assert n_parameters(gat) == pytest.approx(n_parameters(gcn), rel=0.05)


@shapes
@pytest.mark.parametrize("n_nodes", [1, 2, 30])
def test_every_parameter_learns_from_every_size(options: GATOptions, n_nodes: int) -> None:
    module = made(options)
    graph = batch_of(Topology.from_edges(path_edges(n_nodes), n_nodes))
    z = module(graph, torch.randn(n_nodes, 3, IN_SIZE))
    assert z.shape == (n_nodes, 3, options.out_size)
    assert module.out_size == options.out_size
    (z * torch.linspace(-1, 1, z.numel()).view_as(z)).sum().backward()
    for name, parameter in module.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        has_no_choice = n_nodes == 1 and ".attn_" in name
        assert has_no_choice or parameter.grad.abs().max() > 0, name


def test_dropout_is_for_training_alone() -> None:
    module, graph, x = made(), random_batch(30), torch.randn(30, 2, IN_SIZE)
    assert not torch.equal(module(graph, x), module(graph, x))
    module.eval()
    assert torch.equal(module(graph, x), module(graph, x))


@pytest.mark.parametrize("options", [GATOptions(heads=3), GATOptions(heads=64)])
def test_heads_that_cannot_share_a_layer_are_refused(options: GATOptions) -> None:
    with pytest.raises(UsageError, match=r"heads=\d+ cannot share a layer of width (128|32)"):
        made(options)
