"""Normalisation of node features."""

import pytest
import torch

from artextract_cli.errors import UsageError
from artextract_cli.nn.norm import NodeNorm


@pytest.mark.parametrize("kind", ["batch", "layer"])
def test_normalisation_under_autocast_is_in_float32(kind: str) -> None:
    x = 100 + torch.randn(50, 4, 16).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        found = NodeNorm(kind, 16)(x)
    assert torch.equal(found, NodeNorm(kind, 16)(x.float()))


@pytest.mark.parametrize("kind", ["batch", "layer"])
def test_normalised_features_have_mean_zero_and_spread_one(kind: str) -> None:
    x = 3 + 5 * torch.randn(50, 4, 16)
    x[:, 0] += 10  # one view differs: batch statistics are those of all views together
    rows = NodeNorm(kind, 16)(x).flatten(0, 1)
    dim = 0 if kind == "batch" else 1
    torch.testing.assert_close(rows.mean(dim), torch.zeros(rows.shape[1 - dim]), atol=1e-5, rtol=0)
    spread = rows.std(dim, correction=0)
    torch.testing.assert_close(spread, torch.ones_like(spread), atol=1e-3, rtol=0)


def test_a_single_row_is_normalised_by_running_statistics() -> None:
    norm = NodeNorm("batch", 2)
    assert norm.training
    torch.testing.assert_close(norm(torch.ones(1, 1, 2)), torch.ones(1, 1, 2), atol=1e-4, rtol=0)
    assert norm.norm.running_mean.tolist() == [0, 0]


def test_norm_none_does_nothing_and_others_are_refused() -> None:
    x = torch.randn(5, 2, 3)
    assert torch.equal(NodeNorm("none", 3)(x), x)
    with pytest.raises(UsageError, match="no norm 'group': choose one of batch, layer, none"):
        NodeNorm("group", 3)
