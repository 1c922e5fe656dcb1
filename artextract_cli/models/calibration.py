"""From a raw score to a false-alarm rate, learnt on clean paint.

The calibrated score is −log10 of the share of clean superpixels that score at least as high. It is
strictly increasing in the raw score: beyond the strongest clean superpixel the tail goes on as the
exponential of its last decade, so that ranks are kept and there are no ties.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError

N_KNOTS = 64
CAUTION = 1.25
# Where scenes are not known to be clean, this share of the highest scores may be hidden content.
TRIMMED_SHARE = 0.02


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Knots of a piecewise linear map from raw score to −log10(false-alarm rate)."""

    scores: tuple[float, ...]  # strictly increasing
    levels: tuple[float, ...]  # strictly increasing, from about 0

    def __call__(self, raw: NDArray[np.floating]) -> FloatArray:
        """Calibrate raw scores of any shape."""
        scores, levels = np.array(self.scores), np.array(self.levels)
        inner = np.interp(raw, scores, levels)
        decade = min(int(np.searchsorted(levels, levels[-1] - 1)), len(levels) - 2)
        slope = (levels[-1] - levels[decade]) / (scores[-1] - scores[decade])
        tail = levels[-1] + slope * (np.asarray(raw, np.float64) - scores[-1])
        first = (levels[1] - levels[0]) / (scores[1] - scores[0])
        head = levels[0] + first * (np.asarray(raw, np.float64) - scores[0])
        made = np.where(raw > scores[-1], tail, np.where(raw < scores[0], head, inner))
        return np.asarray(made, np.float32)


def cautious(calibration: Calibration) -> Calibration:
    """The calibration with every small rate `CAUTION` times as large, and none above 1.

    Clean paint of makers that no model learnt from exceeded the rates of held-out paintings by up
    to 1.4 times.
    """
    rates = 10.0 ** -np.array(calibration.levels)
    raised = CAUTION * rates / (1 + (CAUTION - 1) * rates)
    return Calibration(
        scores=calibration.scores, levels=tuple(float(level) for level in -np.log10(raised))
    )


def fit_calibration(clean: NDArray[np.floating], *, trimmed: bool) -> Calibration:
    """Fit to raw scores of clean superpixels.

    With ``trimmed`` the highest 2 % may be hidden content and are not looked at: rates below 2 %
    follow from the last decade above.

    Raises
    ------
    InputError
        If there are too few different scores to tell a rate from.
    """
    ordered = np.sort(np.asarray(clean, np.float64))
    least_rate = max(TRIMMED_SHARE if trimmed else 0, 1 / len(ordered))
    rates = np.logspace(0, np.log10(least_rate), N_KNOTS)
    ranks = np.minimum(len(ordered) - 1, np.floor((1 - rates) * len(ordered)).astype(int))
    scores, first = np.unique(ordered[ranks], return_index=True)
    if len(scores) < 4:
        msg = (
            f"cannot calibrate: {len(ordered)} clean superpixels show {len(scores)} different "
            "scores; train on more or larger scenes"
        )
        raise InputError(msg)
    return Calibration(
        scores=tuple(map(float, scores)), levels=tuple(map(float, -np.log10(rates[first])))
    )
