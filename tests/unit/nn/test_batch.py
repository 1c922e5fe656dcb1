from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some

from artextract_cli.errors import DependencyError, InputError
from artextract_cli.nn.batch import (
    GraphBatch,
    Topology,
    packed,
    tensors_of,
    to_device,
    unpacked,
    with_tensors,
)
from artextract_cli.utils.libraries.dgl_compat import load_dgl
from tests.helpers.graphs import batch_of, random_batch, random_edges

PATH = Topology.from_edges(np.array([[0, 1, 1, 2], [1, 0, 2, 1]]), 3)  # 0 - 1 - 2
SINGLE = Topology.from_edges(np.empty((2, 0), np.int64), 1)
needs_dgl = pytest.mark.skipif(load_dgl().module is None, reason=f"DGL: {load_dgl().reason}")
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no NVIDIA GPU here")


def test_a_path_is_sorted_and_gets_self_loops() -> None:
    assert PATH.crow.tolist() == [0, 2, 5, 7]
    assert PATH.col.tolist() == [0, 1, 0, 1, 2, 1, 2]
    assert PATH.reverse.tolist() == [0, 2, 1, 3, 5, 4, 6]
    assert (PATH.n_nodes, PATH.n_edges) == (3, 7)
    assert {t.dtype for t in (PATH.crow, PATH.col, PATH.reverse)} == {torch.int64}


def test_features_move_with_their_edges() -> None:
    """Edges come sorted by target, then source; a self-loop has no features."""
    edges = np.array([[3, 1, 2, 0, 2, 0], [2, 0, 3, 2, 0, 1]])
    features = np.array([[32], [10], [23], [2], [20], [1]], np.float32)
    topology = Topology.from_edges(edges, 4, features)
    assert topology.col.tolist() == [0, 1, 2, 0, 1, 0, 2, 3, 2, 3]
    assert topology.edge_features is not None
    assert topology.edge_features[:, 0].tolist() == [0, 10, 20, 1, 0, 2, 0, 32, 23, 0]


def test_a_single_node_has_its_self_loop_alone() -> None:
    assert (SINGLE.crow.tolist(), SINGLE.col.tolist()) == ([0, 1], [0])


def test_order_repetition_and_given_self_loops_do_not_matter() -> None:
    edges = np.array([[2, 1, 1, 0, 0, 1, 1], [1, 2, 0, 1, 1, 1, 0]], np.int32)
    topology = Topology.from_edges(edges, 3)
    assert torch.equal(topology.col, PATH.col)
    assert torch.equal(topology.reverse, PATH.reverse)


def test_reverse_swaps_source_and_target() -> None:
    batch = random_batch(40, 25)
    assert torch.equal(batch.source[batch.reverse], batch.target)
    assert torch.equal(batch.target[batch.reverse], batch.source)


