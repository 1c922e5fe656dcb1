"""Products with and without gradients agree."""

import pytest
import torch
from torch.nn import functional

from artextract_cli.nn.products import linear


@pytest.mark.parametrize("shape", [(7,), (5, 7), (4, 2, 7)])
@pytest.mark.parametrize("has_bias", [False, True])
def test_it_is_a_linear_map(shape: tuple[int, ...], has_bias: bool) -> None:
    x, weight = torch.randn(*shape), torch.randn(3, 7)
    bias = torch.randn(3) if has_bias else None
    expected = functional.linear(x, weight, bias)
    torch.testing.assert_close(linear(x, weight, bias), expected)
    with torch.no_grad():
        torch.testing.assert_close(linear(x, weight, bias), expected)


def test_parts_of_a_tensor() -> None:
    x, weight = torch.randn(6, 9)[:, 2:], torch.randn(4, 8)[:, 1:]
    with torch.no_grad():
        torch.testing.assert_close(linear(x, weight), x @ weight.T)


def test_gradients_are_kept() -> None:
    x, weight = torch.randn(5, 7), torch.randn(3, 7, requires_grad=True)
    linear(x, weight).sum().backward()
    assert weight.grad is not None
    torch.testing.assert_close(weight.grad, x.sum(0).expand(3, 7))


def test_lower_precision_is_respected() -> None:
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        assert linear(torch.randn(5, 7), torch.randn(3, 7)).dtype == torch.bfloat16
