"""Principal component analysis: the orthogonal directions in which values vary most."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class PrincipalAxes:
    """K directions of C channels, in descending order of variance."""

    variances: NDArray[Any]
    """(K,)"""

    directions: NDArray[Any]
    """(C, K), each column of length one."""

    total_variance: float
    """Over all C directions."""

    @property
    def shares(self) -> NDArray[Any]:
        """Share (K,) of the total variance along each direction."""
        # Rounding can make the least variances slightly negative.
        return np.asarray(np.maximum(self.variances, 0) / max(self.total_variance, 1e-30))

    def gains(self, least_variance: float) -> NDArray[Any]:
        """Factors (K,) that scale each component to variance one.

        Zero where the variance is at most ``least_variance``: such a component is mere rounding
        error.
        """
        is_kept = self.variances > least_variance
        return np.where(is_kept, 1 / np.sqrt(np.maximum(self.variances, least_variance)), 0)

    def signed_directions(self) -> NDArray[Any]:
        """Directions (C, K) with a defined sign: the largest entry of each is positive."""
        largest = np.abs(self.directions).argmax(0)
        entries = self.directions[largest, np.arange(self.directions.shape[1])]
        return self.directions * np.where(entries < 0, -1, 1)


def principal_axes(covariance: NDArray[Any], n_components: int | None = None) -> PrincipalAxes:
    """Compute the principal axes of a ``covariance`` or correlation matrix (C, C).

    All of them, or the first ``n_components``.
    """
    # In ascending order of variance, hence the reversed slice.
    variances, directions = np.linalg.eigh(covariance)
    n = len(variances) if n_components is None else n_components
    strongest = slice(None, -n - 1, -1)
    return PrincipalAxes(
        variances=variances[strongest],
        directions=directions[:, strongest],
        total_variance=float(variances.sum()),
    )
