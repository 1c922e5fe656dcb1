"""What is found in a scene, whatever scored it; nothing here needs a network."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.blocks import MOST_SAMPLED
from artextract_cli.models.calibration import Calibration
from artextract_cli.scenes.scene import Scene
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM, infrared_bands

DECISION_RATE = 0.05
# Of the painting: what the strangest 3 % exceed stands for it. A scribble counts, a speck does not.
STRANGEST_SHARE = 0.03


class SceneScorer(Protocol):
    """What scores scenes, as results record it: a trained model, or a score without learning."""

    @property
    def path(self) -> Path:
        """Its file."""

    @property
    def digest(self) -> str:
        """SHA-256 of its file."""

    @property
    def superpixels(self) -> Mapping[str, str]:
        """Origin of the method that cuts superpixels."""

    @property
    def heat_map_score(self) -> str:
        """Name of the score that the heat map shows."""

    def score(self, scene: Scene) -> "SceneScores":
        """Score every pixel of a scene."""

    def described(self) -> dict[str, Any]:
        """What scene.json says of it."""


@dataclass(frozen=True, kw_only=True)
class MaskingEffect:
    """Change of the pair distance when the 5 % most attended nodes are masked, or random ones."""

    attended: float
    random: float


@dataclass(frozen=True, kw_only=True)
class WholeScore:
    """Whether anything lies beneath the painting at all."""

    score: float  # −log10 of the false-alarm rate on clean paintings
    false_alarm_rate: float
    something_is_there: bool  # at a false-alarm rate of at most 5 %


@dataclass(frozen=True, kw_only=True)
class SceneScores:
    """What is found in one scene; maps have the size of the graph's pictures (h, w).

    Distances, similarities, embeddings and importances are None where there is no network.
    """

    labels: NDArray[np.int32]  # (h, w) of the photograph's superpixels
    band_ids: tuple[str, ...]
    superpixels: Mapping[str, str]  # origin of the method
    # (h, w) by name: "heatmap" always, the others where there are such.
    maps: Mapping[str, FloatArray]
    band_maps: FloatArray  # (h, w, B) evidence of every band; signed where the network knows signs
    whole: WholeScore | None
    # Of the pooled embeddings, per band and "fused": Euclidean, and cosine.
    distances: Mapping[str, float] | None
    similarities: Mapping[str, float] | None
    pooled: FloatArray | None  # (V, D)
    nodes: tuple[FloatArray, ...]  # per view (N, D)
    attention: FloatArray | None  # (h, w, 2) attention given out: photograph, mean over bands
    masking: MaskingEffect | None
    # (h, w, 2) Grad-CAM of the pair distance: photograph, mean over bands
    gradcam: FloatArray | None
    scales: tuple[int, ...] = (1,)  # by how much the scene was reduced for each of its scores
    adaptation: Mapping[str, Any] | None = None  # what came of adapting to the scene


def check_infrared(scene: Scene, what: str) -> None:
    """Refuse a scene that shows no infrared; ``what`` needs it.

    Raises
    ------
    InputError
        If no wavelength of the scene is known, or none is infrared.
    """
    if not infrared_bands(scene):
        known = "no wavelength is known" if scene.wavelengths is None else "no band is infrared"
        msg = (
            f"{known}: this {what} needs a band past {LAST_VISIBLE_NM} nm; name the wavelengths in "
            "dataset.yaml or with --wavelengths"
        )
        raise InputError(msg)


def whole_score(scores: FloatArray, mask: NDArray[np.bool_] | None) -> float:
    """One score for the painting, of its uncalibrated scores (H, W): their 97th percentile.

    Of more than 16 million pixels, every n-th counts.
    """
    step = -(-scores.size // MOST_SAMPLED)
    sample = scores.ravel()[::step]
    if mask is not None and (inside := mask.ravel()[::step]).any():
        sample = sample[inside]
    return float(np.quantile(sample, 1 - STRANGEST_SHARE))


def judged(calibration: Calibration | None, raw: float, n_tiles: int = 1) -> WholeScore | None:
    """The verdict on a painting whose worst of ``n_tiles`` tiles has the score ``raw``.

    None without a calibration.
    """
    if calibration is None:
        return None
    level = float(calibration(np.array(raw)))
    # Far below the clean paintings the power would overflow.
    rate = family_rate(10.0 ** -max(level, 0.0), n_tiles)
    score = level if n_tiles == 1 else -float(np.log10(max(rate, 1e-300)))
    return WholeScore(score=score, false_alarm_rate=rate, something_is_there=rate <= DECISION_RATE)


def family_rate(rate: float, n_tiles: int) -> float:
    """False-alarm rate of a painting from that of the worst of its ``n_tiles`` tiles (Šidák)."""
    return rate if n_tiles == 1 else float(-np.expm1(n_tiles * np.log1p(-min(rate, 1 - 1e-12))))
