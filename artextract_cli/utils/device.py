"""The devices that tensors may live on: choosing one, and describing those available."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from artextract_cli.errors import DependencyError, UsageError

if TYPE_CHECKING:
    import torch

DEVICE_NAMES = ("auto", "cpu", "cuda", "cuda:N")


@dataclass(frozen=True, kw_only=True)
class DeviceDescription:
    """One device, as ``artextract doctor`` shows it."""

    name: str
    available: bool
    summary: str


def resolve_device(name: str) -> "torch.device":
    """Choose the device to compute on.

    Parameters
    ----------
    name
        "auto" (the GPU if there is one), "cpu", "cuda", or one of several GPUs such as "cuda:1".

    Returns
    -------
    torch.device
        The device.

    Raises
    ------
    UsageError
        For any other name.
    DependencyError
        If CUDA is requested and cannot be used.
    """
    import torch

    number = re.fullmatch(r"cuda:(\d{1,3})", name)
    if number is None and name not in DEVICE_NAMES[:3]:
        msg = f"unknown device {name!r}: choose from {', '.join(DEVICE_NAMES)}"
        raise UsageError(msg)
    if name != "cpu" and torch.cuda.is_available():
        if number is not None:
            return torch.device("cuda", _existing(int(number[1])))
        # With its index, since torch.device("cuda") and torch.device("cuda:0") do not compare
        # equal.
        return torch.device("cuda", torch.cuda.current_device())
    if name.startswith("cuda"):
        msg = f"device {name} cannot be used: {_why_no_cuda()}, or use --device cpu"
        raise DependencyError(msg)
    return torch.device("cpu")


def _existing(index: int) -> int:
    import torch

    n_gpus = torch.cuda.device_count()
    if index >= n_gpus:
        msg = f"there is no device cuda:{index}: choose from cuda:0 to cuda:{n_gpus - 1}"
        raise DependencyError(msg)
    return index


def describe_devices() -> list[DeviceDescription]:
    """List the CPU and every GPU, or the reason why no GPU can be used."""
    import torch

    cpu = DeviceDescription(
        name="cpu", available=True, summary=f"{torch.get_num_threads()} threads"
    )
    if not torch.cuda.is_available():
        return [cpu, DeviceDescription(name="cuda", available=False, summary=_why_no_cuda())]
    return [cpu, *(_describe_gpu(index) for index in range(torch.cuda.device_count()))]


def _describe_gpu(index: int) -> DeviceDescription:
    import torch

    properties = torch.cuda.get_device_properties(index)
    summary = f"{properties.name}, {properties.total_memory / 2**30:.0f} GiB"
    return DeviceDescription(name=f"cuda:{index}", available=True, summary=summary)


def _why_no_cuda() -> str:
    import torch

    if torch.version.cuda is None:
        return (
            f"PyTorch {torch.__version__} is built without CUDA;"
            " install a CUDA build from https://pytorch.org/get-started/locally"
        )
    return "PyTorch finds no NVIDIA GPU; check the driver with nvidia-smi"
