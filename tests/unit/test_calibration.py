import numpy as np
import pytest

from artextract_cli.calibration import fit_calibration
from artextract_cli.errors import InputError


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
