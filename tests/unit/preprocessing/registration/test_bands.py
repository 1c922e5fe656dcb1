"""What is measured of a registered band, and which bands are refused."""

from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.preprocessing.registration.bands import RegisteredBand, measure_residual
from tests.helpers.registration import PICTURE, known, seen_by

pytest.importorskip("cv2")

VALID = np.ones(PICTURE.shape, np.bool_)


def residual(transform: np.ndarray, max_residual: float = 1.0) -> RegisteredBand:
    """Register a band that is shifted by 3 px to the right with ``transform``."""
    band = seen_by(known(1, 0, 3, 0), PICTURE.shape)
    return measure_residual(Path("b.png"), "950", PICTURE, band, transform, VALID, max_residual)


def test_the_residual_is_small_for_the_right_transform() -> None:
    row = residual(known(1, 0, 3, 0))
    assert row.band == "950"
    assert row.size == PICTURE.shape[::-1]
    assert row.residual < 0.2
    assert row.median_residual <= row.residual
    assert (row.scale, row.rotation) == pytest.approx((1, 0))


def test_a_wrong_transform_leaves_a_residual() -> None:
    with pytest.raises(InputError, match=r"the residual is 2\.\d\d px, and 1 px are allowed"):
        residual(known(1, 0, 0.4, 0))
    assert residual(known(1, 0, 0.4, 0), max_residual=3).residual == pytest.approx(2.6, abs=0.3)
