"""Training in float32 throughout, or with bfloat16 where that is safe."""

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ParamSpec, TypeVar

import torch
from torch import Tensor

from artextract_cli.errors import DependencyError
from artextract_cli.nn.choices import Precision

P = ParamSpec("P")
R = TypeVar("R")


def check_precision(precision: Precision, device: torch.device) -> None:
    """Raise :class:`DependencyError` where ``device`` has no arithmetic of that precision."""
    if precision == "fp32" or device.type != "cuda":
        return
    # Emulated bfloat16 is slower than the float32 that it stands for.
    if not torch.cuda.is_bf16_supported(including_emulation=False):
        name = torch.cuda.get_device_name(device)
        msg = f"precision bf16 cannot be used on {device}: {name} lacks it; take --precision fp32"
        raise DependencyError(msg)


def computed_in(precision: Precision, device: torch.device, items: Iterable[R]) -> Iterator[R]:
    """Iterate over ``items``, making each in ``precision``; what is done with them is not."""
    left = iter(items)
    while True:
        try:
            with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16"):
                item = next(left)
        except StopIteration:
            return
        yield item


def in_float32(function: Callable[P, R]) -> Callable[P, R]:
    """Compute ``function`` in float32 where autocast is on; elsewhere nothing changes.

    Its tensors are given by position.
    """
    # bfloat16 has 8 bits: enough for products by weights, but
    # - what adds up or normalises over nodes or edges, attention among it, would lose small terms,
    #   and not all of its kernels know the type: `sampled_addmm` refuses it;
    # - embeddings of layers that agree are nearly equal: their distance would be mere rounding;
    # - so would cross entropy be where the network is sure.

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        device = next(arg.device.type for arg in args if isinstance(arg, Tensor))
        if not torch.is_autocast_enabled(device):
            return function(*args, **kwargs)
        with torch.autocast(device, enabled=False):
            return function(*map(_to_float32, args), **kwargs)

    return call


def _to_float32(value: Any) -> Any:
    is_float = isinstance(value, Tensor) and value.is_floating_point()
    return value.float() if is_float else value
