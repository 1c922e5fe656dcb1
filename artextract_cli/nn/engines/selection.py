"""Choice of the engine for message passing on a device."""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from artextract_cli.errors import DependencyError, UsageError
from artextract_cli.nn.engines import dgl_engine, numba_engine, plain_engine, torch_engine
from artextract_cli.plugin.protocols import MessageGraph
from artextract_cli.utils.libraries.dgl_compat import why_no_dgl

ENGINE_NAMES = ("auto", "numba", "dgl", "torch")
# Values of a node over all views: up to this many, torch was measured to sum faster than numba.
MOST_VALUES_FOR_TORCH = 64


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The engine of message passing, and the reason for its choice."""

    name: str
    reason: str


def resolve_engine(name: str, device: torch.device) -> Engine:
    """Return the engine of that name, or for ``auto`` the fastest one on ``device``.

    ``auto`` follows a fixed rule instead of timing at run time: a run that is repeated or resumed
    uses the same engine, and so gives the same bytes.

    Raises :class:`DependencyError`, which says what to do, where the requested engine does not work
    on ``device``, and :class:`UsageError` for an unknown name.
    """
    if name not in ENGINE_NAMES:
        msg = f"there is no engine {name!r}: choose one of {', '.join(ENGINE_NAMES)}"
        raise UsageError(msg)
    if name == "auto":
        return _FASTEST[device.type]
    reason = _why_unusable(name, device)
    if reason is not None:
        msg = f"engine {name} cannot be used on {device}: {reason}, or use --engine auto"
        raise DependencyError(msg)
    return Engine(name=name, reason="requested")


def _why_unusable(name: str, device: torch.device) -> str | None:
    if name == "dgl":
        return why_no_dgl(device)
    # Numba loops read the memory of tensors through NumPy.
    if name == "numba" and device.type != "cpu":
        return "it works on the CPU only; use --device cpu"
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
    """Functions of an engine, each in a module ``..._engine``."""

    def neighbour_mean(self, graph: MessageGraph, x: Tensor, scale: Tensor) -> Tensor:
        """Sum ``x`` (N, K), times ``scale`` (N,) at both ends, over incoming edges: (N, K)."""

    def edge_softmax(
        self, graph: MessageGraph, left: Tensor, right: Tensor, negative_slope: float
    ) -> Tensor:
        """Attention (E, V, heads) from the scores ``left`` and ``right`` (N, V, heads)."""

    def weighted_sum(self, graph: MessageGraph, x: Tensor, weight: Tensor) -> Tensor:
        """Sum ``x`` (N, V, heads or 1, D) times ``weight`` (E, V, heads): (N, V, heads, D)."""


class _FastestOnCPU:
    """For every layer the engine that was measured to be the fastest for its size.

    ``benchmarks/engine_speed.py`` repeats the measurement.
    """

    def neighbour_mean(self, graph: MessageGraph, x: Tensor, scale: Tensor) -> Tensor:
        fastest: Kernels = numba_engine if x.shape[1] > MOST_VALUES_FOR_TORCH else torch_engine
        return fastest.neighbour_mean(graph, x, scale)

    def edge_softmax(
        self, graph: MessageGraph, left: Tensor, right: Tensor, negative_slope: float
    ) -> Tensor:
        # Views times heads: for a single channel torch was measured to be faster.
        fastest: Kernels = numba_engine if left[0].numel() > 1 else torch_engine
        return fastest.edge_softmax(graph, left, right, negative_slope)

    def weighted_sum(self, graph: MessageGraph, x: Tensor, weight: Tensor) -> Tensor:
        fastest: Kernels = numba_engine if weight[0].numel() > 1 else torch_engine
        return fastest.weighted_sum(graph, x, weight)


KERNELS: dict[str, Kernels] = {
    "numba/torch": _FastestOnCPU(),
    "numba": numba_engine,
    "dgl": dgl_engine,
    "torch": torch_engine,
    "plain": plain_engine,  # of exported programs, which no option chooses
}


def kernels_of(engine: str) -> Kernels:
    """The functions of an engine by its name, that of ``MessageGraph.engine``."""
    return KERNELS[engine]
