"""What a plugin hands to the host: specs, options, and the protocols their factories fulfil.

A plugin module implements a hook of `artextract_cli.hookspecs` and returns a spec from here. A spec
is light: its `load` imports the heavy module only when the plugin is used.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch
    import typer

    from artextract_cli.coding import Coding

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

        With the objective hidden-layer K is 8: `artextract_cli.evidence_graph.EDGE_FEATURES`.
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


class EmbeddedScenes(Protocol):
    """What an objective sees of a batch: S scenes, N nodes, V views (photograph first), D numbers.

    Of graphs with separate segmentations every view has nodes of its own, and V is 1.
    """

    @property
    def graph(self) -> MessageGraph:
        """The graphs of all scenes side by side."""

    @property
    def z(self) -> "torch.Tensor":
        """Embeddings of the superpixels, (N, V, D)."""

    @property
    def pooled(self) -> "torch.Tensor":
        """One embedding per scene and view, (S, V, D), also with separate segmentations."""

    @property
    def scene(self) -> "torch.Tensor":
        """Which scene each node belongs to, (N,) int64; nodes of a scene lie side by side."""

    @property
    def inside(self) -> "torch.Tensor":
        """Whether a node lies on the painting and counts, (N,) bool."""

    @property
    def n_anchors(self) -> int:
        """The first so many scenes count in the loss; the others only lend negatives."""

    @property
    def hidden(self) -> "torch.Tensor | None":
        """1 where a layer was put beneath, 0 clean, NaN neither, (N,); None for ``views``."""

    @property
    def pixel_scores(self) -> "torch.Tensor | None":
        """Log odds that something lies beneath some pixels, (K,); None for ``views``."""

    @property
    def pixel_hidden(self) -> "torch.Tensor | None":
        """The truth to ``pixel_scores``: 1 hidden, 0 clean, (K,); None for ``views``."""

    @property
    def pixel_signs(self) -> "torch.Tensor | None":
        """Log odds that a hidden pixel is lighter beneath, not darker, (K,); None for ``views``."""

    @property
    def pixel_light(self) -> "torch.Tensor | None":
        """The truth to ``pixel_signs``: 1 lighter, 0 darker, (K,); counts where hidden only."""

    @property
    def generator(self) -> "torch.Generator":
        """Where every random draw comes from; it is on the CPU."""


class ObjectiveFunction(Protocol):
    """Tells how far the embeddings of a batch are from what they should be."""

    def __call__(self, scenes: EmbeddedScenes, options: Any, /) -> "torch.Tensor":
        """Return the loss of a batch, a tensor without dimensions that has a gradient."""


class ScoredNodes(Protocol):
    """What a scorer sees of one scene: N nodes, V views (photograph first), D numbers each.

    Of graphs with separate segmentations the nodes are overlaps of two superpixels, V is 2, and
    there is neither a graph nor attention.
    """

    @property
    def z(self) -> "torch.Tensor":
        """Embeddings, (N, V, D)."""

    @property
    def graph(self) -> MessageGraph | None:
        """The graph of the scene."""

    @property
    def attention(self) -> "torch.Tensor | None":
        """Attention that each node gives out, 1 on average, (N, V); None if the backbone has none.

        Attention rollout over all layers (Abnar & Zuidema 2020).
        """

    @property
    def features(self) -> "torch.Tensor":
        """What the network was given of photograph and bands, (N, V, F).

        Where it learnt from ``layers``, V is 2 and the bands' features are evidence of layers:
        `artextract_cli.evidence_graph.BAND_FEATURES`; the photograph's end in zeros.
        """


class ScorerFunction(Protocol):
    """Tells how much the views of a superpixel differ."""

    def __call__(self, nodes: ScoredNodes, options: Any, /) -> "torch.Tensor":
        """Return scores (N, V - 1) of every view against the photograph; larger = they differ more.

        0 where the views are the same. Any scale will do: training turns scores into false-alarm
        rates.
        """


@dataclass(frozen=True, kw_only=True)
class Capture:
    """One scene as an importer found it; the host writes it into a dataset."""

    name: str
    rgb: NDArray[Any]  # (H, W, 3) as stored, usually sRGB: uint8, uint16, or floats from 0 to 1
    # As stored, usually linear: (H, W, B), or B arrays of one type with sizes of their own.
    bands: NDArray[Any] | Sequence[NDArray[Any]]
    wavelengths: Sequence[float] | None = None  # (B,) nm
    band_ids: Sequence[str] | None = None  # (B,); else the wavelengths, else numbers from 1
    mask: NDArray[np.bool_] | None = None  # (H, W): False = backdrop, frame or colour chart
    split: Literal["train", "val"] | None = None  # else the user's choice


class ImporterFunction(Protocol):
    """Reads captures of one kind from files."""

    def __call__(self, source: Path, options: Any, /) -> Iterable[Capture]:
        """Read what lies at ``source`` (file or folder), scene after scene, and write nothing.

        Raises
        ------
        InputError
            With one sentence, for what cannot be read.
        """


class CodedImporterFunction(ImporterFunction, Protocol):
    """Reads captures of one kind, and renders the photograph where the files hold none."""

    def __call__(
        self, source: Path, options: Any, coding: "Coding | None" = None, /
    ) -> Iterable[Capture]:
        """Read what lies at ``source``; ``coding`` states how its counts stand for light.

        Counts are yielded as they are stored. A photograph that is rendered is made of the bands
        once they are linear (`linear_values`), and coded as the photograph is (`coded_values`).
        """


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


@dataclass(frozen=True, kw_only=True)
class Objective(Spec):
    """How training compares the branches: ``load()`` returns an :class:`ObjectiveFunction`."""

    kind: ClassVar[str] = "objectives"

    load: Callable[[], ObjectiveFunction]
    # What it learns from: the photograph against every band as they were captured, or the
    # photograph against all bands together, with layers put beneath some superpixels.
    learns_from: Literal["views", "layers"] = "views"
    # Whether it compares superpixel with superpixel, so that all views must share one label map.
    compares_nodes: bool = True
    # Training settings that suit it better than the usual ones.
    suited: Mapping[str, Any] = field(default_factory=dict)
    # The least loss of embeddings that tell nothing, by its options; a floor in figures of losses.
    uninformative_loss: Callable[[Any], float] | None = None


@dataclass(frozen=True, kw_only=True)
class Scorer(Spec):
    """How embeddings become a score: ``load()`` returns a :class:`ScorerFunction`."""

    kind: ClassVar[str] = "scorers"

    load: Callable[[], ScorerFunction]


@dataclass(frozen=True, kw_only=True)
class Importer(Spec):
    """How a capture becomes a dataset: ``load()`` returns an :class:`ImporterFunction`."""

    kind: ClassVar[str] = "importers"

    load: Callable[[], ImporterFunction]
    # Whether it is a CodedImporterFunction, which is given --coding as a third argument.
    takes_coding: bool = False


@dataclass(frozen=True, kw_only=True)
class Command(Spec):
    """A command of one's own: ``load()`` returns a Typer app, mounted under the spec's name."""

    kind: ClassVar[str] = "commands"

    load: "Callable[[], typer.Typer]"


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
