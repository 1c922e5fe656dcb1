"""The conformance tests of backbones pass what is right and find what is wrong."""

import re
from typing import Any

import numpy as np
import pytest
import torch

from artextract_cli import (
    Backbone,
)
from artextract_cli.testing import (
    BackboneTests,
)
from tests.helpers.conformance import failed


class Mean(torch.nn.Module):
    """The mean over a node and its neighbours, then a linear map."""

    def __init__(self, in_size: int, options: object) -> None:
        super().__init__()
        self.out_size = 4
        self.linear = torch.nn.Linear(in_size, 4)

    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return self.linear(self.mean(graph, x))

    def mean(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        total = torch.zeros_like(x).index_add(0, graph.target, x[graph.source])
        return total / graph.crow.diff()[:, None, None]


class MixesViews(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().forward(graph, x) + x.mean((1, 2), keepdim=True)


class KnowsNumbers(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().forward(graph, x) + torch.arange(len(x))[:, None, None].sin()


class MixesGraphs(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().forward(graph, x) + x.mean(0).sum(-1, keepdim=True)


class DrawsElsewhere(Mean):
    def __init__(self, in_size: int, options: object) -> None:
        super().__init__(in_size, options)
        self.linear.weight.data += torch.from_numpy(np.random.default_rng().random((4, in_size)))


class HasADeadParameter(Mean):
    def __init__(self, in_size: int, options: object) -> None:
        super().__init__(in_size, options)
        self.unused = torch.nn.Parameter(torch.ones(3))


class Detaches(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.linear(self.mean(graph, x), self.linear.weight.detach()) * 1.0


class NeedsEdgeFeatures(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().forward(graph, x) + 0 * graph.edge_features.sum()


class KnowsOneType(Mean):
    def mean(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().mean(graph, x.view(torch.float32))


class DrawsOtherwiseInTraining(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        noise = np.random.default_rng().random() if self.training else 0
        return super().forward(graph, x) + noise


class LooksAtNoNeighbour(Mean):
    def mean(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return x


class ForgetsState(Mean):
    def __init__(self, in_size: int, options: object) -> None:
        super().__init__(in_size, options)
        self.factor = float(torch.rand(()))

    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().forward(graph, x) * self.factor


class KnowsTheEngine(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().forward(graph, x) * (2 if graph.engine == "numba" else 1)


class IsNarrow(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().forward(graph, x)[..., :3]


class DividesByNeighbours(Mean):
    def mean(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        total = torch.zeros_like(x).index_add(0, graph.target, x[graph.source]) - x
        return total / (graph.crow.diff() - 1)[:, None, None]


class AttendsTooMuch(Mean):
    def embed_with_attention(self, graph: Any, x: torch.Tensor) -> Any:
        return self(graph, x), [torch.ones(len(graph.source), x.shape[1], 1)]


def backbone(module: type[Mean]) -> Backbone:
    return Backbone(name="mean", summary="Means.", load=lambda: module)


def test_a_simple_backbone_passes() -> None:
    assert failed(BackboneTests, backbone(Mean)) == {}


@pytest.mark.parametrize(
    ("module", "check", "why"),
    [
        (MixesViews, "views do not mix", "depend on other views"),
        (KnowsNumbers, "numbering does not matter", "depend on the numbering"),
        (MixesGraphs, "a batch equals its graphs", "differently in a batch"),
        (DrawsElsewhere, "same seed same network", "torch's generator"),
        (DrawsOtherwiseInTraining, "same seed same network", "in training"),
        (NeedsEdgeFeatures, "without edge features", "NoneType"),
        (KnowsOneType, "bfloat16", ""),
        (HasADeadParameter, "gradients reach every parameter", "no gradient .* unused"),
        (LooksAtNoNeighbour, "neighbours matter", "does not depend on its"),
        (ForgetsState, "saved and loaded", "embeds differently"),
        (KnowsTheEngine, "engines agree", "engine numba differs"),
        (IsNarrow, "shapes", r"returned \(1, 1, 3\), not \(1, 1, 4\)"),
        (DividesByNeighbours, "isolated nodes", "no finite embedding"),
        (AttendsTooMuch, "attention", "does not sum to one"),
        (Detaches, "gradients reach every parameter", ""),
    ],
)
def test_a_wrong_backbone_is_found_out(module: type[Mean], check: str, why: str) -> None:
    found = failed(BackboneTests, backbone(module))
    assert check in found
    assert re.search(why, found[check])
