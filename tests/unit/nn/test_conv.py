from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from artextract_cli.nn.batch import GraphBatch, Topology
from artextract_cli.nn.conv import GATConv, GraphConv
from tests.helpers.graphs import batch_of, random_batch, renumbered
from tests.helpers.layers import assert_near, every_layer, in_size, made, needs_dgl, run

PATH = Topology.from_edges(np.array([[0, 1, 1, 2], [1, 0, 2, 1]]), 3)  # 0 - 1 - 2
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no NVIDIA GPU here")
every_engine = pytest.mark.parametrize(
    "engine", [pytest.param("dgl", marks=needs_dgl), "numba", "torch"]
)
# Of outputs: a layer multiplies two or three times, and bfloat16 rounds to 2⁻⁹ = 0.002 each time.
BFLOAT16_TOLERANCE = 0.01


@every_engine
def test_graph_convolution_by_hand(engine: str) -> None:
    layer = GraphConv(1, 1)
    nn.init.constant_(layer.weight, 2.0)
    nn.init.constant_(layer.bias, 0.5)
    x = torch.tensor([1.0, 10, 100]).view(3, 1, 1)
    # degrees 2, 3, 2: each edge counts one over the root of the product of its ends' degrees
    edge = 1 / 6**0.5
    mean = [1 / 2 + 10 * edge, 1 * edge + 10 / 3 + 100 * edge, 10 * edge + 100 / 2]
    wanted = torch.tensor([2 * m + 0.5 for m in mean])
    torch.testing.assert_close(layer(batch_of(PATH, engine=engine), x).flatten(), wanted)


@every_engine
def test_attention_by_hand(engine: str) -> None:
    layer = GATConv(1, 1, 1)
    for parameter, value in ((layer.fc.weight, 2.0), (layer.attn_l, 0.5), (layer.attn_r, -1.0)):
        nn.init.constant_(parameter, value)
    x = torch.tensor([0.1, 0.2, 0.3]).view(3, 1, 1)
    out, attention = layer(batch_of(PATH, engine=engine), x, get_attention=True)

    def weight(source: float, target: float) -> float:
        score = 2 * source * 0.5 - 2 * target
        return float(np.exp(score if score > 0 else 0.2 * score))

    into_first = [weight(0.1, 0.1), weight(0.2, 0.1)]
    share = into_first[0] / sum(into_first)
    assert attention[:2, 0, 0].tolist() == pytest.approx([share, 1 - share])
    assert out[0].item() == pytest.approx(2 * (0.1 * share + 0.2 * (1 - share)))


@every_engine
def test_incoming_attention_sums_to_one_even_for_huge_scores(engine: str) -> None:
    graph = random_batch(30, engine=engine)
    layer = made(lambda: GATConv(4, 3, 2))
    out, attention = layer(graph, 1e4 * torch.randn(30, 3, 4), get_attention=True)
    assert attention.shape == (len(graph.source), 3, 2)
    total = torch.zeros(30, 3, 2).index_add_(0, graph.target, attention)
    torch.testing.assert_close(total, torch.ones_like(total))
    assert out.isfinite().all()


@needs_dgl
@every_layer
def test_layers_equal_those_of_dgl(layer: Callable[[], nn.Module]) -> None:
    from dgl.nn import pytorch as dgl_nn

    ours, graph = made(layer), random_batch(40, 20)
    if isinstance(ours, GraphConv):
        sizes = ours.weight.shape
        theirs = dgl_nn.GraphConv(*sizes, bias=ours.bias is not None)
    else:
        residual = ours.res_fc is not None
        theirs = dgl_nn.GATConv(in_size(ours), ours.out_size, ours.heads, residual=residual)
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(60, 1, in_size(ours))
    wanted = run(theirs, graph.dgl(), x[:, 0])
    names = [name for name, _ in theirs.named_parameters()]
    order = [0, 1, *(2 + names.index(name) for name, _ in ours.named_parameters())]
    assert_near(run(ours, graph, x), [wanted[i] for i in order])
    ours.load_state_dict(theirs.state_dict())