@pytest.mark.parametrize(
    ("edges", "n_nodes", "message"),
    [
        ([[0, 3], [3, 0]], 3, r"nodes 0\.\.3, but the graph has only 0\.\.2"),
        ([[0, -1], [-1, 0]], 3, r"nodes -1\.\.0"),
        ([[0, 1], [1, 2]], 3, "edge 0 to 1 has no opposite 1 to 0"),
        ([[2], [1]], 3, "edge 2 to 1 has no opposite"),
        ([[0, 1]], 3, r"\(1, 2\) int64, not \(2, E\) integers"),
        ([[0.0, 1.0], [1.0, 0.0]], 3, "float64, not"),
        ([[], []], 0, "at least one node, got 0"),
    ],
)
def test_damaged_edges_are_refused(edges: list[list[int]], n_nodes: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Topology.from_edges(np.array(edges), n_nodes)


@given(some.data(), some.integers(1, 20))
def test_edges_that_leave_the_graph_never_reach_dgl(data: some.DataObject, n_nodes: int) -> None:
    nodes = some.tuples(some.integers(0, n_nodes - 1), some.integers(0, n_nodes - 1))
    pairs = data.draw(some.lists(nodes, max_size=30))
    both = np.array([*pairs, *((j, i) for i, j in pairs)], np.int64).reshape(-1, 2).T
    made = Topology.from_edges(both, n_nodes)
    assert {*map(tuple, both.T.tolist())} <= {
        (int(made.col[e]), target)
        for target in range(n_nodes)
        for e in range(int(made.crow[target]), int(made.crow[target + 1]))
    }
    wrong = data.draw(some.integers(n_nodes, 2**62) | some.integers(-(2**62), -1))
    outside = np.concatenate([both, [[wrong, 0], [0, wrong]]], axis=1)
    with pytest.raises(InputError, match="edges name nodes"):
        Topology.from_edges(outside, n_nodes)


def test_a_batch_numbers_its_graphs_through() -> None:
    batch = batch_of(PATH, SINGLE, PATH)
    assert batch.n_nodes == 7
    assert batch.node_counts.tolist() == [3, 1, 3]
    assert batch.source.tolist() == [0, 1, 0, 1, 2, 1, 2, 3, 4, 5, 4, 5, 6, 5, 6]
    assert batch.target.tolist() == [0, 0, 1, 1, 1, 2, 2, 3, 4, 4, 5, 5, 5, 6, 6]
    assert batch.crow.tolist() == [0, 2, 5, 7, 8, 10, 13, 15]
    assert batch.reverse.tolist() == [0, 2, 1, 3, 5, 4, 6, 7, 8, 10, 9, 11, 13, 12, 14]


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one graph"):
        batch_of()


def test_pooling_by_hand() -> None:
    x = torch.tensor([[1.0, 5], [7, 2], [4, 2], [-3, -4]]).unsqueeze(1).requires_grad_()
    batch = batch_of(PATH, SINGLE)
    maximum = batch.pool(x, "max")
    assert maximum.tolist() == [[[7, 5]], [[-3, -4]]]
    assert batch.pool(x, "mean").tolist() == [[[4, 3]], [[-3, -4]]]
    maximum.sum().backward()
    assert x.grad is not None
    assert x.grad[:, 0].tolist() == [[0, 1], [1, 0], [0, 0], [1, 1]]


def test_the_gradient_of_a_tied_maximum_is_shared() -> None:
    x = torch.tensor([2.0, 1, 2]).view(3, 1, 1).requires_grad_()
    batch_of(PATH).pool(x, "max").backward(torch.ones(1, 1, 1))
    assert x.grad is not None
    assert x.grad.flatten().tolist() == [0.5, 0, 0.5]


@needs_dgl
def test_the_dgl_graph_has_our_edges_in_our_order() -> None:
    batch = batch_of(PATH, SINGLE, Topology.from_edges(random_edges(20), 20))
    graph = batch.dgl()
    source, target = graph.edges(order="eid")
    assert torch.equal(source, batch.source)
    assert torch.equal(target, batch.target)
    assert graph.batch_num_nodes().tolist() == [3, 1, 20]
    assert graph.batch_num_edges().tolist() == [7, 1, batch.source.numel() - 8]
    assert batch.dgl() is graph


def test_the_dgl_graph_of_a_machine_without_dgl_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ARTEXTRACT_HIDE_DGL", "1")
    with pytest.raises(DependencyError, match=r"DGL cannot be used on cpu: hidden.*pip install"):
        batch_of(PATH).dgl()


@pytest.mark.cuda
@needs_cuda
def test_a_batch_on_the_gpu_equals_the_one_on_the_cpu() -> None:
    here, there = random_batch(30, 20), random_batch(30, 20, device="cuda")
    for name in ("source", "target", "crow", "reverse", "node_counts"):
        assert getattr(there, name).is_cuda
        assert torch.equal(getattr(there, name).cpu(), getattr(here, name))
    x = torch.randn(50, 2, 4)
    assert torch.equal(there.pool(x.cuda(), "max").cpu(), here.pool(x, "max"))


@dataclass(frozen=True, kw_only=True)
class Scenes:
    """A batch in a batch, with tensors of many types, one of them empty."""

    graph: GraphBatch
    name: str = "scenes"
    inside: torch.Tensor
    x: torch.Tensor
    none: torch.Tensor


def new_scenes() -> Scenes:
    inside = torch.tensor([True, False, True])
    return Scenes(
        graph=random_batch(30, 20), inside=inside, x=torch.randn(5, 3), none=torch.empty(0, 4)
    )


def assert_equal_batches(there: Scenes, here: Scenes) -> None:
    assert (there.name, there.graph.n_nodes) == (here.name, 50)
    for a, b in zip(tensors_of(there), tensors_of(here), strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        assert torch.equal(a.cpu(), b)


def test_a_batch_that_stays_on_the_cpu_is_not_copied() -> None:
    scenes = new_scenes()
    assert to_device(scenes, "cpu") is scenes


def test_a_batch_survives_packing() -> None:
    scenes = new_scenes()
    tensors = list(tensors_of(scenes))
    there = unpacked(packed(tensors, pin_memory=False), tensors)
    assert len({tensor.untyped_storage().data_ptr() for tensor in there}) == 1
    assert_equal_batches(with_tensors(scenes, iter(there)), scenes)


def test_what_is_pooled_under_autocast_is_float32() -> None:
    x = torch.randn(50, 2, 4).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        pooled = random_batch(30, 20).pool(x, "mean")
    assert torch.equal(pooled, random_batch(30, 20).pool(x.float(), "mean"))


@pytest.mark.cuda
@needs_cuda
def test_a_batch_reaches_the_gpu_in_one_pinned_transfer(monkeypatch: pytest.MonkeyPatch) -> None:
    scenes, sent = new_scenes(), []
    to = torch.Tensor.to

    def note(tensor: torch.Tensor, *given: object, **more: object) -> torch.Tensor:
        sent.append((tensor.is_pinned(), more))
        return to(tensor, *given, **more)

    with monkeypatch.context() as patched:
        patched.setattr(torch.Tensor, "to", note)
        there = to_device(scenes, "cuda")
    assert sent == [(True, {"non_blocking": True})]
    assert all(tensor.is_cuda for tensor in tensors_of(there))
    assert_equal_batches(there, scenes)
