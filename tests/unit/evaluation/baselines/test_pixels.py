"""The classical detectors, against explicit formulas and scenes whose answer is known."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.spatial.distance import cdist
from skimage.morphology import black_tophat
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from artextract_cli._typing import FloatArray
from artextract_cli.evaluation.baselines.lines import nir_tophat
from artextract_cli.evaluation.baselines.pixels import (
    BASELINES,
    abs_difference,
    independent_component,
    plain_residual,
    principal_component,
    rx,
    spectral_angle,
)
from artextract_cli.evidence.band_regression import DARKEST
from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.scenes.scene import Scene
from tests.helpers.painted_scenes import make_scene, painted_bands

VISIBLE_AND_NIR = (450.0, 550.0, 650.0, 850.0, 950.0)


@pytest.fixture
def planted() -> tuple[Scene, np.ndarray]:
    """A scene with a dark patch that the longest band alone shows, and where it is."""
    bands = painted_bands((61, 75), 5)
    hidden = np.zeros(bands.shape[:2], dtype=bool)
    hidden[20:35, 30:50] = True
    bands[..., 4] = np.where(hidden, 0.8 * bands[..., 4], bands[..., 4])
    return make_scene(bands, VISIBLE_AND_NIR), hidden


def test_plain_residual_finds_what_only_the_infrared_shows(
    planted: tuple[Scene, np.ndarray],
) -> None:
    scene, hidden = planted
    assert roc_auc_score(hidden.ravel(), plain_residual(scene).ravel()) > 0.95


def test_plain_residual_keeps_the_sign(planted: tuple[Scene, np.ndarray]) -> None:
    scene, hidden = planted
    bands = scene.bands.copy()
    bands[..., 4] = np.where(hidden, bands[..., 4] * 1.25 * 1.25, bands[..., 4])
    brighter = make_scene(bands, VISIBLE_AND_NIR)
    assert np.median(plain_residual(scene)[hidden]) > 3
    assert np.median(plain_residual(brighter)[hidden]) < -3


def test_plain_residual_is_the_ridge_regression_of_scikit_learn() -> None:
    bands = painted_bands((40, 51), 4, seed=3)
    scene = make_scene(bands, (450, 550, 650, 950))
    blurred = gaussian_filter(bands, (1, 1, 0)).reshape(-1, 4)
    x, y = np.log(blurred[:, :3].astype(np.float64) + DARKEST), blurred[:, 3]
    model = make_pipeline(
        StandardScaler(),
        PolynomialFeatures(2, include_bias=False),
        StandardScaler(),
        Ridge(alpha=1e-3 * len(x)),
    )
    darker = model.fit(x, y).predict(x) - y
    expected = darker / (1.4826 * np.median(np.abs(darker)))
    np.testing.assert_allclose(plain_residual(scene).ravel(), expected, atol=2e-3)


def test_plain_residual_of_many_pixels_is_fitted_on_a_sample_and_repeats() -> None:
    scene = make_scene(painted_bands((160, 161), 3), (450, 650, 950))
    first = plain_residual(scene)
    np.testing.assert_array_equal(first, plain_residual(scene))
    assert np.median(np.abs(first)) == pytest.approx(1 / 1.4826, rel=1e-4)


def test_rx_is_the_squared_mahalanobis_distance() -> None:
    bands = painted_bands((17, 23), 4)
    pixels = bands.reshape(-1, 4).astype(np.float64)
    inverse = np.linalg.inv(np.cov(pixels.T, bias=True))
    expected = cdist(pixels, pixels.mean(axis=0, keepdims=True), "mahalanobis", VI=inverse) ** 2
    np.testing.assert_allclose(rx(make_scene(bands)).ravel(), expected[:, 0], rtol=1e-4)


def test_rx_ignores_a_band_that_says_nothing() -> None:
    bands = painted_bands((17, 23), 3)
    constant = np.full((17, 23, 1), 0.3, dtype=np.float32)
    with_constant = np.concatenate([bands, constant], axis=2)
    np.testing.assert_allclose(rx(make_scene(with_constant)), rx(make_scene(bands)), rtol=1e-4)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_principal_components_are_those_of_scikit_learn(number: int) -> None:
    bands = painted_bands((19, 22), 5)
    logs = np.log(bands.reshape(-1, 5).astype(np.float64) + DARKEST)
    reference = PCA(whiten=True).fit_transform(logs)[:, number - 1]
    reference *= np.sqrt(len(logs) / (len(logs) - 1))  # scikit-learn divides by n − 1
    score = principal_component(make_scene(bands), number)
    np.testing.assert_allclose(score.ravel(), np.abs(reference), rtol=1e-3, atol=1e-3)


def test_a_component_that_does_not_exist_tells_nothing() -> None:
    for name in ("pca_4", "ica_4"):
        assert not BASELINES[name](make_scene(painted_bands((9, 8), 2))).any()


def mixed(sources: np.ndarray, size: tuple[int, int], count: int) -> FloatArray:
    """Bands (H, W, count) whose logarithms are mixtures of ``sources`` (P, K)."""
    mixture = np.random.default_rng(1).normal(size=(sources.shape[1], count))
    logs = -1.5 + 0.1 * sources @ mixture
    return (np.exp(logs) - DARKEST).reshape(*size, count).astype(np.float32)


def test_independent_components_are_the_sources_by_their_kurtosis() -> None:
    rng = np.random.default_rng(0)
    n = 60 * 70
    # Excess kurtosis 97 (one pixel in a hundred), 3 (Laplace), −1.2 (uniform).
    sources = np.stack(
        [rng.uniform(-1, 1, n), rng.random(n) < 0.01, rng.laplace(size=n)], axis=1
    ).astype(np.float64)
    sources = (sources - sources.mean(axis=0)) / sources.std(axis=0)
    scene = make_scene(mixed(sources, (60, 70), 5))
    for number, source in ((1, 1), (2, 2), (3, 0)):
        score = independent_component(scene, number).ravel()
        np.testing.assert_allclose(score, np.abs(sources[:, source]), atol=0.25)
        assert np.corrcoef(score, np.abs(sources[:, source]))[0, 1] > 0.98


def test_independent_components_of_many_pixels_are_fitted_on_a_sample_and_repeat() -> None:
    rng = np.random.default_rng(3)
    sources = rng.laplace(size=(150 * 161, 2)) / np.sqrt(2)
    scene = make_scene(mixed(sources, (150, 161), 3))
    first = independent_component(scene, 1)
    np.testing.assert_array_equal(first, independent_component(scene, 1))
    likeness = [np.corrcoef(first.ravel(), np.abs(sources[:, k]))[0, 1] for k in range(2)]
    assert max(likeness) > 0.98


def test_bands_without_independent_components_still_have_a_score() -> None:
    """Gaussian bands, on which FastICA does not settle, and fewer pixels than bands."""
    sources = np.random.default_rng(4).normal(size=(23 * 29, 6))
    gaussian = mixed(sources, (23, 29), 6)
    for bands, exist in ((gaussian, 4), (painted_bands((1, 3), 30), 2)):
        found = [independent_component(make_scene(bands), number) for number in (1, 2, 3, 4)]
        assert [bool(score.any()) for score in found] == [True] * exist + [False] * (4 - exist)


def test_spectral_angle_worked_by_hand() -> None:
    # The median of the bands is (0.2, 0.2); a black pixel has no angle.
    bands = np.array(
        [[[0.2, 0.2], [0.9, 0.9], [0.3, 0.0]], [[0.0, 0.4], [0.2, 0.2], [0.0, 0.0]]],
        dtype=np.float32,
    )
    expected = np.array([[0, 0, 1], [1, 0, 0]]) * np.pi / 4
    np.testing.assert_allclose(spectral_angle(make_scene(bands)), expected, atol=1e-6)


def test_spectral_angle_is_that_of_the_cosine_and_does_not_see_brightness() -> None:
    bands = painted_bands((17, 23), 6)
    median = np.median(bands.reshape(-1, 6), axis=0)
    cosine = 1 - cdist(bands.reshape(-1, 6), median[None], "cosine")[:, 0]
    score = spectral_angle(make_scene(bands))
    np.testing.assert_allclose(score.ravel(), np.arccos(cosine.clip(-1, 1)), atol=1e-5)
    shaded = bands.copy()
    shaded[3, 4] *= 0.5
    assert spectral_angle(make_scene(shaded))[3, 4] == pytest.approx(score[3, 4], abs=1e-2)


def test_a_single_band_or_a_black_painting_has_no_angle() -> None:
    assert not spectral_angle(make_scene(painted_bands((9, 8), 1))).any()
    assert not spectral_angle(make_scene(np.zeros((9, 8, 4), dtype=np.float32))).any()


def test_top_hat_is_the_one_of_scikit_image() -> None:
    bands = painted_bands((33, 40), 3)
    rows, columns = np.mgrid[-3:4, -3:4]
    disk = rows**2 + columns**2 <= 3.5**2
    expected = black_tophat(bands[..., 0], disk)
    score = nir_tophat(make_scene(bands, (950, 450, 550)))
    np.testing.assert_allclose(score, expected, atol=1e-6)


def test_abs_difference_is_infrared_against_luminance() -> None:
    rgb = np.zeros((2, 2, 3), dtype=np.float32)
    rgb[0, 0] = 1  # white
    rgb[0, 1] = [0, 1, 0]
    bands = np.full((2, 2, 2), 0.4, dtype=np.float32)
    score = abs_difference(make_scene(bands, (900, 500), rgb=rgb))
    np.testing.assert_allclose(score, [[0.6, 0.7152 - 0.4], [0.4, 0.4]], atol=1e-6)


def test_plain_residual_with_one_band_compares_it_with_the_photograph() -> None:
    rgb = painted_bands((61, 50), 3)
    hidden = np.zeros((61, 50), dtype=bool)
    hidden[10:20, 15:30] = True
    band = (linear_rgb(rgb) @ np.array([0.5, 0.3, 0.1], dtype=np.float32))[..., None]
    band[hidden] *= 0.7
    score = plain_residual(make_scene(band, (940.0,), rgb=rgb))
    assert roc_auc_score(hidden.ravel(), score.ravel()) > 0.95


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize("count", [1, 2, 30])
@pytest.mark.parametrize("size", [(1, 1), (13, 31)])
def test_every_baseline_takes_every_scene(name: str, count: int, size: tuple[int, int]) -> None:
    wavelengths = tuple(np.linspace(400, 1000, count))
    for bands in (painted_bands(size, count), np.full((*size, count), 0.3, dtype=np.float32)):
        score = BASELINES[name](make_scene(bands, wavelengths, rgb=painted_bands(size, 3)))
        assert score.shape == size
        assert score.dtype == np.float32
        assert np.isfinite(score).all()


@pytest.mark.parametrize(
    "name", sorted(set(BASELINES) - {"abs_difference", "nir_tophat", "infrared"})
)
def test_a_constant_scene_scores_nothing(name: str) -> None:
    score = BASELINES[name](make_scene(np.full((9, 11, 4), 0.3, dtype=np.float32)))
    np.testing.assert_allclose(score, 0, atol=1e-6)


@pytest.mark.parametrize("name", BASELINES)
def test_what_is_not_painting_has_no_influence(name: str) -> None:
    bands, rgb = painted_bands((30, 41), 4), painted_bands((30, 41), 3, seed=5)
    mask = np.zeros((30, 41), dtype=bool)
    mask[5:25, 8:37] = True
    outside = ~mask[..., None]
    wavelengths = (450.0, 550.0, 650.0, 950.0)
    scores = [
        BASELINES[name](
            make_scene(
                np.where(outside, backdrop, bands),
                wavelengths,
                mask,
                np.where(outside, np.float32(backdrop), rgb),
            )
        )
        for backdrop in (0.0, 1.0)
    ]
    np.testing.assert_allclose(scores[0], scores[1], rtol=1e-3, atol=1e-3)
    np.testing.assert_array_equal(scores[0][~mask], scores[0][mask].min())
