"""Detection metrics, against cases worked by hand and scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from artextract_cli.errors import InputError
from artextract_cli.metrics import DetectionScores, binary_scores


def test_a_case_worked_by_hand() -> None:
    # Ranked: hidden .9, clean .8, hidden .7, clean .1; the pixels of 128 would spoil it.
    score = np.array([[0.9, 0.8, 1.0], [0.7, 0.1, 0.0]], dtype=np.float32)
    truth = np.array([[255, 0, 128], [255, 0, 128]], dtype=np.uint8)
    scores = binary_scores(score, truth)
    assert scores.auroc == pytest.approx(3 / 4)
    assert scores.average_precision == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert (scores.n_positive, scores.n_negative) == (2, 2)


def test_the_mask_leaves_pixels_out() -> None:
    score = np.array([[0.9, 0.8, 0.7, 0.1]], dtype=np.float32)
    truth = np.array([[255, 0, 255, 0]], dtype=np.uint8)
    mask = np.array([[True, False, True, True]])
    expected = DetectionScores(auroc=1.0, average_precision=1.0, n_positive=2, n_negative=1)
    assert binary_scores(score, truth, mask) == expected


def test_equal_to_scikit_learn_on_a_large_picture_with_ties() -> None:
    rng = np.random.default_rng(0)
    truth = rng.choice(np.array([0, 128, 255], dtype=np.uint8), (64, 65))
    score = rng.normal(size=truth.shape) + (truth == 255)
    score = np.round(score, 1).astype(np.float32)
    kept = truth != 128
    scores = binary_scores(score, truth)
    hidden = truth[kept] == 255
    assert scores.auroc == pytest.approx(roc_auc_score(hidden, score[kept].astype(np.float64)))
    assert scores.average_precision == pytest.approx(average_precision_score(hidden, score[kept]))


def test_a_constant_score_knows_nothing() -> None:
    truth = np.array([[255, 0, 0, 0]], dtype=np.uint8)
    scores = binary_scores(np.full((1, 4), 0.1, dtype=np.float32), truth)
    assert scores.auroc == 0.5
    assert scores.average_precision == pytest.approx(1 / 4)


@pytest.mark.parametrize(("value", "positive", "negative"), [(255, 6, 0), (0, 0, 6), (128, 0, 0)])
def test_without_both_classes_there_is_no_figure(value: int, positive: int, negative: int) -> None:
    truth = np.full((2, 3), value, dtype=np.uint8)
    scores = binary_scores(np.zeros((2, 3), dtype=np.float32), truth)
    assert scores == DetectionScores(
        auroc=None, average_precision=None, n_positive=positive, n_negative=negative
    )


def test_pictures_of_another_size_are_refused() -> None:
    score = np.zeros((4, 6), dtype=np.float32)
    with pytest.raises(InputError, match="truth is 4 × 5 pixels but the score 4 × 6"):
        binary_scores(score, np.zeros((4, 5), dtype=np.uint8))
    with pytest.raises(InputError, match="mask is 3 × 6 pixels"):
        binary_scores(score, np.zeros((4, 6), dtype=np.uint8), np.ones((3, 6), dtype=bool))
