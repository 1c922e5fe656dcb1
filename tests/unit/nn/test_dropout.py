import pytest
import torch

from artextract_cli.nn.dropout import Dropout


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_the_share_is_dropped_and_the_mean_stays(share: float) -> None:
    torch.manual_seed(0)
    x = torch.ones(401, 499)
    dropped = Dropout(share)(x)
    assert (dropped == 0).float().mean() == pytest.approx(share, abs=0.005)
    assert dropped.unique().tolist() == pytest.approx([0, 1 / (1 - share)])
    assert dropped.mean() == pytest.approx(1, abs=0.05)


def test_the_same_seed_drops_the_same_and_neighbours_are_independent() -> None:
    torch.manual_seed(3)
    first = Dropout(0.5)(torch.ones(100_001)) > 0
    torch.manual_seed(3)
    assert torch.equal(first, Dropout(0.5)(torch.ones(100_001)) > 0)
    for apart in (1, 2, 3, 4):
        both = (first[apart:] & first[:-apart]).float().mean()
        assert both == pytest.approx(0.25, abs=0.01)


def test_nothing_is_dropped_outside_of_training() -> None:
    x = torch.randn(5, 7)
    assert Dropout(0.5).eval()(x) is x
    assert Dropout(0.0)(x) is x


def test_the_gradient_flows_where_values_were_kept() -> None:
    x = torch.ones(1000, requires_grad=True)
    dropped = Dropout(0.25)(x)
    dropped.sum().backward()
    assert torch.equal(x.grad, dropped.detach())
