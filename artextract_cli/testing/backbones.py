"""Conformance tests of backbones."""

import unittest
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli.testing.base import PluginTests, expect

# Unlike each other and any width in use, so that a width that is not taken from the arguments
# shows.
IN_SIZE = 7
EDGE_FEATURES = 5
RELATIVE, ABSOLUTE = 1e-3, 1e-4  # tolerances: engines and devices sum float32 in other orders


class BackboneTests(PluginTests):
    """Shapes, seeds, symmetry, batches, gradients, engines and devices of a backbone."""

    def test_shapes(self) -> None:
        """(N, V, in_size) becomes (N, V, out_size) for any N and V, and stays finite."""
        for module in self._modules():
            expect(int(module.out_size) > 0, "out_size must be the width of the embedding")
            # One node has no edges, two nodes have none either, 30 nodes have some; nine views are
            # a photograph and eight bands.
            for n_nodes, n_views in ((1, 1), (1, 2), (2, 9), (30, 1), (30, 2), (30, 9)):
                x = _features(n_nodes, n_views)
                for mode in (True, False):
                    z = module.train(mode)(_graph(n_nodes), x)
                    result = f"for {tuple(x.shape)} it returned {tuple(z.shape)}"
                    expected = (n_nodes, n_views, module.out_size)
                    expect(tuple(z.shape) == expected, f"{result}, not {expected}")
                    expect(bool(z.isfinite().all()), f"{result} with values that are not finite")

    def test_same_seed_same_network(self) -> None:
        """With one seed of torch, its weights and embeddings are reproducible."""
        for options in self.tried():
            first, second = (self._network(options) for _ in range(2))
            states = first.state_dict(), second.state_dict()
            same = all(bool((states[1][name] == part).all()) for name, part in states[0].items())
            expect(same, "one seed gave two networks: draw from torch's generator only")
            graph, x = _graph(30), _features(30, 2)
            expect(
                bool((first.eval()(graph, x) == first.eval()(graph, x)).all()),
                "in evaluation mode the same input gave two embeddings",
            )
            trained = [_seeded(network.train(), graph, x) for network in (first, second)]
            same = bool((trained[0] == trained[1]).all())
            expect(same, "in training one seed gave two embeddings: draw from torch's generator")

    def test_numbering_does_not_matter(self) -> None:
        """Embeddings do not depend on the numbering of nodes."""
        import torch

        for module in self._modules():
            order = torch.randperm(30, generator=torch.Generator().manual_seed(1))
            x, edges = _features(30, 2), _edges(30)
            inverse = order.argsort().numpy()
            renumbered = module(
                _graph(edges=inverse[edges], n_nodes=30, order=order.numpy()), x[order]
            )
            expected = module(_graph(30), x)[order]
            _close(renumbered, expected, "embeddings depend on the numbering of nodes")

    def test_a_batch_equals_its_graphs(self) -> None:
        """In evaluation mode a graph's embeddings do not depend on the others in the batch."""
        for module in self._modules():
            x = _features(50, 2)
            alone = module(_graph(30), x[:30])
            message = "a graph is embedded differently in a batch"
            _close(module(_graph(30, 20), x)[:30], alone, message)

    def test_views_do_not_mix(self) -> None:
        """In evaluation mode a view's embeddings do not depend on the other views."""
        for module in self._modules():
            graph, x = _graph(30), _features(30, 3)
            alone = module(graph, x[:, 1:2])
            _close(module(graph, x)[:, 1:2], alone, "embeddings of a view depend on other views")

    def test_isolated_nodes(self) -> None:
        """A node without neighbours has an embedding that does not depend on other nodes."""
        for module in self._modules():
            x, changed = (_features(30, 2) for _ in range(2))
            # Node 0 is the isolated one.
            changed[1:] += 1
            alone, unaffected = (module(_graph(30), features)[:1] for features in (x, changed))
            expect(bool(alone.isfinite().all()), "an isolated node has no finite embedding")
            _close(unaffected, alone, "a node without neighbours depends on other nodes")

    def test_neighbours_matter(self) -> None:
        """The embedding of a node depends on its neighbours."""
        for module in self._modules():
            graph, x = _graph(30), _features(30, 2)
            node = int(graph.target[graph.source != graph.target][0])
            changed = x.clone()
            changed[graph.source[(graph.target == node) & (graph.source != node)]] += 1
            differs = module(graph, changed)[node] != module(graph, x)[node]
            expect(differs.any(), "the embedding of a node does not depend on its neighbours")

    def test_gradients_reach_every_parameter(self) -> None:
        """Every parameter has a finite, non-zero gradient."""
        import torch

        for module in self._modules():
            z = module(_graph(30), _features(30, 2))
            # Weights that differ, because the plain sum of a normalised embedding has no gradient.
            (z * torch.linspace(-1, 1, z.numel()).view_as(z)).sum().backward()
            for name, parameter in module.named_parameters():
                grad = parameter.grad
                expect(grad is not None, f"no gradient reaches parameter {name}: is it used?")
                expect(bool(grad.isfinite().all()), f"the gradient of {name} is not finite")
                expect(float(grad.abs().max()) > 0, f"the gradient of {name} is zero everywhere")

    def test_without_edge_features(self) -> None:
        """Graphs without edge features work: ``graph.edge_features`` is None."""
        for module in self._modules():
            z = module(_graph(30, bare=True), _features(30, 2))
            expect(bool(z.isfinite().all()), "without edge features embeddings are not finite")

    def test_bfloat16(self) -> None:
        """Under autocast, as with ``train --precision bf16``, embeddings are similar."""
        import torch

        for module in self._modules():
            graph, x = _graph(30), _features(30, 2)
            with torch.autocast("cpu", torch.bfloat16):
                z = module(graph, x.bfloat16())
            expected = module(graph, x)
            error = float((z.float() - expected).detach().abs().mean())
            mean = float(expected.detach().abs().mean())
            # bfloat16 has 8 significant bits; errors add up over the layers.
            expect(error <= 0.1 * mean + 1e-3, f"in bfloat16 embeddings differ by {error:.3g}")

    def test_saved_and_loaded(self) -> None:
        """A network loaded from the state of another one has the same embeddings."""
        for options in self.tried():
            first, second = self._network(options), self._network(options, seed=1)
            second.load_state_dict(first.state_dict())
            graph, x = _graph(30), _features(30, 2)
            embedding = second.eval()(graph, x)
            _close(embedding, first.eval()(graph, x), "a loaded network embeds differently")

    def test_engines_agree(self) -> None:
        """All engines give the same embeddings and gradients."""
        engines = list(_engines())
        if len(engines) < 2:
            msg = "there is only one engine here"
            raise unittest.SkipTest(msg)
        for module in self._modules():
            results = {engine: _with_gradient(module, engine) for engine in engines}
            for engine in engines[1:]:
                for value, first in zip(results[engine], results[engines[0]], strict=True):
                    _close(value, first, f"engine {engine} differs from engine {engines[0]}")

    def test_cuda(self) -> None:
        """Embeddings are the same on a GPU and on the CPU."""
        import torch

        if not torch.cuda.is_available():
            msg = "there is no NVIDIA GPU here"
            raise unittest.SkipTest(msg)
        for module in self._modules():
            x = _features(30, 2)
            on_cpu = module(_graph(30), x)
            on_gpu = module.to("cuda")(_graph(30, device="cuda"), x.to("cuda"))
            _close(on_gpu.cpu(), on_cpu, "embeddings differ between GPU and CPU")

    def test_attention(self) -> None:
        """Attention, if reported, is (E, V, heads) and sums to one over the edges into a node."""
        import torch

        for module in self._modules():
            if not hasattr(module, "embed_with_attention"):
                msg = "it has no embed_with_attention, so it reports no attention"
                raise unittest.SkipTest(msg)
            graph, x = _graph(30), _features(30, 2)
            z, attention = module.embed_with_attention(graph, x)
            _close(z, module(graph, x), "embed_with_attention embeds differently")
            expect(attention, "embed_with_attention returned no layer")
            for weights in attention:
                shape = tuple(weights.shape)
                right = len(shape) == 3 and shape[:2] == (len(graph.source), 2)
                expect(right, f"attention has shape {shape}, not {(len(graph.source), 2, 'heads')}")
                total = torch.zeros(30, *shape[1:]).index_add_(0, graph.target, weights)
                _close(total, torch.ones_like(total), "attention into a node does not sum to one")

    def _network(self, options: Any, seed: int = 0) -> Any:
        import torch

        torch.manual_seed(seed)
        return self.spec.load()(IN_SIZE, options)

    def _modules(self) -> Iterator[Any]:
        """Yield a network in evaluation mode, after one training batch, for each of the options."""
        for options in self.tried():
            module = self._network(options)
            # Batch normalisation then has statistics other than its initial ones.
            module.train()(_graph(30, 20), _features(50, 2))
            yield module.eval()


