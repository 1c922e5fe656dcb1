"""From a raw score to a false-alarm rate, calibrated on clean paint.

The calibrated score is −log10 of the share of clean superpixels that score at least as high. It is
strictly increasing in the raw score: beyond the strongest clean superpixel, the exponential of the
last decade extrapolates the tail, so that ranks are kept and there are no ties.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError

LEAST_DISTINCT = 4  # scores, since the extrapolation needs several knots
# Steps of a tenth of a decade for a million clean pixels, and 64 numbers in the model file.
N_KNOTS = 64  # of the map, evenly spaced in the logarithm of the rate
# Clean paint of other worlds exceeded the rates of held-out paintings by up to 1.4 times.
CAUTION = 1.25
# Share of the highest scores that may be hidden content, in scenes that are not known to be clean.
TRIMMED_SHARE = 0.02
# The same, if the scene itself is all there is to calibrate by.
OWN_TRIMMED_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Knots of a piecewise linear map from raw score to −log10(false-alarm rate)."""

    scores: tuple[float, ...]  # strictly increasing
    levels: tuple[float, ...]  # strictly increasing, from about 0

    def __call__(self, raw: NDArray[np.floating]) -> FloatArray:
        """Calibrate raw scores of any shape."""
        # float64, so that the differences in the divisions below keep their digits.
        scores, levels = np.array(self.scores), np.array(self.levels)
        inner = np.interp(raw, scores, levels)
        # The knot one power of ten before the last: a single step of the tail, of very few pixels,
        # would give a random slope. With less than a decade, the step before the last.
        decade = min(int(np.searchsorted(levels, levels[-1] - 1)), len(levels) - 2)
        slope = (levels[-1] - levels[decade]) / (scores[-1] - scores[decade])
        tail = levels[-1] + slope * (np.asarray(raw, np.float64) - scores[-1])
        first = (levels[1] - levels[0]) / (scores[1] - scores[0])
        # Below the lowest clean score the first step is extended: ranks are kept there too.
        head = levels[0] + first * (np.asarray(raw, np.float64) - scores[0])
        calibrated = np.where(raw > scores[-1], tail, np.where(raw < scores[0], head, inner))
        return np.asarray(calibrated, np.float32)


def cautious(calibration: Calibration) -> Calibration:
    """Raise every small rate of a calibration by `CAUTION`, and none above 1."""
    rates = 10.0 ** -np.array(calibration.levels)
    # The odds of a rate are multiplied: small rates grow by CAUTION, a rate of 1 remains 1.
    raised = CAUTION * rates / (1 + (CAUTION - 1) * rates)
    return Calibration(
        scores=calibration.scores, levels=tuple(float(level) for level in -np.log10(raised))
    )


def fit_calibration(clean: NDArray[np.floating], *, trimmed: bool) -> Calibration:
    """Fit a calibration to raw scores of clean superpixels (n,).

    With ``trimmed`` the highest 2 %, which may be hidden content, are not used: rates below 2 % are
    extrapolated from the decade above.

    Raises
    ------
    InputError
        If there are too few distinct scores to estimate rates.
    """
    fitted = _fitted(clean, TRIMMED_SHARE if trimmed else 0)
    if len(fitted.scores) < LEAST_DISTINCT:
        msg = (
            f"cannot calibrate: the scores of {len(clean)} clean superpixels have too few "
            f"distinct values ({len(fitted.scores)}, at least {LEAST_DISTINCT} are needed); train "
            "on more or larger scenes"
        )
        raise InputError(msg)
    return fitted


def own_calibration(residuals: NDArray[np.floating], *, one_sided: bool) -> Calibration | None:
    """Calibrate by the painting itself, of which most is taken for clean.

    If hidden content only makes residuals (n,) larger, as any paint adds to what X-rays pass, the
    rate of a residual is the share that lies as far below zero. Else the score is the size of the
    residual, and the strongest tenth, which may be hidden content, is extrapolated. None if too few
    residuals differ.
    """
    values = np.asarray(residuals, np.float64)
    if one_sided:
        # Each of them twice: shares are those of the half below zero, mirrored.
        below = values[values < 0]
        scores, trimmed_share = np.concatenate([below, -below]), 0.0
    else:
        scores, trimmed_share = np.abs(values), OWN_TRIMMED_SHARE
    if not len(scores):
        return None
    fitted = _fitted(scores, trimmed_share)
    return None if len(fitted.scores) < LEAST_DISTINCT else cautious(fitted)


def _fitted(clean: NDArray[np.floating], trimmed_share: float) -> Calibration:
    """Knots at the quantiles of scores (n,), without the highest ``trimmed_share`` of them."""
    ordered = np.sort(np.asarray(clean, np.float64))
    least_rate = max(trimmed_share, 1 / len(ordered))
    # No rate below one pixel can be measured; the extrapolation covers those.
    rates = np.logspace(0, np.log10(least_rate), N_KNOTS)
    ranks = np.minimum(len(ordered) - 1, np.floor((1 - rates) * len(ordered)).astype(int))
    # Of equal scores the first: the largest rate, which is the cautious one.
    scores, first = np.unique(ordered[ranks], return_index=True)
    return Calibration(
        scores=tuple(map(float, scores)), levels=tuple(map(float, -np.log10(rates[first])))
    )
