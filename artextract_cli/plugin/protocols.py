"""What the factories of plugins return, and what the host hands to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray, IntArray

if TYPE_CHECKING:
    import torch

    from artextract_cli.imaging.coding import Coding


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

        With the objective hidden-layer K is 8: `EDGE_FEATURES` of
        ``pipelines/hidden_layers/evidence_graph.py``.
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
        `BAND_FEATURES` of ``pipelines/hidden_layers/evidence_graph.py``; the features of the RGB
        image end in zeros.
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
    """One scene as an importer found it; the host writes it into a dataset.

    Attributes
    ----------
    name
        Name of the scene.
    rgb
        (H, W, 3) as stored, usually sRGB: uint8, uint16, or floats 0..1.
    bands
        (H, W, B) as stored, usually linear, or B arrays (H, W) of one type with sizes of their own.
    wavelengths
        Wavelengths in nm (B,); None if unknown.
    band_ids
        Ids of the bands (B,); if None the wavelengths, or else numbers from 1.
    mask
        (H, W), False for backdrop, frame or colour chart; None if all of the image is painting.
    split
        "train" or "val"; the user's choice if None.
    """

    name: str
    rgb: NDArray[Any]
    bands: NDArray[Any] | Sequence[NDArray[Any]]
    wavelengths: Sequence[float] | None = None
    band_ids: Sequence[str] | None = None
    mask: NDArray[np.bool_] | None = None
    split: Literal["train", "val"] | None = None


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
