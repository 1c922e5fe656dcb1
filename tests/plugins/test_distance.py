from types import SimpleNamespace

import pytest
import torch

from artextract_distance import artextract_scorers

SCORERS = {spec.name: spec for spec in artextract_scorers()}
Z = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [3.0, 0.0]], [[2.0, 2.0], [2.0, 2.0], [-1.0, -1.0]]])


def scores(name: str, attention: torch.Tensor | None = None) -> torch.Tensor:
    spec = SCORERS[name]
    return spec.load()(SimpleNamespace(z=Z, attention=attention), spec.options())


def test_distance_by_hand() -> None:
    expected = torch.tensor([[2**0.5, 2.0], [0.0, 18**0.5]])
    torch.testing.assert_close(scores("distance"), expected)


def test_cosine_by_hand() -> None:
    torch.testing.assert_close(scores("cosine"), torch.tensor([[1.0, 0.0], [0.0, 2.0]]))


def test_cosine_of_nearly_equal_directions_is_not_rounding() -> None:
    z = torch.tensor([[[1.0, 0.0], [1.0, 1e-4]]])
    spec = SCORERS["cosine"]
    found = spec.load()(SimpleNamespace(z=z, attention=None), spec.options())
    assert float(found) == pytest.approx(5e-9, rel=1e-3)


def test_attention_weighs_the_distance_by_both_branches() -> None:
    attention = torch.tensor([[4.0, 1.0, 0.0], [1.0, 1.0, 2.25]])
    expected = scores("distance") * torch.tensor([[2.0, 0.0], [1.0, 1.5]])
    torch.testing.assert_close(scores("attention", attention), expected)
    torch.testing.assert_close(scores("attention"), scores("distance"))
