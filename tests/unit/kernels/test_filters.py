"""The compiled passes over pictures against SciPy, NumPy and counting by hand."""

from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, shift

from artextract_cli._typing import FloatArray
from artextract_cli.kernels.filters import (
    blur,
    box_mean,
    curvatures,
    displaced,
    gradients,
)
from artextract_cli.kernels.local_regression import local_residuals, moments, monomials, polynomial

SHAPES = [(1, 1), (1, 7), (7, 1), (2, 3), (31, 45)]


def noise(shape: tuple[int, ...], seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def window(image: FloatArray, y: int, x: int, radius: int) -> FloatArray:
    """The pixels (P, C) of the square around (y, x), as far as there are any."""
    rows = image[max(y - radius, 0) : y + radius + 1]
    return rows[:, max(x - radius, 0) : x + radius + 1].reshape(-1, image.shape[-1])


class TestGradients:
    def test_a_plane_has_its_slopes(self):
        rows, columns = np.mgrid[:5, :4].astype(np.float32)
        picture = np.stack([2 * rows, 3 * columns, rows - columns], axis=-1)
        down, across = gradients(picture)
        np.testing.assert_allclose(down, np.broadcast_to([2, 0, 1], (5, 4, 3)))
        np.testing.assert_allclose(across, np.broadcast_to([0, 3, -1], (5, 4, 3)))

    @pytest.mark.parametrize(("shape", "slope"), [((1, 5, 2), 0), ((5, 1, 2), 0), ((2, 2, 2), 4)])
    def test_a_single_row_has_none(self, shape, slope):
        down, across = gradients(np.arange(np.prod(shape), dtype=np.float32).reshape(shape))
        assert down.shape == across.shape == shape
        assert (down == slope).all()
        assert across.any() == (slope > 0)


class TestBlur:
    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("channels", [1, 3, 8])
    @pytest.mark.parametrize("sigma", [1.0, 2.0])
    def test_against_scipy(self, shape: tuple[int, int], channels: int, sigma: float) -> None:
        image = noise((*shape, channels))
        expected = gaussian_filter(image, (sigma, sigma, 0), truncate=3, mode="reflect")
        made = blur(image, sigma)
        assert made.dtype == np.float32
        np.testing.assert_allclose(made, expected, atol=2e-6)

    @pytest.mark.parametrize(("sigma", "radius"), [(0.7, 3), (1.5, 5), (0.4, 2)])
    def test_it_reaches_at_least_three_deviations(self, sigma: float, radius: int) -> None:
        image = noise((31, 45, 2))
        expected = gaussian_filter(image, (sigma, sigma, 0), radius=(radius, radius, 0))
        np.testing.assert_allclose(blur(image, sigma), expected, atol=2e-6)

    def test_views_and_other_types(self) -> None:
        view = noise((9, 14, 4))[::2, ::-1, 1:3]
        expected = blur(view.copy(), 1.0)
        np.testing.assert_array_equal(blur(view, 1.0), expected)
        as_double: Any = view.astype(np.float64)
        np.testing.assert_array_equal(blur(as_double, 1.0), expected)

    def test_a_constant_stays(self) -> None:
        np.testing.assert_allclose(blur(np.full((5, 4, 1), 3, np.float32), 1.6), 3, rtol=1e-6)


class TestBoxMean:
    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("radius", [1, 4, 12, 60])
    def test_against_counting(self, shape: tuple[int, int], radius: int) -> None:
        image = noise((*shape, 2))
        expected = np.empty_like(image)
        for y in range(shape[0]):
            for x in range(shape[1]):
                expected[y, x] = window(image, y, x, radius).astype(np.float64).mean(0)
        np.testing.assert_allclose(box_mean(image, radius), expected, atol=1e-6)

    def test_running_sums_keep_their_digits(self) -> None:
        """A bright corner leaves nothing behind once the window has passed it."""
        image = np.full((40, 50, 1), 0.1, np.float32)
        image[:3, :3] = 1e6
        np.testing.assert_allclose(box_mean(image, 2)[10:, 10:], 0.1, rtol=1e-6)


class TestCurvatures:
    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("step", [1, 2])
    def test_against_eigenvalues_of_the_hessian(self, shape: tuple[int, int], step: int) -> None:
        image = noise((*shape, 2))
        wide = np.pad(image, ((step, step), (step, step), (0, 0)), "symmetric")

        def at(down: int, right: int) -> FloatArray:
            rows = slice(step + down, step + down + shape[0])
            return wide[rows, step + right : step + right + shape[1]]

        hessian = np.empty((*image.shape, 2, 2))
        hessian[..., 0, 0] = at(-step, 0) + at(step, 0) - 2 * image
        hessian[..., 1, 1] = at(0, -step) + at(0, step) - 2 * image
        mixed = at(-step, -step) + at(step, step) - at(-step, step) - at(step, -step)
        hessian[..., 0, 1] = hessian[..., 1, 0] = mixed / 4
        expected = np.linalg.eigvalsh(hessian)[..., ::-1]
        np.testing.assert_allclose(np.stack(curvatures(image, step), -1), expected, atol=1e-5)

    @pytest.mark.parametrize("turns", range(4))
    def test_lines_and_spots(self, turns: int) -> None:
        dark_line = np.ones((9, 9, 1), np.float32)
        dark_line[4] = 0
        greatest, least = curvatures(np.rot90(dark_line, turns).copy(), 1)
        assert (greatest[4, 4, 0], least[4, 4, 0]) == pytest.approx((2, 0))
        greatest, least = curvatures(np.rot90(-dark_line, turns).copy(), 1)
        assert (greatest[4, 4, 0], least[4, 4, 0]) == pytest.approx((0, -2))
        spot = np.ones((9, 9, 1), np.float32)
        spot[4, 4] = 0
        assert [c[4, 4, 0] for c in curvatures(spot, 1)] == pytest.approx([2, 2])

    def test_a_plane_is_not_curved(self) -> None:
        rows, columns = np.indices((8, 11), np.float32)
        plane = (3 * rows - 2 * columns)[..., None]
        for curvature in curvatures(plane, 1):
            np.testing.assert_allclose(curvature[1:-1, 1:-1], 0, atol=1e-5)


def residuals(predictors: FloatArray, targets: FloatArray, radius: int, ridge: float) -> FloatArray:
    means = box_mean(moments(predictors, targets), radius)
    return local_residuals(predictors, targets, means, ridge)


class TestLocalResiduals:
    @pytest.mark.parametrize("n_targets", [1, 3])
    def test_against_least_squares_in_every_window(self, n_targets: int) -> None:
        predictors, targets = noise((11, 14, 3)), noise((11, 14, n_targets), 1)
        ridge, radius = 0.3, 3
        expected = np.empty_like(targets)
        for y in range(11):
            for x in range(14):
                p, t = (window(a, y, x, radius).astype(float) for a in (predictors, targets))
                # A ridge of ridge · n is n rows more of a design that asks for slopes of zero.
                design = np.vstack([p - p.mean(0), np.sqrt(ridge * len(p)) * np.eye(3)])
                asked = np.vstack([t - t.mean(0), np.zeros((3, n_targets))])
                slope = np.linalg.lstsq(design, asked, rcond=None)[0]
                expected[y, x] = targets[y, x] - t.mean(0) - (predictors[y, x] - p.mean(0)) @ slope
        np.testing.assert_allclose(
            residuals(predictors, targets, radius, ridge), expected, atol=1e-4
        )

    def test_a_linear_target_leaves_nothing(self) -> None:
        predictors = noise((31, 45, 3))
        targets = predictors @ np.array([[1.0], [-2], [0.5]], np.float32) + 4
        assert np.abs(residuals(predictors, targets, 12, 1e-5)).max() < 1e-3

    def test_without_predictors_the_local_mean_is_left_out(self) -> None:
        targets = noise((9, 10, 2))
        found = residuals(np.zeros((9, 10, 3), np.float32), targets, 2, 0.02)
        np.testing.assert_allclose(found, targets - box_mean(targets, 2), atol=1e-6)

    def test_one_pixel_is_its_own_mean(self) -> None:
        assert residuals(noise((1, 1, 3)), noise((1, 1, 2)), 4, 0.02).tolist() == [[[0, 0]]]


class TestMonomials:
    @pytest.mark.parametrize("n_columns", [1, 2, 5])
    @pytest.mark.parametrize(("cubic", "degree"), [(False, 2), (True, 3)])
    def test_all_products_once(self, n_columns: int, cubic: bool, degree: int) -> None:
        x = noise((6, n_columns))
        made = monomials(x, np.empty((6, 0), np.float32), cubic)
        expected = [
            x[:, list(chosen)].prod(1)
            for size in range(1, degree + 1)
            for chosen in combinations_with_replacement(range(n_columns), size)
        ]
        assert made.shape == (6, len(expected))
        # The order of terms is the kernel's own.
        found, wanted = (sorted(map(list, columns)) for columns in (made.T, expected))
        np.testing.assert_allclose(found, wanted, rtol=1e-5)

    def test_extra_columns_come_last_as_they_are(self) -> None:
        x, extra = noise((7, 2)), noise((7, 3), 1)
        made = monomials(x, extra, False)
        assert made.shape == (7, 5 + 3)
        np.testing.assert_array_equal(made[:, 5:], extra)


class TestPolynomial:
    @pytest.mark.parametrize("n_pixels", [1, 511, 512, 513, 1300])
    @pytest.mark.parametrize("n_columns", [1, 5])
    @pytest.mark.parametrize("cubic", [False, True])
    def test_against_the_monomials(self, n_pixels: int, n_columns: int, cubic: bool) -> None:
        x, extra = noise((n_pixels, n_columns)), noise((n_pixels, 4), 1)
        terms = monomials(x, extra, cubic).astype(np.float64)
        gains = noise((terms.shape[1], 3), 2)
        made = polynomial(x.T, extra.T, gains, cubic=cubic)
        np.testing.assert_allclose(made.T, terms @ gains, rtol=1e-4, atol=1e-3)


class TestDisplaced:
    @pytest.mark.parametrize("shape", SHAPES)
    def test_against_scipy(self, shape: tuple[int, int]) -> None:
        image = noise((*shape, 4))
        by = np.array([[0, 0], [0.3, -0.7], [-2, 3], [3.75, -1.25]])
        made = displaced(image, by)
        for c in range(4):
            expected = shift(image[..., c], by[c], order=1, mode="nearest")
            np.testing.assert_allclose(made[..., c], expected, atol=1e-5)

    def test_down_and_right(self) -> None:
        image = np.zeros((5, 6, 1), np.float32)
        image[2, 3] = 1
        assert displaced(image, np.array([[1.0, 2.0]]))[3, 5, 0] == 1