@needs_dgl
@every_layer
@pytest.mark.parametrize("n_views", [1, 3])
@pytest.mark.parametrize("engine", ["numba", "torch"])
def test_engines_agree(layer: Callable[[], nn.Module], n_views: int, engine: str) -> None:
    module = made(layer)
    x = torch.randn(60, n_views, in_size(module))
    wanted = run(module, random_batch(40, 20, engine="dgl"), x)
    assert_near(run(module, random_batch(40, 20, engine=engine), x), wanted)


@needs_dgl
@pytest.mark.parametrize("engine", ["numba", "torch"])
@pytest.mark.parametrize(("in_size", "out_size", "heads"), [(14, 32, 4), (48, 12, 4), (32, 32, 1)])
def test_views_of_attention_equal_those_of_dgl(
    in_size: int, out_size: int, heads: int, engine: str
) -> None:
    from dgl.nn import pytorch as dgl_nn

    ours = made(lambda: GATConv(in_size, out_size, heads))
    theirs = dgl_nn.GATConv(in_size, out_size, heads)
    theirs.load_state_dict(ours.state_dict())
    graph, x = random_batch(200, 100, engine=engine), torch.randn(300, 3, in_size)
    out, attention = ours(graph, x, get_attention=True)
    for view in range(3):
        wanted, weights = theirs(graph.dgl(), x[:, view], get_attention=True)
        assert_near([out[:, view], attention[:, view]], [wanted, weights])


@every_layer
def test_the_number_of_threads_changes_no_byte(layer: Callable[[], nn.Module]) -> None:
    module, graph = made(layer), random_batch(200, 100, engine="numba")
    x, n_threads = torch.randn(300, 3, in_size(module)), torch.get_num_threads()
    found = []
    try:
        for n in (1, 3):
            torch.set_num_threads(n)
            with torch.no_grad():
                found.append(module(graph, x))
    finally:
        torch.set_num_threads(n_threads)
    assert torch.equal(*found)


@needs_dgl
def test_engines_drop_the_same_inputs_and_edges() -> None:
    module = made(lambda: GATConv(4, 3, 2, feat_drop=0.3, attn_drop=0.5))
    x = torch.randn(60, 3, 4)
    results = []
    for engine in ("dgl", "torch", "numba"):
        torch.manual_seed(1)
        results.append(run(module, random_batch(40, 20, engine=engine), x))
    assert_near(results[0], results[1])
    assert_near(results[0], results[2])
    kept = run(module.eval(), random_batch(40, 20), x)
    assert not torch.allclose(kept[0], results[1][0])


def test_dropped_attention_keeps_its_mean() -> None:
    module = made(lambda: GATConv(2, 2, 1, attn_drop=0.5))
    graph, x = random_batch(30), torch.randn(30, 1, 2)
    mean = module(graph, x.expand(-1, 5000, -1)).mean(1, keepdim=True)
    torch.testing.assert_close(mean, module.eval()(graph, x), atol=0.1, rtol=0)


@every_engine
@every_layer
def test_two_runs_give_equal_bytes(layer: Callable[[], nn.Module], engine: str) -> None:
    module, graph = made(layer), random_batch(200, 100, engine=engine)
    x = torch.randn(300, 3, in_size(module))
    first, second = run(module, graph, x), run(module, graph, x)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


