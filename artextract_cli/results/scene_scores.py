"""Scores of a scene, from a network or without one; this module needs no network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.evidence.sampled_pixels import MAX_SAMPLED_PIXELS
from artextract_cli.models.calibration import Calibration
from artextract_cli.scenes.checks.registration import Registration
from artextract_cli.scenes.scene import Scene
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM, infrared_bands

# False-alarm rate at or below which a painting is called hidden, documented as "5 %": the customary
# level of significance. Of clean paintings, one in twenty is a false finding.
DECISION_RATE = 0.05
# Share of the most anomalous pixels; the score that they exceed is the score of the painting. It is
# large enough to ignore a speck, small enough to respond to a scribble.
ANOMALOUS_SHARE = 0.03


class SceneScorer(Protocol):
    """A trained model, or a score without learning, as results record it."""

    @property
    def path(self) -> Path:
        """File of the model."""

    @property
    def digest(self) -> str:
        """SHA-256 of that file."""

    @property
    def superpixels(self) -> Mapping[str, str]:
        """Origin of the superpixel method."""

    @property
    def heat_map_score(self) -> str:
        """Name of the score that the heat map shows."""

    @property
    def needs_infrared(self) -> bool:
        """Whether it scores only scenes with an infrared band."""

    @property
    def options(self) -> Mapping[str, Any]:
        """The options of `open_scorer` by which another process opens the same model."""

    def score(self, scene: Scene) -> "SceneScores":
        """Score every pixel of a scene."""

    def described(self) -> dict[str, Any]:
        """The entries of scene.json about the model."""


@dataclass(frozen=True, kw_only=True)
class MaskingEffect:
    """Change of the pair distance when the 5 % most attended nodes are masked, or random ones."""

    attended: float
    random: float


@dataclass(frozen=True, kw_only=True)
class WholeScore:
    """Whether anything is hidden in the painting as a whole.

    Attributes
    ----------
    score
        -log10 of the false-alarm rate.
    false_alarm_rate
        Share of clean paintings that score at least as high, 0..1.
    something_is_there
        Whether that rate is at most 5 %.
    """

    score: float
    false_alarm_rate: float
    something_is_there: bool


@dataclass(frozen=True, kw_only=True)
class LayerEvidence:
    """How the map of a further layer of a scene, in deviations, is to be read.

    Attributes
    ----------
    one_sided
        Whether only positive deviations are evidence; else their size is.
    calibration
        From deviations to false-alarm rates, by the painting itself; None if the layer is constant.
    """

    one_sided: bool
    calibration: Calibration | None

    @classmethod
    def recorded(cls, described: Mapping[str, Any]) -> "LayerEvidence":
        """The evidence that ``scene.json`` describes for a layer."""
        knots = described["calibration"]
        calibration = None
        if knots is not None:
            calibration = Calibration(scores=tuple(knots["scores"]), levels=tuple(knots["levels"]))
        return cls(one_sided=described["one_sided"], calibration=calibration)

    def levels(self, residuals: FloatArray) -> FloatArray:
        """-log10 of the false-alarm rate of residuals (...,), 0 where there are none."""
        known = np.nan_to_num(residuals)
        if self.calibration is None:
            return np.zeros_like(known)
        levels = self.calibration(known if self.one_sided else np.abs(known))
        return np.where(np.isfinite(residuals), np.maximum(levels, 0), 0).astype(np.float32)


def layer_map(name: str) -> str:
    """Name of the map of a further layer in the results."""
    return f"layer_{name}"


@dataclass(frozen=True, kw_only=True)
class SceneScores:
    """Scores of one scene; maps have the size of the graph's images (h, w).

    Distances, similarities, embeddings and importances are None without a network.

    Attributes
    ----------
    labels
        (h, w) int32, superpixels of the RGB image, 0..N-1.
    band_ids
        Ids of the bands (B,).
    superpixels
        Name, distribution and version of the superpixel method.
    maps
        (h, w) float32 by name. "heatmap" always: -log10 of the share of clean paint that scores as
        high. The others, such as "hidden", "dark" and "light", if the model provides them.
    band_maps
        (h, w, B) float32, evidence of every band; signed if the network distinguishes signs.
    whole
        Verdict on the scene as a whole; None if the model was not calibrated for it.
    distances
        Euclidean distance of the pooled embedding of the RGB image to that of each band, by band
        id, and "fused".
    similarities
        Cosine similarity, -1..1, by band id, and "fused".
    pooled
        (V, D) float32, one embedding per view.
    nodes
        (N, D) float32 per view, embeddings of the superpixels.
    attention
        (h, w, 2) float32, attention given out: RGB image, mean over bands.
    masking
        Change of the pair distance when the most attended superpixels are masked.
    gradcam
        (h, w, 2) float32, Grad-CAM of the pair distance: RGB image, mean over bands.
    scales
        Factors by which the scene was reduced for its scores.
    adaptation
        Outcome of adapting to the scene; None if it was not tried.
    registration
        How far bands are shifted against the photograph; `score_scene` measures it.
    marks
        Which marks of a person the map "reranked" was learned from; None without marks.
    layers
        How the maps "layer_<name>" of further layers of the scene are to be read, by name.
    """

    labels: NDArray[np.int32]
    band_ids: tuple[str, ...]
    superpixels: Mapping[str, str]
    maps: Mapping[str, FloatArray]
    band_maps: FloatArray
    whole: WholeScore | None
    distances: Mapping[str, float] | None
    similarities: Mapping[str, float] | None
    pooled: FloatArray | None
    nodes: tuple[FloatArray, ...]
    attention: FloatArray | None
    masking: MaskingEffect | None
    gradcam: FloatArray | None
    scales: tuple[int, ...] = (1,)
    adaptation: Mapping[str, Any] | None = None
    registration: Registration = field(default_factory=Registration)
    marks: Mapping[str, Any] | None = None
    layers: Mapping[str, LayerEvidence] = field(default_factory=dict)


def check_infrared(scene: Scene, what: str) -> None:
    """Check that a scene has an infrared band, which ``what`` needs.

    Raises
    ------
    InputError
        If no wavelength of the scene is known, or none is infrared.
    """
    if not infrared_bands(scene):
        reason = "no wavelength is known" if scene.wavelengths is None else "no band is infrared"
        msg = (
            f"{reason}: this {what} needs a band above {LAST_VISIBLE_NM} nm; if there is one, "
            "give the wavelengths in dataset.yaml or with --wavelengths"
        )
        raise InputError(msg)


def image_score(scores: FloatArray, mask: NDArray[np.bool_] | None) -> float:
    """Image-level score: the 97th percentile of uncalibrated scores (H, W) of the painting.

    Of more than 16 million pixels, every n-th is used.
    """
    # Regular steps rather than a random sample, so that the score is the same in every run.
    step = -(-scores.size // MAX_SAMPLED_PIXELS)
    sample = scores.ravel()[::step]
    # A painting too small to be hit by any sample is judged by the whole image.
    if mask is not None and (inside := mask.ravel()[::step]).any():
        sample = sample[inside]
    return float(np.quantile(sample, 1 - ANOMALOUS_SHARE))


def judged(calibration: Calibration | None, raw: float, n_tiles: int = 1) -> WholeScore | None:
    """Verdict on a painting, where ``raw`` is the largest score of its ``n_tiles`` tiles.

    None without a calibration.
    """
    if calibration is None:
        return None
    level = float(calibration(np.array(raw)))
    # Without the limit, the power would overflow far below the scores of clean paintings.
    rate = family_rate(10.0 ** -max(level, 0.0), n_tiles)
    # The level itself where nothing was combined, without rounding by way of the rate. 1e-300,
    # close to the smallest float64, keeps the logarithm finite.
    score = level if n_tiles == 1 else -float(np.log10(max(rate, 1e-300)))
    return WholeScore(score=score, false_alarm_rate=rate, something_is_there=rate <= DECISION_RATE)


def family_rate(rate: float, n_tiles: int) -> float:
    """False-alarm rate of a painting from the smallest rate of its ``n_tiles`` tiles (Šidák)."""
    # 1 - (1 - p)**n (Šidák 1967, tiles taken as independent); written so, since the plain
    # difference loses all digits of p below 1e-16. The limit of p keeps log1p finite.
    return rate if n_tiles == 1 else float(-np.expm1(n_tiles * np.log1p(-min(rate, 1 - 1e-12))))
