"""What is found in a scene, whatever scored it."""

import dataclasses

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.models.calibration import Calibration
from artextract_cli.results.scene_scores import (
    ANOMALOUS_SHARE,
    DECISION_RATE,
    check_infrared,
    image_score,
    judged,
)
from tests.helpers.scenes import make_scene


def test_the_image_score_is_what_the_most_anomalous_share_exceeds() -> None:
    scores = np.random.default_rng(0).permutation(1000).astype(np.float32).reshape(20, 50)
    assert ANOMALOUS_SHARE == 0.03
    found = image_score(scores, None)
    assert (scores > found).sum() == 30
    assert 968 < found < 970
    assert 386.5 < image_score(scores, scores < 400) < 387.5
    assert image_score(scores, scores == 17) == 17
    assert image_score(np.array([[-3]], np.float32), None) == -3
    assert image_score(np.full((40, 50), 0.25, np.float32), None) == 0.25


def test_a_mask_without_painting_counts_as_none() -> None:
    scores = np.arange(200, dtype=np.float32).reshape(10, 20)
    assert image_score(scores, np.zeros((10, 20), np.bool_)) == image_score(scores, None)


class TestWhole:
    levels = Calibration(scores=(0.0, 1.0, 2.0, 3.0), levels=(0.0, 1.0, 2.0, 3.0))

    @pytest.mark.parametrize(("raw", "rate"), [(0.5, 10**-0.5), (2.0, 0.01), (4.0, 1e-4)])
    def test_rate_and_decision_follow_from_the_level(self, raw: float, rate: float) -> None:
        found = judged(self.levels, raw)
        assert found is not None
        assert found.score == pytest.approx(raw)
        assert found.false_alarm_rate == pytest.approx(rate)
        assert found.something_is_there == (rate <= DECISION_RATE)

    @pytest.mark.parametrize("raw", [-0.1, -400.0, -1e30])
    def test_below_all_clean_paintings_the_rate_is_one(self, raw: float) -> None:
        found = judged(self.levels, raw)
        assert found is not None
        assert found.false_alarm_rate == 1
        assert not found.something_is_there

    def test_far_above_it_is_zero(self) -> None:
        found = judged(self.levels, 1e6)
        assert found is not None
        assert found.false_alarm_rate == 0
        assert found.something_is_there


def test_a_scene_without_infrared_is_refused() -> None:
    check_infrared(make_scene((3, 4), 1, wavelengths=(721.0,)), "score")
    with pytest.raises(InputError, match="no band is infrared: this score needs a band above 720"):
        check_infrared(make_scene((3, 4), 1, wavelengths=(720.0,)), "score")
    unknown = dataclasses.replace(make_scene((3, 4), 1), wavelengths=None)
    with pytest.raises(InputError, match="no wavelength is known"):
        check_infrared(unknown, "score")
