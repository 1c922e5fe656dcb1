import pytest
import torch
from torch import nn

from artextract_cli import Backbone
from artextract_cli.nn.batch import Topology
from artextract_cli.utils.libraries.dgl_compat import load_dgl
from artextract_gcn import GCNOptions, artextract_backbones
from tests.helpers.graphs import batch_of, path_edges, random_batch

IN_SIZE = 14
needs_dgl = pytest.mark.skipif(load_dgl().module is None, reason=f"DGL: {load_dgl().reason}")
shapes = pytest.mark.parametrize(
    "options",
    [
        GCNOptions(),
        GCNOptions(layers=1, norm="none"),
        GCNOptions(layers=3, norm="layer", dropout=0.2, hidden=7, out_size=5),
    ],
    ids=["default", "one layer", "three layers"],
)


def made(options: GCNOptions = GCNOptions()) -> nn.Module:  # noqa: B008 - frozen
    torch.manual_seed(0)
    spec = artextract_backbones()
    assert isinstance(spec, Backbone)
    module: nn.Module = spec.load()(IN_SIZE, options)
    return module


def test_the_default_is_the_published_network() -> None:
    sizes = {name: tuple(p.shape) for name, p in made().named_parameters()}
    assert sizes == {
        "convolutions.0.weight": (14, 128),
        "convolutions.0.bias": (128,),
        "convolutions.1.weight": (128, 32),
        "convolutions.1.bias": (32,),
        "norms.0.norm.weight": (128,),
        "norms.0.norm.bias": (128,),
        "norms.1.norm.weight": (32,),
        "norms.1.norm.bias": (32,),
    }


@needs_dgl
def test_the_default_equals_the_same_network_of_dgl() -> None:
    from dgl.nn import pytorch as dgl_nn

    module, graph, x = made(), random_batch(30, 20), torch.randn(50, 1, IN_SIZE)
    wanted = x[:, 0]
    for convolution, size in zip(module.convolutions, (128, 32), strict=True):
        theirs = dgl_nn.GraphConv(wanted.shape[1], size, norm="both")
        theirs.load_state_dict(convolution.state_dict())
        wanted = theirs(graph.dgl(), wanted)
        wanted = nn.functional.leaky_relu(
            nn.functional.batch_norm(wanted, None, None, training=True)
        )
    torch.testing.assert_close(module(graph, x)[:, 0], wanted)


@shapes
@pytest.mark.parametrize("n_nodes", [1, 2, 30])
def test_every_parameter_learns_from_every_size(options: GCNOptions, n_nodes: int) -> None:
    module = made(options)
    graph = batch_of(Topology.from_edges(path_edges(n_nodes), n_nodes))
    z = module(graph, torch.randn(n_nodes, 3, IN_SIZE))
    assert z.shape == (n_nodes, 3, options.out_size)
    assert module.out_size == options.out_size
    (z * torch.linspace(-1, 1, z.numel()).view_as(z)).sum().backward()
    for name, parameter in module.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        is_cancelled = options.norm == "batch" and name.startswith("convolutions")
        assert is_cancelled or parameter.grad.abs().max() > 0, name


def test_a_node_is_reached_over_as_many_hops_as_layers() -> None:
    graph, x = batch_of(Topology.from_edges(path_edges(6), 6)), torch.randn(6, 1, IN_SIZE)
    module = made(GCNOptions(layers=2)).eval()
    changed = x.clone()
    changed[0] += 1
    moved = (module(graph, x) - module(graph, changed)).abs().amax((1, 2)) > 0
    assert moved.tolist() == [True, True, True, False, False, False]


def test_batch_statistics_are_those_of_all_views() -> None:
    module = made(GCNOptions(layers=1))
    z = module(random_batch(30), torch.randn(30, 4, IN_SIZE))
    rows = torch.where(z > 0, z, z * 100).flatten(0, 1)  # LeakyReLU undone
    torch.testing.assert_close(rows.mean(0), torch.zeros(32), atol=1e-4, rtol=0)
    torch.testing.assert_close(rows.var(0, correction=0), torch.ones(32), atol=1e-3, rtol=0)
