"""Terms and fits behind the hidden image, against values known by construction."""

import numpy as np
import pytest

from artextract_cli.evidence.hidden_image_regression import differences, robust_fit, terms_of


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (4, 6)])
def test_differences_repeat_the_edges(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).random(shape, np.float32)
    down, across = differences(image)
    rows = np.clip(np.arange(-1, shape[0] + 1), 0, shape[0] - 1)
    columns = np.clip(np.arange(-1, shape[1] + 1), 0, shape[1] - 1)
    np.testing.assert_array_equal(down, 0.5 * (image[rows[2:]] - image[rows[:-2]]))
    np.testing.assert_array_equal(across, 0.5 * (image[:, columns[2:]] - image[:, columns[:-2]]))


def test_terms_of_pixels_are_those_of_the_block() -> None:
    rng = np.random.default_rng(1)
    groups = [rng.random((7, 9, 1), np.float32) for _ in range(2)]
    terms = terms_of(rng.random((7, 9, 3), np.float32), groups)
    assert [part.shape[2:] for part in terms] == [(3,), (10,), (3,), (2,), (2, 2)]
    np.testing.assert_array_equal(terms.flat().extra(1)[:, -2:], terms.own[:, :, 1].reshape(-1, 2))


def test_outliers_take_little_part_in_a_fit() -> None:
    rng = np.random.default_rng(2)
    terms = rng.standard_normal((600, 2)).astype(np.float32)
    target = (terms @ [0.5, -0.25] + 0.1 + 0.01 * rng.standard_normal(600)).astype(np.float32)
    target[::6] += 2
    fit = robust_fit(terms, target, tolerance=1.5, ridge=1e-6)
    np.testing.assert_allclose(fit.gain, [0.5, -0.25], atol=0.01)
    assert fit.offset == pytest.approx(0.1, abs=0.01)
    assert 0.008 < fit.deviation < 0.015
