"""Protocols of the objects that plugins return, and of those that the host passes to them."""

from collections.abc import Iterable, Mapping, Sequence
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
    """Segments an image into superpixels."""

    def __call__(self, image: FloatArray, options: Any, /) -> IntArray:
        """Return a label map (H, W) for ``image`` (H, W, C), float32 and finite.

        Any integers may serve as labels: the host splits unconnected regions and renumbers.
        """


class MessageGraph(Protocol):
    """A batch of graphs for a backbone: N nodes, E directed edges, self-loops included.

    Edges are sorted by target, then source, and come in both directions.
    """

    @property
    def n_nodes(self) -> int:
        """Number of nodes N of all graphs together."""

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
        """Number of nodes of each graph in the batch, (G,) int64."""

    @property
    def edge_features(self) -> "torch.Tensor | None":
        """Features of each edge, (E, K), zero for self-loops; None if there are none.

        With the objective hidden-layer K is 8: `EDGE_FEATURES` of
        ``pipelines/hidden_layers/evidence_graph.py``.
        """

    @property
    def engine(self) -> str:
        """Engine of GraphConv and GATConv: numba, dgl or torch."""

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
    """A backbone that can report its attention to edges."""

    def embed_with_attention(
        self, graph: MessageGraph, x: "torch.Tensor", /
    ) -> "tuple[torch.Tensor, list[torch.Tensor]]":
        """Embed as by calling, and return the attention (E, V, heads) of each layer too."""


class EmbeddedScenes(Protocol):
    """A batch for an objective: S scenes, N nodes, V views (photograph first), D dimensions.

    In graphs with separate segmentations every view has its own nodes, and V is 1.
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
        """Scene of each node, (N,) int64; nodes of a scene are contiguous."""

    @property
    def inside(self) -> "torch.Tensor":
        """Whether a node is on the painting and counts, (N,) bool."""

    @property
    def n_anchors(self) -> int:
        """Number of leading scenes that count in the loss; the others only provide negatives."""

    @property
    def hidden(self) -> "torch.Tensor | None":
        """1 where a layer was inserted, 0 clean, NaN undecided, (N,); None for ``views``."""

    @property
    def pixel_scores(self) -> "torch.Tensor | None":
        """Log odds of a hidden layer at sampled pixels, (K,); None for ``views``."""

    @property
    def pixel_hidden(self) -> "torch.Tensor | None":
        """Ground truth of ``pixel_scores``: 1 hidden, 0 clean, (K,); None for ``views``."""

    @property
    def pixel_signs(self) -> "torch.Tensor | None":
        """Log odds that a hidden layer is lighter, not darker, (K,); None for ``views``."""

    @property
    def pixel_light(self) -> "torch.Tensor | None":
        """Ground truth of ``pixel_signs``: 1 lighter, 0 darker, (K,); counts only if hidden."""

    @property
    def generator(self) -> "torch.Generator":
        """Generator of all random numbers, on the CPU."""


class ObjectiveFunction(Protocol):
    """Measures how far the embeddings of a batch are from the objective."""

    def __call__(self, scenes: EmbeddedScenes, options: Any, /) -> "torch.Tensor":
        """Return the loss of a batch, a scalar tensor with a gradient."""


class ScoredNodes(Protocol):
    """One scene for a scorer: N nodes, V views (photograph first), D dimensions.

    In graphs with separate segmentations the nodes are overlaps of two superpixels, V is 2, and
    there is neither a graph nor attention.
    """

    @property
    def z(self) -> "torch.Tensor":
        """Embeddings, (N, V, D)."""

    @property
    def graph(self) -> MessageGraph | None:
        """The graph of the scene, if there is one."""

    @property
    def attention(self) -> "torch.Tensor | None":
        """Attention that each node gives out, 1 on average, (N, V); None if the backbone has none.

        Attention rollout over all layers (Abnar & Zuidema 2020).
        """

    @property
    def features(self) -> "torch.Tensor":
        """Input features of photograph and bands, (N, V, F).

        If the network learnt from ``layers``, V is 2 and the features of the bands are evidence:
        `BAND_FEATURES` of ``pipelines/hidden_layers/evidence_graph.py``; the features of the RGB
        image end in zeros.
        """


class ScorerFunction(Protocol):
    """Measures how much the views of a superpixel differ."""

    def __call__(self, nodes: ScoredNodes, options: Any, /) -> "torch.Tensor":
        """Return scores (N, V - 1) of every view against the photograph; larger is more different.

        0 where the views are equal. Any scale is allowed: training converts scores into false-alarm
        rates.
        """


@dataclass(frozen=True, kw_only=True)
class Capture:
    """One scene as read by an importer; the host writes it into a dataset.

    Attributes
    ----------
    name
        Name of the scene.
    rgb
        (H, W, 3) as stored, usually sRGB: uint8, uint16, or floats 0..1.
    bands
        (H, W, B) as stored, usually linear, or B arrays (H, W) of one type, which may differ in
        size.
    wavelengths
        Wavelengths in nm (B,); None if unknown.
    band_ids
        Ids of the bands (B,); if None, the wavelengths, or numbers from 1 if these are unknown.
    mask
        (H, W), False for backdrop, frame or colour chart; None if the painting fills the image.
    split
        "train" or "val"; chosen by the user if None.
    pixels_per_mm
        Scale of the photograph; None if unknown.
    files
        The image file of the photograph (under "photograph") and of bands (under their ids), where
        a file has one image whose counts are passed on as stored. Their colour profiles are
        applied, and what they say of the capture is recorded.
    """

    name: str
    rgb: NDArray[Any]
    bands: NDArray[Any] | Sequence[NDArray[Any]]
    wavelengths: Sequence[float] | None = None
    band_ids: Sequence[str] | None = None
    mask: NDArray[np.bool_] | None = None
    split: Literal["train", "val"] | None = None
    pixels_per_mm: float | None = None
    files: Mapping[str, Path] | None = None


class ImporterFunction(Protocol):
    """Reads captures of one format from files."""

    def __call__(self, source: Path, options: Any, /) -> Iterable[Capture]:
        """Read ``source`` (file or folder) scene by scene, and write nothing.

        Raises
        ------
        InputError
            With one sentence, if something cannot be read.
        """


class CodedImporterFunction(ImporterFunction, Protocol):
    """Reads captures of one format, and renders the photograph if the files contain none."""

    def __call__(
        self, source: Path, options: Any, coding: "Coding | None" = None, /
    ) -> Iterable[Capture]:
        """Read ``source``; ``coding`` states the transfer function of its counts.

        Counts are yielded as stored. A rendered photograph is computed from the linearised bands
        (`linear_values`) and coded like a photograph (`coded_values`).
        """


class TrainingLogger(Protocol):
    """Shows how one training goes."""

    def log(self, row: Mapping[str, float], maps: Mapping[str, NDArray[np.uint8]], /) -> None:
        """Log an epoch.

        ``row`` has ``epoch``, from 1, ``train_loss``, ``val_loss``, ``learning_rate``, ``seconds``
        and what the objective adds. ``maps`` are images (H, W, 3) by name: the scores of a
        validation scene, from blue to red.
        """

    def close(self, figures: Mapping[str, float], /) -> None:
        """End, after an interruption too; ``figures`` are those of the finished model, if any."""


class LoggerFactory(Protocol):
    """Starts to log a training, or to go on with one that is resumed in the same directory."""

    def __call__(self, run: Path, settings: Mapping[str, Any], options: Any, /) -> TrainingLogger:
        """Return the logger of a run; ``settings`` are those of its ``config.yaml``."""
