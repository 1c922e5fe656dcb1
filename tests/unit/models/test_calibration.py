import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.models.calibration import Calibration, fit_calibration, own_calibration


def test_the_level_is_the_logarithm_of_the_share_of_clean_scores_above() -> None:
    clean = np.random.default_rng(0).exponential(size=100_000)
    calibration = fit_calibration(clean, trimmed=False)
    for raw in (0.5, 1.0, 3.0, 6.0):
        assert calibration(np.array(raw)) == pytest.approx(
            -np.log10((clean >= raw).mean()), abs=0.03
        )


def test_the_tail_goes_on_as_the_exponential_it_is() -> None:
    clean = np.random.default_rng(1).exponential(size=100_000)
    level = fit_calibration(clean, trimmed=False)(np.array(20.0))
    assert level == pytest.approx(20 / np.log(10), rel=0.2)


def test_ranks_are_kept_everywhere() -> None:
    calibration = fit_calibration(np.random.default_rng(2).normal(5, 1, 5000), trimmed=False)
    levels = calibration(np.linspace(-5, 50, 4001))
    assert (np.diff(levels) > 0).all()


def test_a_trimmed_tail_does_not_hide_what_it_held() -> None:
    clean = np.random.default_rng(3).exponential(size=10_000)
    with_hidden = np.concatenate([clean, np.full(150, 30.0)])
    assert fit_calibration(with_hidden, trimmed=True)(np.array(30.0)) > 5
    assert fit_calibration(with_hidden, trimmed=False)(np.array(30.0)) < 2


def test_equal_scores_cannot_be_calibrated() -> None:
    with pytest.raises(InputError, match="cannot calibrate"):
        fit_calibration(np.zeros(1000), trimmed=False)


def test_a_calibration_worked_by_hand() -> None:
    """Straight between its knots; beyond, as steep as its first step and as its last decade."""
    calibration = Calibration(scores=(3, 4, 5, 7), levels=(0, 0.5, 1, 2))
    found = calibration(np.array([2, 3, 3.5, 5, 6, 7, 9]))
    np.testing.assert_allclose(found, [-0.5, 0, 0.25, 1, 1.5, 2, 3])
    assert found.dtype == np.float32


def test_less_than_a_decade_goes_on_as_steep_as_it_is() -> None:
    calibration = Calibration(scores=(0, 1, 2, 4), levels=(0, 0.1, 0.2, 0.8))
    assert calibration(np.array([8.0])) == pytest.approx(1.6)


@pytest.mark.parametrize(("trimmed", "least"), [(False, 1 / 5000), (True, 0.02)])
def test_knots_are_the_shares_of_clean_scores(trimmed: bool, least: float) -> None:
    clean = np.random.default_rng(4).permutation(5000).astype(float)
    made = fit_calibration(clean, trimmed=trimmed)
    shares = [(clean >= score).mean() for score in made.scores]
    np.testing.assert_allclose(10.0 ** -np.array(made.levels), shares, atol=1.001 / 5000)
    assert (made.scores[0], made.levels[0]) == (0, 0)
    assert made.levels[-1] == pytest.approx(-np.log10(least))
    assert 40 <= len(made.scores) <= 64


def test_four_different_scores_are_enough_and_three_are_not() -> None:
    clean = np.repeat(np.arange(4.0), 25)
    assert fit_calibration(clean, trimmed=False).scores == (0, 1, 2, 3)
    with pytest.raises(InputError, match=r"too few distinct values \(3, at least 4"):
        fit_calibration(clean[clean < 3], trimmed=False)


def test_a_painting_is_calibrated_by_its_lower_half_if_content_only_adds() -> None:
    rng = np.random.default_rng(4)
    clean = rng.standard_normal(50_000)
    content = np.full(20_000, 6.0)
    calibration = own_calibration(np.concatenate([clean, content]), one_sided=True)
    assert calibration is not None
    # Cautious: a quarter more than the share of clean paint.
    measured = 10.0 ** -calibration(np.array([1.645, 2.326]))
    assert measured == pytest.approx([1.25 * 0.05, 1.25 * 0.01], rel=0.15)
    assert calibration(np.array(6.0)) > 3.5


def test_a_painting_is_calibrated_without_its_strongest_tenth() -> None:
    rng = np.random.default_rng(5)
    clean = rng.laplace(size=50_000)
    with_content = np.concatenate([clean, np.full(2500, -20.0)])
    calibration = own_calibration(with_content, one_sided=False)
    assert calibration is not None
    # Cautious again, as content is among the residuals that are not trimmed.
    assert 1 < 10.0 ** -calibration(np.array(3.0)) / np.exp(-3) < 3
    assert calibration(np.array(20.0)) > 4


@pytest.mark.parametrize("one_sided", [True, False])
def test_too_few_residuals_are_no_calibration(one_sided: bool) -> None:
    for residuals in ([], [0.0, 0.0, 0.0], [1.0, 2.0]):
        assert own_calibration(np.array(residuals), one_sided=one_sided) is None
