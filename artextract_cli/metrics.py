"""How well a score finds what the truth says is hidden."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli.contract import FloatArray
from artextract_cli.errors import InputError

HIDDEN, CLEAN = 255, 0  # values of a truth picture; any other value does not count


@dataclass(frozen=True, kw_only=True)
class DetectionScores:
    """Detection of hidden pixels by a score; None where a class has no pixel."""

    auroc: float | None
    average_precision: float | None
    n_positive: int
    n_negative: int


def binary_scores(
    score: FloatArray, truth: NDArray[np.uint8], mask: NDArray[np.bool_] | None = None
) -> DetectionScores:
    """Compare ``score`` (H, W), larger = more likely hidden, with ``truth`` (H, W).

    Truth is 255 where something is hidden and 0 where nothing is; other values (128) do not count,
    nor do pixels where ``mask`` (H, W) is false. Equal scores count as ties. Average precision is
    the step-wise sum of scikit-learn, without interpolation.

    Raises
    ------
    InputError
        If score, truth and mask are not of one size.
    """
    _check_sizes(score, truth, mask)
    counts = (truth == HIDDEN) | (truth == CLEAN)
    if mask is not None:
        counts &= mask
    hidden = truth[counts] == HIDDEN
    auroc, average_precision = _curves(hidden, score[counts])
    return DetectionScores(
        auroc=auroc,
        average_precision=average_precision,
        n_positive=int(hidden.sum()),
        n_negative=int((~hidden).sum()),
    )


def _curves(
    hidden: NDArray[np.bool_], score: NDArray[Any]
) -> tuple[float, float] | tuple[None, None]:
    from sklearn.metrics import average_precision_score, roc_auc_score

    if hidden.all() or not hidden.any():
        return None, None
    return float(roc_auc_score(hidden, score)), float(average_precision_score(hidden, score))


def _check_sizes(score: NDArray[Any], truth: NDArray[Any], mask: NDArray[np.bool_] | None) -> None:
    for name, picture in (("truth", truth), ("mask", mask)):
        if picture is not None and picture.shape != score.shape:
            msg = (
                f"the {name} is {_size(picture)} pixels but the score {_size(score)}: "
                f"give a {name} of the size of the photograph"
            )
            raise InputError(msg)


def _size(picture: NDArray[Any]) -> str:
    return " × ".join(str(length) for length in picture.shape)
