"""Error messages of artextract_cli.nn."""

from collections.abc import Mapping, Sequence

from artextract_cli.nn import norm
from tests.errors.row import NET, Row

ROWS = [
    Row(2, "there is no engine 'jax': choose one of …", NET + "--engine jax"),
    Row(2, "there is no norm 'batches': choose one of …",
        lambda here: norm.NodeNorm("batches", 3)),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/nn/test_batch.py::test_damaged_edges_are_refused": (
        "a graph needs at least one node, got 0: build the graph again",
        "edges are (1, 2) int64, not (2, E) integers: build the graph again",
        "edges name nodes 0..3, but the graph has only 0..2: build the graph again",
        "edge 0 to 1 has no opposite 1 to 0: build the graph again",
    ),
    "unit/nn/engines/test_selection.py::test_the_engine_and_its_reason": (
        "engine dgl cannot be used on cpu: …, or use --engine auto",
    ),
    "unit/nn/test_precision.py::test_a_gpu_without_bfloat16_is_refused": (
        "precision bf16 cannot be used on cuda: … does not support it; use --precision fp32",
    ),
}
