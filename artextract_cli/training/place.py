"""The place of a process among those that train a model together, and its device."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from artextract_cli.errors import DependencyError, UsageError
from artextract_cli.utils.device import resolve_device

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, kw_only=True)
class Place:
    """The place of a process among those that train a model together; alone, by default."""

    rank: int = 0
    count: int = 1
    local_rank: int = 0  # on its machine
    n_local: int = 1
    n_sharing: int = 1  # processes that share the cores of the machine
    meeting: Path | None = None  # the file by which they meet; None for the server of torchrun
    is_restart: bool = False  # after some of them were killed
    is_child: bool = False  # Ctrl-C is for the process that started it, which passes it on


def place_in_environment() -> Place:
    """The place that torchrun assigned to this process.

    Raises
    ------
    UsageError
        If a variable of torchrun is missing or wrong.
    """
    if "WORLD_SIZE" not in os.environ:
        return Place()
    count, rank = _number("WORLD_SIZE"), _number("RANK")
    local_rank, n_local = _number("LOCAL_RANK"), _number("LOCAL_WORLD_SIZE")
    if not (rank < count and local_rank < n_local <= count):
        msg = (
            f"the environment has RANK={rank} of WORLD_SIZE={count} and LOCAL_RANK={local_rank} of "
            f"LOCAL_WORLD_SIZE={n_local}, which no torchrun sets: start with torchrun, or unset "
            "WORLD_SIZE"
        )
        raise UsageError(msg)
    for name in ("MASTER_ADDR", "MASTER_PORT"):
        _variable(name)
    return Place(
        rank=rank,
        count=count,
        local_rank=local_rank,
        n_local=n_local,
        n_sharing=n_local,
        is_restart=os.environ.get("TORCHELASTIC_RESTART_COUNT", "0") != "0",
    )


def _variable(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        msg = (
            f"the environment has WORLD_SIZE, but no {name}: start with torchrun, or unset "
            "WORLD_SIZE"
        )
        raise UsageError(msg)
    return value


def _number(name: str) -> int:
    value = _variable(name)
    if not value.isdecimal():
        msg = f"{name} must be a number, not {value!r}: start with torchrun, or unset WORLD_SIZE"
        raise UsageError(msg)
    return int(value)


def local_device(name: str, place: Place) -> "torch.device":
    """The device of a process: of several on a machine, each has the GPU of its own number.

    Raises
    ------
    UsageError
        If all of them are to use one GPU.
    DependencyError
        If the machine has fewer GPUs than processes.
    """
    import torch

    if place.n_local > 1 and ":" in name:
        msg = f"--device {name} is one GPU, and each process uses its own: give --device cuda"
        raise UsageError(msg)
    if place.count > 1 and name in ("auto", "cuda") and torch.cuda.is_available():
        n_gpus = torch.cuda.device_count()
        if place.local_rank >= n_gpus:
            msg = (
                f"{place.n_local} processes need a GPU each, but this machine has {n_gpus}: start "
                "fewer, or use --device cpu"
            )
            raise DependencyError(msg)
        torch.cuda.set_device(place.local_rank)
    return resolve_device(name)
