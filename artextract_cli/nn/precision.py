"""Training in float32, or with bfloat16 where that is safe."""

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
    """Raise :class:`DependencyError` where ``device`` does not support this precision."""
    if precision == "fp32" or device.type != "cuda":
        return
    # Emulated bfloat16 is slower than float32.
    if not torch.cuda.is_bf16_supported(including_emulation=False):
        name = torch.cuda.get_device_name(device)
        msg = (
            f"precision bf16 cannot be used on {device}: {name} does not support it; "
            "use --precision fp32"
        )
        raise DependencyError(msg)


def computed_in(precision: Precision, device: torch.device, items: Iterable[R]) -> Iterator[R]:
    """Iterate over ``items``, computing each in ``precision``; their use is not affected."""
    remaining = iter(items)
    while True:
        try:
            # Autocast is on only while an item is computed. Around ``yield`` it would also cover
            # the caller: the backward pass and the optimiser.
            with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16"):
                item = next(remaining)
        except StopIteration:
            return
        yield item


def in_float32(function: Callable[P, R]) -> Callable[P, R]:
    """Compute ``function`` in float32 where autocast is on; elsewhere nothing changes.

    Pass tensors as positional arguments.
    """
    # bfloat16 has 8 significant bits: enough for products with weights, but
    # - sums and normalisation over nodes or edges, including attention, would lose small terms, and
    #   not all of their kernels support the type: `sampled_addmm` does not;
    # - embeddings of views that agree are nearly equal: their distance would be rounding error;
    # - so would cross entropy where the network is certain.

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
