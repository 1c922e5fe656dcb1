"""The conformance tests of scorers pass what is right and find what is wrong."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from artextract_cli import (
    Scorer,
)
from artextract_cli.testing import (
    ScorerTests,
)
from tests.helpers.conformance import failed


def manhattan(nodes: Any, options: object) -> torch.Tensor:
    return (nodes.z[:, :1] - nodes.z[:, 1:]).abs().sum(-1)


def scorer(function: Callable[..., Any]) -> Scorer:
    return Scorer(name="manhattan", summary="Sums.", load=lambda: function)


def writes_to_what_it_sees(nodes: Any, options: object) -> torch.Tensor:
    nodes.features.add_(1)
    return manhattan(nodes, options)


def test_a_simple_scorer_passes() -> None:
    assert failed(ScorerTests, scorer(manhattan)) == {}


@pytest.mark.parametrize(
    ("function", "check"),
    [
        (lambda n, o: manhattan(n, o)[:, 0], "shape and range"),
        (lambda n, o: manhattan(n, o) * n.attention[:, 1:], "shape and range"),
        (lambda n, o: manhattan(n, o) + 1, "equal views score zero"),
        (lambda n, o: -manhattan(n, o), "larger differences score more"),
        (lambda n, o: manhattan(n, o).cumsum(1), "views are scored independently"),
        (writes_to_what_it_sees, "input is not modified"),
    ],
)
def test_a_wrong_scorer_is_found_out(function: Callable[..., Any], check: str) -> None:
    assert check in failed(ScorerTests, scorer(function))
