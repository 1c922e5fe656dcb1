"""Measures of detection against a ground truth, of calibration, and of paired differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from artextract_cli._typing import BoolArray, FloatArray
from artextract_cli.errors import InputError
from artextract_cli.evaluation.scores import DetectionScores
from artextract_cli.scenes.scene import CLEAN, HIDDEN

Values = NDArray[np.float64]

AUPRO_LIMIT = 0.3  # false-positive rate up to which regions are compared, as its authors do
# False-alarm rates at which a calibrated map is checked: the rarest is that of 300 pixels in a
# painting of 256 × 256.
PROMISED_RATES = (0.1, 0.05, 0.02, 0.01, 0.005)
RECALL_RATES: Mapping[str, float] = {
    "recall_at_0_1_percent": 1e-3,
    "recall_at_0_3_percent": 3e-3,
    "recall_at_1_percent": 1e-2,
}
"""False-alarm rates at which recall is reported, by the name of the measure."""

# The usual level; a method is called better if this interval excludes zero.
CONFIDENCE = 0.95  # of the intervals of paired differences


@dataclass(frozen=True, kw_only=True)
class PairedDifference:
    """Mean difference of two methods over the same scenes, and its 95 % confidence interval."""

    mean: float
    low: float
    high: float
    n_scenes: int


def binary_scores(
    score: FloatArray, truth: NDArray[np.uint8], mask: BoolArray | None = None
) -> DetectionScores:
    """Compare ``score`` (H, W), larger = more likely hidden, with ``truth`` (H, W).

    Truth is 255 where something is hidden and 0 where nothing is; other values (128) do not count,
    nor do pixels where ``mask`` (H, W) is false. All measures are exact: each distinct score is a
    threshold, and equal scores pass it together.

    - AUROC: the area under the receiver operating characteristic.
    - Average precision: the step-wise sum of scikit-learn, without interpolation.
    - AUPRO: the area under the curve of the share detected of a hidden region, averaged over the
      regions, against the false-positive rate up to 0.3, divided by 0.3 (Bergmann et al., "The
      MVTec Anomaly Detection Dataset", IJCV 129, 2021), so that a thin stroke counts as much as a
      large figure. Chance is 0.15. Regions are the 8-connected components of the truth image; of
      each, only the pixels that count are used.
    - Best F1 and best intersection over union: the largest over all thresholds.
    - Recall at the false-alarm rates of `RECALL_RATES`: the share of hidden pixels at or above the
      lowest threshold that at most this share of the clean pixels reaches. Without interpolation:
      where too many clean pixels share the highest score, recall is zero.

    Raises
    ------
    InputError
        If score, truth and mask differ in size, or a score that counts is NaN.
    """
    counted = _counted(score, truth, mask)
    hidden = truth[counted] == HIDDEN
    n_positive = int(np.count_nonzero(hidden))
    n_negative = len(hidden) - n_positive
    if n_positive == 0 or n_negative == 0:
        return DetectionScores(n_positive=n_positive, n_negative=n_negative)
    # Cumulative counts at every distinct threshold, from the highest: O(P log P), and exact where a
    # fixed number of thresholds would lose small differences.
    order, ends = _ranked(score[counted])
    hits = np.cumsum(hidden[order])[ends]
    false_alarms = ends + 1 - hits
    recalls = {
        name: _recall_at(rate, false_alarms / n_negative, hits / n_positive)
        for name, rate in RECALL_RATES.items()
    }
    overlap = np.cumsum(_region_weights(truth, counted)[order])[ends]
    # F1 = 2·IoU / (1 + IoU) grows with IoU: one threshold is the best for both.
    best_iou = float((hits / (n_positive + false_alarms)).max())
    return DetectionScores(
        auroc=_area(false_alarms, hits, n_negative) / (n_negative * n_positive),
        average_precision=float(np.diff(hits, prepend=0) @ (hits / (ends + 1)) / n_positive),
        aupro=_area(false_alarms, overlap, AUPRO_LIMIT * n_negative) / (AUPRO_LIMIT * n_negative),
        best_f1=2 * best_iou / (1 + best_iou),
        best_iou=best_iou,
        **recalls,
        n_positive=n_positive,
        n_negative=n_negative,
    )


def image_auroc(hidden: Sequence[float], clean: Sequence[float]) -> float | None:
    """AUROC of one score per scene, for scenes with hidden content against clean ones.

    The share of pairs in which the scene of ``hidden`` scores higher than that of ``clean``, a
    tie being half a pair (Mann & Whitney 1947). None if either has no scene.

    Raises
    ------
    InputError
        If a score is NaN.
    """
    if len(hidden) == 0 or len(clean) == 0:
        return None
    scores = np.concatenate([hidden, clean]).astype(np.float64)
    _check_not_nan(scores)
    order, ends = _ranked(scores)
    hits = np.cumsum(order < len(hidden))[ends]
    return _area(ends + 1 - hits, hits, len(clean)) / (len(clean) * len(hidden))


def false_alarm_share(
    score: FloatArray, truth: NDArray[np.uint8], mask: BoolArray | None, level: float
) -> float | None:
    """Share of the clean pixels of ``score`` (H, W) at or above ``level``; None without any.

    A calibrated map, −log10 of the false-alarm rate, promises 10 to the power of −``level``. The
    pixels that count are those of `binary_scores`.

    Raises
    ------
    InputError
        If score, truth and mask differ in size, or a score that counts is NaN.
    """
    clean = score[_counted(score, truth, mask) & (truth == CLEAN)]
    # A Python float: the level is rounded as the scores of the map were.
    return float(np.mean(clean >= float(level))) if len(clean) else None


def calibration_error(clean: ArrayLike) -> float | None:
    """Deviation of a calibrated map from the false-alarm rates it promises, in powers of ten.

    ``clean`` (P,) are the scores, −log10 of a rate, of clean pixels. The result is the mean over
    the promised rates 10, 5, 2, 1 and 0.5 % of |log10(measured share / promised rate)|: zero is
    perfect, 0.3 a factor of two in either direction. If no pixel reaches a level, half a pixel is
    assumed, so that the logarithm is finite; a rate at which less than one pixel of ``clean`` is
    expected cannot be measured and is left out. None if no rate is left.

    Raises
    ------
    InputError
        If a score is NaN.
    """
    scores = np.asarray(clean).ravel()
    _check_not_nan(scores)
    measurable = [rate for rate in PROMISED_RATES if rate * len(scores) >= 1]
    if not measurable:
        return None
    # Python floats: a level is rounded like the scores, so that those equal to it reach it.
    reached = [np.count_nonzero(scores >= float(-np.log10(rate))) for rate in measurable]
    shares = np.maximum(reached, 0.5) / len(scores)
    return float(np.abs(np.log10(shares / measurable)).mean())


def paired_difference(
    ours: Sequence[float | None] | Values,
    theirs: Sequence[float | None] | Values,
    seed: int = 0,
    n: int = 10_000,
) -> PairedDifference:
    """Mean of ``ours`` − ``theirs`` (S,) over the scenes, with a paired bootstrap interval.

    The scenes are drawn ``n`` times with replacement, each with both of its values; the interval
    holds the middle 95 % of the means (the percentile interval of Efron & Tibshirani, "An
    Introduction to the Bootstrap", 1993, chapter 13). Scenes in which either value is None or NaN
    are left out.

    Raises
    ------
    InputError
        If the two differ in length, or no scene has both values.
    """
    first, second = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    if first.shape != second.shape:
        msg = f"cannot pair {first.size} scenes with {second.size}: give values of the same scenes"
        raise InputError(msg)
    difference = first - second
    difference = difference[~np.isnan(difference)]
    if difference.size == 0:
        msg = "no scene was measured with both methods: their difference is undefined"
        raise InputError(msg)
    # Of ten thousand resamples, 250 lie beyond either end of the interval; of fewer, the ends would
    # depend more on the seed.
    means = _resampled_means(difference, seed, n)
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return PairedDifference(
        mean=float(difference.mean()), low=float(low), high=float(high), n_scenes=difference.size
    )


def correlation(a: NDArray[Any], b: NDArray[Any], where: BoolArray) -> float | None:
    """Pearson correlation of two maps (H, W) over the pixels of ``where`` (H, W).

    None if a map does not vary there, as with fewer than two pixels.

    Raises
    ------
    InputError
        If the maps differ in size, or a pixel there is NaN.
    """
    _check_sizes(a, {"other map": b, "selection of pixels": where})
    if not where.any():
        return None
    pairs = np.stack([a[where], b[where]]).astype(np.float64)
    _check_not_nan(pairs)
    # Exactly constant: the variance of a constant float64 map may be rounding instead of zero.
    if (np.ptp(pairs, axis=1) == 0).any():
        return None
    x, y = pairs - pairs.mean(axis=1, keepdims=True)
    return float(x @ y / (np.linalg.norm(x) * np.linalg.norm(y)))


def _counted(score: NDArray[Any], truth: NDArray[np.uint8], mask: BoolArray | None) -> BoolArray:
    """Mask (H, W) of the pixels that count: the truth is decided, and they are of the painting."""
    _check_sizes(score, {"truth": truth, "mask": mask})
    counted: BoolArray = (truth == HIDDEN) | (truth == CLEAN)
    if mask is not None:
        counted &= mask
    _check_not_nan(score[counted])
    return counted


def _ranked(scores: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Order of ``scores`` (P,) from the largest, and the last index of each distinct score (T,)."""
    # Ties need no stable order, since a threshold is only taken at the last of them.
    order = np.argsort(scores)[::-1]
    ordered = scores[order]
    return order, np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(scores) - 1)


def _region_weights(truth: NDArray[np.uint8], counted: BoolArray) -> Values:
    """What each counted pixel (P,) adds to the mean share detected of the hidden regions."""
    from scipy.ndimage import label

    # 8-connected, so that a diagonal stroke of one pixel is one region.
    regions = label(truth == HIDDEN, structure=np.ones((3, 3)))[0][counted]
    sizes = np.bincount(regions)
    sizes[0] = 0  # the clean pixels
    shares = np.zeros(len(sizes))
    # A region whose pixels are all masked has no size and no share.
    shares[sizes > 0] = 1 / (sizes[sizes > 0] * np.count_nonzero(sizes))
    return np.asarray(shares[regions])


def _area(x: NDArray[Any], y: NDArray[Any], limit: float) -> float:
    """Area from 0 to ``limit`` under the straight lines from the origin through ``x``, ``y`` (T,).

    Neither decreases, and ``x`` ends at ``limit`` or beyond. Of counts, the area is exact.
    """
    x, y = np.concatenate([[0.0], x]), np.concatenate([[0.0], y])
    inside = int(np.searchsorted(x, limit, side="right"))
    heights = np.append(y[:inside], np.interp(limit, x, y))
    return float(np.trapezoid(heights, np.append(x[:inside], limit)))


def _recall_at(rate: float, false_alarms: Values, recalls: Values) -> float:
    """The last of ``recalls`` (T,) whose share of ``false_alarms`` (T,) is at most ``rate``."""
    n_kept = int(np.searchsorted(false_alarms, rate, side="right"))
    return float(recalls[n_kept - 1]) if n_kept else 0.0


def _resampled_means(values: Values, seed: int, n: int) -> Values:
    """Means (n,) of as many ``values`` (S,) drawn with replacement."""
    drawn = np.random.default_rng(seed).integers(0, len(values), (n, len(values)))
    return np.asarray(values[drawn].mean(axis=1))


def _check_not_nan(scores: NDArray[Any]) -> None:
    missing = int(np.count_nonzero(np.isnan(scores)))
    if missing:
        msg = f"{missing} of {scores.size} scores are NaN: leave them out"
        raise InputError(msg)


def _check_sizes(score: NDArray[Any], others: Mapping[str, NDArray[Any] | None]) -> None:
    for name, image in others.items():
        if image is not None and image.shape != score.shape:
            msg = (
                f"the {name} has {_size(image)} pixels, but the score has {_size(score)}: "
                f"give a {name} of the size of the photograph"
            )
            raise InputError(msg)


def _size(image: NDArray[Any]) -> str:
    return " × ".join(str(length) for length in image.shape)