def _features(n_nodes: int, n_views: int) -> Any:
    import torch

    return torch.randn(n_nodes, n_views, IN_SIZE, generator=torch.Generator().manual_seed(n_nodes))


def _edges(n_nodes: int) -> NDArray[np.int64]:
    """Random edges (2, E), each in both directions; node 0 is isolated."""
    if n_nodes < 3:
        return np.zeros((2, 0), np.int64)
    pairs = np.random.default_rng(n_nodes).integers(1, n_nodes, (2, 3 * n_nodes))
    # Self-loops are added by the topology.
    pairs = pairs[:, pairs[0] != pairs[1]]
    # Without repeated edges, sorted.
    return np.unique(np.concatenate([pairs, pairs[::-1]], axis=1), axis=1)


def _graph(
    *sizes: int,
    edges: NDArray[np.int64] | None = None,
    n_nodes: int = 0,
    order: NDArray[np.int64] | None = None,
    engine: str = "torch",
    device: str = "cpu",
    bare: bool = False,
) -> Any:
    """Random graphs side by side, or one of given edges, with edge features unless ``bare``.

    The features of an edge follow from its ends, numbered as before ``order``.
    """
    from artextract_cli.nn.batch import GraphBatch, Topology

    parts = [(_edges(n), n, None) for n in sizes] if edges is None else [(edges, n_nodes, order)]
    topologies = []
    for pairs, n, numbers in parts:
        names = np.arange(n) if numbers is None else numbers
        # Not symmetric in the ends, so that a backbone which exchanges source and target shows.
        columns = [
            np.sin(names[pairs[0]] + 2.0 * k * names[pairs[1]]) for k in range(EDGE_FEATURES)
        ]
        features = np.stack(columns, axis=1).astype(np.float32)
        topologies.append(Topology.from_edges(pairs, n, None if bare else features))
    return GraphBatch.of(topologies, engine=engine, device=device)


def _engines() -> Iterator[str]:
    import torch

    from artextract_cli.utils.libraries.dgl_compat import why_no_dgl

    yield from ("torch", "numba")
    if why_no_dgl(torch.device("cpu")) is None:
        yield "dgl"


def _with_gradient(module: Any, engine: str) -> list[Any]:
    """The embedding, and the gradients of all parameters."""
    module.zero_grad()
    z = module(_graph(30, 20, engine=engine), _features(50, 2))
    z.square().mean().backward()
    return [z.detach(), *(p.grad.clone() for p in module.parameters() if p.grad is not None)]


def _seeded(module: Any, graph: Any, x: Any) -> Any:
    import torch

    torch.manual_seed(2)
    return module(graph, x)


def _close(actual: Any, expected: Any, message: str) -> None:
    import torch

    actual, expected = actual.detach(), expected.detach()
    error = float((actual - expected).abs().max())
    is_close = torch.allclose(actual, expected, RELATIVE, ABSOLUTE)
    expect(is_close, f"{message} (by up to {error:.3g})")
