"""Paintings on a backdrop."""

import numpy as np

from tests.helpers.registration import pattern

SHAPE = (180, 240)
PAINT = np.tile(pattern(120), (2, 2))[: SHAPE[0], : SHAPE[1]]
ROWS, COLUMNS = np.indices(SHAPE)


def agreement(found: np.ndarray | None, painted: np.ndarray) -> float:
    """Intersection over union."""
    assert found is not None
    return float((found & painted).sum() / (found | painted).sum())
