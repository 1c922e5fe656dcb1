"""What is computed in bfloat16, and where that is refused."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from artextract_cli.errors import DependencyError
from artextract_cli.nn.precision import check_precision, computed_in, in_float32
from tests.helpers.machines import with_gpu_of_no_bfloat16

CPU, CUDA = torch.device("cpu"), torch.device("cuda", 0)
X = torch.linspace(-1, 1, 6).view(2, 3)


def products() -> Iterator[Tensor]:
    for _ in range(2):
        yield X @ X.t()


@in_float32
def squared(x: Tensor, power: int = 2) -> Tensor:
    """A product that autocast would compute in bfloat16."""
    assert power == 2
    return x @ x.t()


def test_items_are_made_in_bfloat16_and_used_in_float32() -> None:
    made = [(item.dtype, (X @ X.t()).dtype) for item in computed_in("bf16", CPU, products())]
    assert made == [(torch.bfloat16, torch.float32)] * 2


def test_fp32_changes_nothing() -> None:
    for item in computed_in("fp32", CPU, products()):
        assert torch.equal(item, X @ X.t())


def test_float32_is_an_island_in_autocast() -> None:
    with torch.autocast("cpu", torch.bfloat16):
        low = X @ X.t()
        high = squared(X.bfloat16(), power=2)
        assert (low.dtype, high.dtype) == (torch.bfloat16, torch.float32)
        assert (X @ X.t()).dtype == torch.bfloat16
    assert torch.equal(high, squared(X.bfloat16().float()))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_outside_autocast_types_stay(dtype: torch.dtype) -> None:
    assert squared(X.to(dtype)).dtype == dtype


def test_a_gpu_without_bfloat16_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with_gpu_of_no_bfloat16(monkeypatch)
    with pytest.raises(DependencyError, match="bf16 cannot be used on cuda:0: Tesla T4 does not"):
        check_precision("bf16", CUDA)
    check_precision("fp32", CUDA)
    check_precision("bf16", CPU)
