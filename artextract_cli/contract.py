"""What a plugin hands to the host: specs, options, and the protocols their factories fulfil.

A plugin module implements a hook of `artextract_cli.hookspecs` and returns a spec from here. A spec
is light: its `load` imports the heavy module only when the plugin is used.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

API_VERSION = 1

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.integer[Any]]


def option(
    default: Any,
    help: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Sequence[str] = (),
) -> Any:
    """A field of an options dataclass: its default, its help, and the values it may take.

    ``minimum`` and ``maximum`` are inclusive.
    """
    metadata = {"help": help, "minimum": minimum, "maximum": maximum, "choices": tuple(choices)}
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class NoOptions:
    """The options of a plugin that has none."""


class SuperpixelFunction(Protocol):
    """Cuts a picture into superpixels."""

    def __call__(self, image: FloatArray, options: Any, /) -> IntArray:
        """Return a label map (H, W) for ``image`` (H, W, C), float32 and finite.

        Any integers will do as labels: the host splits unconnected regions and renumbers.
        """


class MessageGraph(Protocol):
    """What a backbone sees of a batch of graphs: N nodes, E directed edges, self-loops included.

    Edges are sorted by target, then source, and come in both directions.
    """

    @property
    def n_nodes(self) -> int:
        """Nodes of all graphs together, N."""

    @property
    def source(self) -> "torch.Tensor":
        """Source of each edge, (E,) int64."""

    @property
    def target(self) -> "torch.Tensor":
        """Target of each edge, (E,) int64."""

    @property
    def crow(self) -> "torch.Tensor":
        """The edges into node i are crow[i]..crow[i+1]; (N+1,) int64."""

    @property
    def reverse(self) -> "torch.Tensor":
        """Index of the edge in the opposite direction, (E,) int64."""

    @property
    def node_counts(self) -> "torch.Tensor":
        """Nodes of each graph in the batch, (G,) int64."""

    @property
    def edge_features(self) -> "torch.Tensor | None":
        """What changes along each edge, (E, K), zero for self-loops; None where nothing is known.

        With the objective hidden-layer K is 5: `artextract_cli.evidence_graph.EDGE_FEATURES`.
        """

    @property
    def engine(self) -> str:
        """Whose kernels GraphConv and GATConv run on: numba, dgl or torch."""

    def dgl(self) -> Any:
        """The same batch as a ``dgl.DGLGraph`` on its device, for layers of ``dgl.nn``."""


class BackboneModule(Protocol):
    """A ``torch.nn.Module`` that embeds nodes; the photograph and the bands share it."""

    out_size: int

    def __call__(self, graph: MessageGraph, x: "torch.Tensor", /) -> "torch.Tensor":
        """Embed ``x`` (N, V, in_size) as (N, V, out_size): V views on one topology.

        ``train --precision bf16`` calls it under torch's autocast, perhaps with ``x`` in bfloat16.
        """


class AttentiveBackboneModule(BackboneModule, Protocol):
    """A backbone that can tell which edges it attended to."""

    def embed_with_attention(
        self, graph: MessageGraph, x: "torch.Tensor", /
    ) -> "tuple[torch.Tensor, list[torch.Tensor]]":
        """Embed as by calling, and return the attention (E, V, heads) of each layer too."""


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What every kind of plugin tells about itself."""

    kind: ClassVar[str]

    name: str
    summary: str
    options: type = NoOptions
    load: Callable[[], Any]
    api_version: int = API_VERSION


@dataclass(frozen=True, kw_only=True)
class SuperpixelMethod(Spec):
    """A superpixel method: ``load()`` returns a :class:`SuperpixelFunction`."""

    kind: ClassVar[str] = "superpixels"

    load: Callable[[], SuperpixelFunction]


@dataclass(frozen=True, kw_only=True)
class Backbone(Spec):
    """A graph backbone: ``load()`` returns ``(in_size, options) -> BackboneModule``."""

    kind: ClassVar[str] = "backbones"

    load: Callable[[], Callable[[int, Any], Any]]


def superpixel_count(
    shape: Sequence[int], n_segments: int | None, region_size: float, limit: int = 60_000
) -> int:
    """How many superpixels to ask for in a picture of ``shape`` (H, W, ...).

    ``n_segments`` wins where it is given; otherwise one superpixel per square of ``region_size``
    pixels, at most ``limit``. Never more than there are pixels, never less than one.
    """
    pixels = shape[0] * shape[1]
    wanted = min(round(pixels / region_size**2), limit) if n_segments is None else n_segments
    return max(1, min(wanted, pixels))
