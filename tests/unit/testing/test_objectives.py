"""The conformance tests of objectives pass what is right and find what is wrong."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from artextract_cli import (
    Objective,
    contrastive_loss,
    distance,
)
from artextract_cli.testing import (
    ObjectiveTests,
)
from tests.helpers.conformance import failed


def pulling(scenes: Any, options: object) -> torch.Tensor:
    """Contrastive, over the nodes of the scenes that count, on the painting."""
    counted = scenes.inside & (scenes.scene < scenes.n_anchors)
    photographs, bands = scenes.pooled[:, 0], scenes.pooled[:, 1]
    apart = distance(photographs[: scenes.n_anchors], bands.flip(0)[: scenes.n_anchors])
    return contrastive_loss(distance(scenes.z[:, :1], scenes.z[:, 1:])[counted], apart, 1.0)


def undifferentiable_at_zero(scenes: Any, options: object) -> torch.Tensor:
    apart = (scenes.z[:, :1] - scenes.z[:, 1:]).square().sum(-1).sqrt()
    return pulling(scenes, options) + apart[scenes.inside].mean()


def counting_lenders(scenes: Any, options: object) -> torch.Tensor:
    return distance(scenes.pooled[:, :1], scenes.pooled[:, 1:]).mean()


def objective(function: Callable[..., Any], **more: Any) -> Objective:
    return Objective(name="pulling", summary="Pulls.", load=lambda: function, **more)


def test_a_simple_objective_passes() -> None:
    assert failed(ObjectiveTests, objective(pulling)) == {}


@pytest.mark.parametrize(
    ("function", "check"),
    [
        (lambda s, o: -pulling(s, o), "agreement has lower loss"),
        (lambda s, o: pulling(s, o).detach(), "finite loss with gradient"),
        (lambda s, o: pulling(s, o).log() - torch.inf, "finite loss with gradient"),
        (lambda s, o: pulling(s, o) + torch.rand(()), "same draws same loss"),
        (lambda s, o: pulling(s, o) + s.z.square().sum(), "nodes off the painting do not count"),
        (lambda s, o: pulling(s, o) + s.z[0].sum(), "order of scenes does not matter"),
        (lambda s, o: s.z, "finite loss with gradient"),
        (undifferentiable_at_zero, "equal views have a finite gradient"),
        (counting_lenders, "scenes that only provide negatives do not count"),
    ],
)
def test_a_wrong_objective_is_found_out(function: Callable[..., Any], check: str) -> None:
    assert check in failed(ObjectiveTests, objective(function))


def test_what_learns_from_layers_leaves_undecided_nodes_alone() -> None:
    def told(scenes: Any, options: object, undecided: float = 0.0) -> torch.Tensor:
        d = distance(scenes.z[:, 0], scenes.z[:, 1]).square() * scenes.inside
        return (d * torch.nan_to_num(1 - 2 * scenes.hidden, nan=undecided)).sum()

    right = objective(told, learns_from="layers")
    assert failed(ObjectiveTests, right) == {}
    wrong = objective(lambda s, o: told(s, o, undecided=1.0), learns_from="layers")
    assert list(failed(ObjectiveTests, wrong)) == ["undecided nodes do not count"]
