"""Conformance tests of scorers."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from artextract_cli.testing.base import PluginTests, expect

# Three different numbers, so that exchanged axes show.
N_NODES, WIDTH, N_FEATURES = 20, 6, 5


@dataclass(frozen=True)
class Nodes:
    """Synthetic input of a scorer, as `ScoredNodes`."""

    z: Any
    features: Any
    graph: Any = None
    attention: Any = None


class ScorerTests(PluginTests):
    """Scores of synthetic embeddings."""

    def test_shape_and_range(self) -> None:
        """Scores (N, V - 1) are finite, with and without attention and a graph."""
        for options in self.tried():
            for n_views in (2, 9):
                for nodes in (_nodes(n_views), _nodes(n_views, bare=True)):
                    scores = self._scores(nodes, options)
                    expected = (N_NODES, n_views - 1)
                    shape = f"scores have shape {tuple(scores.shape)}"
                    expect(tuple(scores.shape) == expected, f"{shape}, not {expected}")
                    expect(bool(scores.isfinite().all()), "some scores are not finite")

    def test_equal_views_score_zero(self) -> None:
        """The score is 0 where all views are equal."""
        for options in self.tried():
            for bare in (False, True):
                nodes = _nodes(3, bare=bare, apart=0)
                largest = float(self._scores(nodes, options).abs().max())
                # Rounding of float32: these embeddings have lengths of about 2.5.
                expect(largest < 1e-5, f"equal views score up to {largest:.3g}, not 0")

    def test_larger_differences_score_more(self) -> None:
        """Views that differ more have a higher mean score."""
        for options in self.tried():
            near, far = (
                float(self._scores(_nodes(3, apart=apart), options).mean()) for apart in (0.1, 1)
            )
            expect(near < far, f"similar views score {near:.3g}, different ones {far:.3g}")

    def test_views_are_scored_independently(self) -> None:
        """A view's score does not depend on the other views."""
        for options in self.tried():
            nodes = _nodes(4)
            # The photograph stays first; views 1 and 3 change places.
            reordered = Nodes(
                nodes.z[:, [0, 3, 2, 1]],
                nodes.features[:, [0, 3, 2, 1]],
                nodes.graph,
                nodes.attention[:, [0, 3, 2, 1]],
            )
            difference = (
                self._scores(reordered, options) - self._scores(nodes, options)[:, [2, 1, 0]]
            )
            largest = float(difference.abs().max())
            expect(
                largest < 1e-5,
                f"scores depend on the order of views, by up to {largest:.3g}",
            )

    def test_input_is_not_modified(self) -> None:
        """Scoring is repeatable, and does not modify its input."""
        for options in self.tried():
            nodes, before = _nodes(3), _nodes(3)
            first, second = (self._scores(nodes, options) for _ in range(2))
            expect(bool((first == second).all()), "the same embeddings had two different scores")
            for name in ("z", "features", "attention"):
                kept = bool((getattr(nodes, name) == getattr(before, name)).all())
                expect(kept, f"{name} was changed")

    def _scores(self, nodes: Nodes, options: Any) -> Any:
        import torch

        with torch.no_grad():
            return self.spec.load()(nodes, options)


def _nodes(n_views: int, *, apart: float = 0.5, bare: bool = False) -> Nodes:
    """Embeddings whose views differ by about ``apart``; ``bare`` without attention and a graph."""
    import torch

    from artextract_cli.nn.batch import GraphBatch, Topology

    drawn = torch.Generator().manual_seed(n_views)
    photograph = torch.randn(N_NODES, 1, WIDTH, generator=drawn)
    others = torch.randn(N_NODES, n_views - 1, WIDTH, generator=drawn)
    z = torch.cat([photograph, photograph + apart * others], dim=1)
    features = torch.randn(N_NODES, n_views, N_FEATURES, generator=drawn)
    if apart == 0:
        # Contiguous copies: a view of one row repeated could hide a write to the input.
        features = features[:, :1].expand(-1, n_views, -1).clone()
    if bare:
        return Nodes(z, features)
    forth = np.stack([np.arange(N_NODES - 1), np.arange(1, N_NODES)])
    topology = Topology.from_edges(np.concatenate([forth, forth[::-1]], axis=1), N_NODES)
    graph = GraphBatch.of([topology], engine="torch", device="cpu")
    attention = torch.rand(N_NODES, 1, generator=drawn).expand(-1, n_views).clone()
    return Nodes(z, features, graph, attention)
