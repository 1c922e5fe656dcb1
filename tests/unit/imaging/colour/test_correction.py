import numpy as np
import pytest

from artextract_cli.imaging.colour.correction import (
    MIN_PATCHES,
    Correction,
    chart_correction,
    corrected,
    grey_correction,
    reference_chart,
)
from tests.helpers.checkers import CAST

REFERENCE = reference_chart()


def test_published_colours() -> None:
    # X-Rite, 2016: dark skin, white and black.
    assert REFERENCE.names[0] == "dark skin"
    expected = [[37.54, 14.37, 14.92], [95.19, -1.03, 2.93], [20.64, 0.07, -0.46]]
    np.testing.assert_allclose(REFERENCE.lab[[0, 18, 23]], expected, atol=0.01)


def test_a_cast_is_undone() -> None:
    correction = chart_correction(REFERENCE.linear @ CAST, REFERENCE)
    assert correction is not None
    np.testing.assert_allclose(correction.matrix, np.linalg.inv(CAST), atol=1e-6)
    assert correction.before.mean() > 5
    assert correction.after.max() < 0.01
    assert correction.left_out.max() < 0.01
    assert correction.improves


def test_saturated_patches_do_not_count() -> None:
    measured = REFERENCE.linear @ CAST
    measured[18:20] = 1.0
    correction = chart_correction(measured, REFERENCE)
    assert correction is not None
    np.testing.assert_allclose(correction.matrix, np.linalg.inv(CAST), atol=1e-6)
    measured[: 25 - MIN_PATCHES] = 1.0
    assert chart_correction(measured, REFERENCE) is None


def test_patches_left_out_decide() -> None:
    numbers = {"before": np.ones(24), "after": np.full(24, 0.5)}
    for left_out, improves in ((0.9, True), (1.1, False)):
        correction = Correction(matrix=np.eye(3), left_out=np.full(24, left_out), **numbers)
        assert correction.improves == improves


def test_grey() -> None:
    measured = np.array([0.3, 0.2, 0.1])
    correction = grey_correction(measured)
    balanced = measured @ correction.matrix
    assert balanced == pytest.approx([measured @ [0.2126, 0.7152, 0.0722]] * 3)
    assert correction.after[0] < 1e-6 < correction.before[0]
    assert correction.improves


def test_images_are_clipped() -> None:
    image = np.array([[[0.5, 0.2, 0.1], [0.9, 0.9, 0.9]]], np.float32)
    result = corrected(image, grey_correction(np.array([0.3, 0.2, 0.1])))
    assert result.dtype == np.float32
    assert result.max() == 1
