"""Robust regression: least squares in rounds, in which outliers lose weight.

Iteratively reweighted least squares with the weights of a Cauchy distribution (Holland & Welsch,
Communications in Statistics A6, 813, 1977). The rounds, the weights and the
robust deviation are shared here. The least-squares step is the caller's: regressions differ in
penalty and centring, and the shipped models were trained on maps with their exact order of sums.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]
Solution = TypeVar("Solution")

NORMAL_DEVIATION = 1.4826
"""Standard deviation of a normal distribution in median absolute deviations."""


def robust_deviation(
    residuals: Values, least: float = 0.0, *, median: Callable[[Values], Any] = np.median
) -> float:
    """1.4826 times the median absolute value of ``residuals`` (n,), at least ``least``."""
    return max(NORMAL_DEVIATION * float(median(np.abs(residuals))), least)


def robust_deviations(residuals: Values) -> Values:
    """1.4826 times the median absolute value of each column of ``residuals`` (n, M): (M,)."""
    return np.asarray(NORMAL_DEVIATION * np.median(np.abs(residuals), axis=0))


def upper_median(values: Values) -> float:
    """The median of ``values`` (n,); for an even number the upper one of the middle two.

    It takes one partition where `numpy.median` takes two. The shipped models were trained on
    evidence computed with it.
    """
    middle = len(values) // 2
    return float(np.partition(values, middle)[middle])


@dataclass(frozen=True, kw_only=True)
class Weighting:
    """The weight of a residual: 1/(1 + (u/tolerance)²) if it is u robust deviations."""

    tolerance: float
    """Deviations at which a residual has half its weight."""

    side: int = 0
    """1 or -1: residuals of the other sign keep weight 1. 0: both signs lose weight alike."""

    def __call__(self, residuals: Values, deviation: float) -> Values:
        """Weights (n,) of ``residuals`` (n,), whose robust deviation is ``deviation``."""
        outlying = residuals / (deviation * self.tolerance)
        if self.side:
            outlying = np.maximum(self.side * outlying, 0)
        return np.asarray(1 / (1 + outlying**2))


def reweighted(
    solve: Callable[[Values], tuple[Solution, Values]],
    weights: Values,
    rounds: Sequence[int],
    *,
    weighting: Weighting,
    deviation: Callable[[Values], float],
) -> tuple[Solution, float]:
    """Solve a least-squares problem once for each of ``rounds``, with new weights every time.

    Parameters
    ----------
    solve
        Takes the weights of the first pixels, as many as the round says, and returns the solution
        for these and the residuals (n,) of all pixels.
    weights
        (n,) those of the first round.
    rounds
        Number of the n pixels that each round uses; the first rounds need not be exact.
    weighting
        Gives the weights of the next round.
    deviation
        Gives the robust deviation of residuals (n,).

    Returns
    -------
    The last solution, and the robust deviation of its residuals.
    """
    for size in rounds:
        solution, residuals = solve(weights[:size])
        spread = deviation(residuals)
        weights = weighting(residuals, spread)
    return solution, spread


def ridge_solution(design: Values, y: Values, weights: Values, ridge: Values) -> Values:
    """Coefficients (T,) of weighted ridge regression.

    ``design`` is (n, T), ``y`` and ``weights`` are (n,), ``ridge`` (T, T) is the penalty.
    """
    weighted = design * weights[:, None]
    return np.asarray(np.linalg.solve(weighted.T @ design + ridge, weighted.T @ y))
