"""Which engine computes message passing, and on which device."""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from artextract_cli.errors import DependencyError, UsageError
from artextract_cli.nn.engines import dgl_engine as dgl_kernels
from artextract_cli.nn.engines import numba_engine as numba_kernels
from artextract_cli.nn.engines import torch_engine as torch_kernels
from artextract_cli.nn.engines.dgl_compat import why_no_dgl
from artextract_cli.plugin.protocols import MessageGraph

ENGINE_NAMES = ("auto", "numba", "dgl", "torch")
MOST_VALUES_FOR_TORCH = (
    64  # values of a node, all views together, up to which torch sums them faster than numba
)


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The kernels that message passing runs on, and why these."""

    name: str
    reason: str


def resolve_engine(name: str, device: torch.device) -> Engine:
    """Return the engine of that name, or for ``auto`` the fastest one on ``device``.

    ``auto`` follows what was measured once, not what is measured now: a run that is repeated or
    resumed takes the same engine, and so gives the same bytes.

    Raises :class:`DependencyError`, saying what to do, where the engine asked for cannot work on
    ``device``, and :class:`UsageError` for a name that there is not.
    """
    if name not in ENGINE_NAMES:
        msg = f"there is no engine {name!r}: choose one of {', '.join(ENGINE_NAMES)}"
        raise UsageError(msg)
    if name == "auto":
        return _FASTEST[device.type]
    missing = _why_unusable(name, device)
    if missing is not None:
        msg = f"engine {name} cannot be used on {device}: {missing}, or take --engine torch"
        raise DependencyError(msg)
    return Engine(name=name, reason="asked for")


def _why_unusable(name: str, device: torch.device) -> str | None:
    if name == "dgl":
        return why_no_dgl(device)
    if name == "numba" and device.type != "cpu":
        return "it works on the CPU alone; take --device cpu"
    return None


_FASTEST = {
    "cpu": Engine(
        name="numba/torch",
        reason="measured on one core, numba is the fastest for layers of several views or heads, "
        "torch for narrower ones",
    ),
    "cuda": Engine(
        name="torch",
        reason="it runs on every GPU and sums in a fixed order; DGL was not measured there",
    ),
}


class Kernels(Protocol):
    """What an engine must offer, each in a module ``..._kernels``."""

    def neighbour_mean(self, graph: MessageGraph, x: Tensor, scale: Tensor) -> Tensor:
        """Sum ``x`` (N, K), times ``scale`` (N,) at either end, over incoming edges: (N, K)."""

    def edge_softmax(
        self, graph: MessageGraph, left: Tensor, right: Tensor, negative_slope: float
    ) -> Tensor:
        """Attention (E, V, heads) from the scores ``left`` and ``right`` (N, V, heads)."""

    def weighted_sum(self, graph: MessageGraph, x: Tensor, weight: Tensor) -> Tensor:
        """Sum ``x`` (N, V, heads or 1, D) times ``weight`` (E, V, heads): (N, V, heads, D)."""


class _FastestOnCPU:
    """For every layer the kernels that were the fastest when measured, by its size.

    ``benchmarks/engine_speed.py`` measures it again.
    """

    def neighbour_mean(self, graph: MessageGraph, x: Tensor, scale: Tensor) -> Tensor:
        fastest: Kernels = numba_kernels if x.shape[1] > MOST_VALUES_FOR_TORCH else torch_kernels
        return fastest.neighbour_mean(graph, x, scale)

    def edge_softmax(
        self, graph: MessageGraph, left: Tensor, right: Tensor, negative_slope: float
    ) -> Tensor:
        fastest: Kernels = numba_kernels if left[0].numel() > 1 else torch_kernels
        return fastest.edge_softmax(graph, left, right, negative_slope)

    def weighted_sum(self, graph: MessageGraph, x: Tensor, weight: Tensor) -> Tensor:
        fastest: Kernels = numba_kernels if weight[0].numel() > 1 else torch_kernels
        return fastest.weighted_sum(graph, x, weight)


KERNELS: dict[str, Kernels] = {
    "numba/torch": _FastestOnCPU(),
    "numba": numba_kernels,
    "dgl": dgl_kernels,
    "torch": torch_kernels,
}


def kernels_of(engine: str) -> Kernels:
    """The kernels of an engine by its name, as ``MessageGraph.engine`` gives it."""
    return KERNELS[engine]