@every_layer
@pytest.mark.parametrize("engine", ["numba", "torch"])
def test_gradients_are_those_of_finite_differences(
    layer: Callable[[], nn.Module], engine: str
) -> None:
    module, graph = made(layer).double(), random_batch(4, 2, engine=engine)
    names, parameters = zip(*module.named_parameters(), strict=True)

    def call(x: Tensor, *values: Tensor) -> Tensor:
        state = dict(zip(names, values, strict=True))
        out: Tensor = torch.func.functional_call(module, state, (graph, x))
        return out

    x = torch.randn(6, 2, in_size(module), dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(call, (x, *parameters))


@every_engine
@every_layer
def test_views_do_not_see_each_other(layer: Callable[[], nn.Module], engine: str) -> None:
    module, graph = made(layer), random_batch(20, engine=engine)
    x = torch.randn(20, 3, in_size(module))
    together = module(graph, x)
    apart = torch.cat([module(graph, view) for view in x.split(1, dim=1)], dim=1)
    torch.testing.assert_close(together, apart)


@every_engine
@every_layer
def test_renumbered_nodes_give_the_same_embedding(
    layer: Callable[[], nn.Module], engine: str
) -> None:
    module, graph = made(layer), random_batch(30, engine=engine)
    order = torch.randperm(30)
    x = torch.randn(30, 2, in_size(module))
    torch.testing.assert_close(module(renumbered(graph, order), x[order]), module(graph, x)[order])


@every_engine
def test_isolated_nodes_see_themselves_alone(engine: str) -> None:
    single = Topology.from_edges(np.empty((2, 0), np.int64), 1)
    x = torch.randn(1, 2, 3)
    graph = batch_of(single, engine=engine)
    convolution = made(lambda: GraphConv(3, 4))
    torch.testing.assert_close(convolution(graph, x), x @ convolution.weight + convolution.bias)
    attention = made(lambda: GATConv(3, 4, 2))
    wanted = (attention.fc(x) + attention.bias).view(1, 2, 2, 4)
    torch.testing.assert_close(attention(graph, x), wanted)


@every_engine
@every_layer
def test_a_batch_equals_its_graphs(layer: Callable[[], nn.Module], engine: str) -> None:
    module, graph = made(layer), random_batch(20, 30, engine=engine)
    x = torch.randn(50, 2, in_size(module))
    changed = x.clone()
    changed[20:] = 0
    torch.testing.assert_close(module(graph, x)[:20], module(graph, changed)[:20])
    alone = module(random_batch(20, engine=engine), x[:20])
    torch.testing.assert_close(module(graph, x)[:20], alone)


@every_engine
@every_layer
def test_bfloat16_is_near_and_leaves_gradients_in_float32(
    layer: Callable[[], nn.Module], engine: str
) -> None:
    module, graph = made(layer), random_batch(40, 20, engine=engine)
    x = torch.randn(60, 3, in_size(module))
    out, *gradients = run(module, graph, x, autocast=True)
    assert {gradient.dtype for gradient in gradients} == {torch.float32}
    assert_near([out], run(module, graph, x)[:1], BFLOAT16_TOLERANCE)


@every_engine
def test_attention_under_autocast_sums_to_one_in_float32(engine: str) -> None:
    graph, layer = random_batch(30, engine=engine), made(lambda: GATConv(4, 3, 2))
    with torch.autocast("cpu", torch.bfloat16):
        _, attention = layer(graph, torch.randn(30, 3, 4), get_attention=True)
    total = torch.zeros(30, 3, 2).index_add_(0, graph.target, attention)
    torch.testing.assert_close(total, torch.ones_like(total))


@pytest.mark.cuda
@needs_cuda
@every_layer
def test_the_gpu_agrees_with_the_cpu(layer: Callable[[], nn.Module]) -> None:
    module = made(layer)
    x = torch.randn(60, 3, in_size(module))
    wanted = run(module, random_batch(40, 20), x)
    there: GraphBatch = random_batch(40, 20, device="cuda")
    assert_near(run(module.cuda(), there, x.cuda()), wanted)


@pytest.mark.cuda
@needs_cuda
@every_layer
def test_bfloat16_on_the_gpu_is_near(layer: Callable[[], nn.Module]) -> None:
    module = made(layer)
    x = torch.randn(60, 3, in_size(module))
    wanted = run(module, random_batch(40, 20), x)[:1]
    there = random_batch(40, 20, device="cuda")
    found = run(module.cuda(), there, x.cuda(), autocast=True)[:1]
    assert_near(found, wanted, BFLOAT16_TOLERANCE)
