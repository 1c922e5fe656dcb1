"""Detection metrics, against cases worked by hand, brute force and scikit-learn."""

import math

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.metrics import average_precision_score, f1_score, jaccard_score, roc_auc_score

from artextract_cli.errors import InputError
from artextract_cli.evaluation.metrics import (
    PROMISED_RATES,
    RECALL_RATES,
    binary_scores,
    calibration_error,
    correlation,
    false_alarm_share,
    image_auroc,
    paired_difference,
)
from artextract_cli.evaluation.scores import DetectionScores


def test_a_case_worked_by_hand() -> None:
    # Ranked: hidden .9, clean .8, hidden .7, clean .1; the pixels of 128 would spoil it.
    score = np.array([[0.9, 0.8, 1.0], [0.7, 0.1, 0.0]], dtype=np.float32)
    truth = np.array([[255, 0, 128], [255, 0, 128]], dtype=np.uint8)
    scores = binary_scores(score, truth)
    assert scores.auroc == pytest.approx(3 / 4)
    assert scores.average_precision == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert scores.best_f1 == pytest.approx(4 / 5)
    assert scores.best_iou == pytest.approx(2 / 3)
    assert (scores.n_positive, scores.n_negative) == (2, 2)


def test_the_mask_leaves_pixels_out() -> None:
    score = np.array([[0.9, np.nan, 0.7, 0.1]], dtype=np.float32)
    truth = np.array([[255, 0, 255, 0]], dtype=np.uint8)
    mask = np.array([[True, False, True, True]])
    measures = ("auroc", "average_precision", "aupro", "best_f1", "best_iou", *RECALL_RATES)
    perfect = dict.fromkeys(measures, 1.0)
    expected = DetectionScores(**perfect, n_positive=2, n_negative=1)
    assert binary_scores(score, truth, mask) == expected


def noisy(size: tuple[int, int], decimals: int) -> tuple[np.ndarray, np.ndarray]:
    """A score (H, W) with ties, and a truth with undecided pixels."""
    rng = np.random.default_rng(0)
    truth = rng.choice(np.array([0, 128, 255], dtype=np.uint8), size)
    score = rng.normal(size=size) + (truth == 255)
    return np.round(score, decimals).astype(np.float32), truth


def test_equal_to_scikit_learn_on_a_large_picture_with_ties() -> None:
    score, truth = noisy((64, 65), 1)
    kept = truth != 128
    scores = binary_scores(score, truth)
    hidden = truth[kept] == 255
    assert scores.auroc == pytest.approx(roc_auc_score(hidden, score[kept].astype(np.float64)))
    assert scores.average_precision == pytest.approx(average_precision_score(hidden, score[kept]))


def test_best_f1_and_iou_are_those_of_all_thresholds_tried() -> None:
    score, truth = noisy((20, 21), 1)
    kept = truth != 128
    hidden, counted = truth[kept] == 255, score[kept]
    found = [counted >= threshold for threshold in np.unique(counted)]
    scores = binary_scores(score, truth)
    assert scores.best_f1 == pytest.approx(max(f1_score(hidden, each) for each in found))
    assert scores.best_iou == pytest.approx(max(jaccard_score(hidden, each) for each in found))


def test_recall_at_a_rate_allows_exactly_as_many_false_alarms() -> None:
    # 1000 clean pixels scored 1 to 1000; one, three and ten of them may be above the threshold.
    clean = np.arange(1, 1001, dtype=np.float32)
    hidden = np.array([2000, 999.5, 997, 996.5, 990.5, 5], dtype=np.float32)
    score = np.concatenate([clean, hidden])[None]
    truth = np.repeat(np.array([0, 255], dtype=np.uint8), [1000, 6])[None]
    scores = binary_scores(score, truth)
    # 997 is shared with a clean pixel, the fourth: the two pass together or not at all.
    assert scores.recall_at_0_1_percent == pytest.approx(2 / 6)
    assert scores.recall_at_0_3_percent == pytest.approx(2 / 6)
    assert scores.recall_at_1_percent == pytest.approx(5 / 6)


def test_recall_at_a_rate_is_not_interpolated() -> None:
    score, truth = noisy((64, 65), 1)
    scores = binary_scores(score, truth)
    clean, hidden = score[truth == 0], score[truth == 255]
    for name, rate in RECALL_RATES.items():
        kept = [level for level in np.unique(score) if np.mean(clean >= level) <= rate]
        expected = np.mean(hidden >= kept[0]) if kept else 0
        assert getattr(scores, name) == pytest.approx(expected)
    assert scores.recall_at_0_1_percent < scores.recall_at_1_percent


# Regions of 1 and of 4 pixels (the last joined by a corner only) beside 11 clean pixels.
REGIONS = np.array(
    [[255, 0, 0, 0], [0, 0, 255, 0], [0, 255, 255, 0], [0, 0, 0, 255]], dtype=np.uint8
)
# Ranked: the single pixel, a clean one, two of the four, two clean ones, all the rest.
RANKED = np.array([[9, 8, 6, 1], [6, 1, 7, 1], [1, 7, 1, 1], [1, 1, 1, 1]], dtype=np.float32)


def test_aupro_worked_by_hand() -> None:
    # False-positive rate and mean share of the two regions, threshold by threshold:
    # (0, 1/2), (1/11, 1/2), (1/11, 3/4), (3/11, 3/4), (1, 1).
    clean = 11
    at_limit = 3 / 4 + 1 / 4 * (0.3 - 3 / clean) / (8 / clean)
    area = 1 / clean / 2 + 2 / clean * 3 / 4 + (0.3 - 3 / clean) * (3 / 4 + at_limit) / 2
    assert binary_scores(RANKED, REGIONS).aupro == pytest.approx(area / 0.3)


def test_aupro_takes_a_region_by_its_pixels_that_count() -> None:
    # A bar whose middle lies off the painting stays one region, of the two pixels left.
    truth = np.array([[255, 255, 255, 0, 255], [0] * 5, [0] * 5], dtype=np.uint8)
    mask = np.ones((3, 5), dtype=bool)
    mask[0, 1] = False
    score = np.zeros((3, 5), dtype=np.float32)
    score[0, 0], score[0, 2] = 2, 2
    # Half of the regions is found without a false alarm; the other comes with everything else.
    expected = (0.5 + (0.5 + 0.5 * 0.3)) / 2
    assert binary_scores(score, truth, mask).aupro == pytest.approx(expected)


def test_aupro_weighs_regions_alike_and_auroc_pixels() -> None:
    truth = np.zeros((20, 20), dtype=np.uint8)
    truth[2:12, 2:12], truth[17, 17] = 255, 255
    score = np.where(truth == 255, 1, 0).astype(np.float32)
    score[17, 17] = -1
    scores = binary_scores(score, truth)
    assert scores.auroc == pytest.approx(100 / 101)
    assert scores.aupro == pytest.approx(0.5)


def test_a_constant_score_knows_nothing() -> None:
    truth = np.array([[255, 0, 0, 0]], dtype=np.uint8)
    scores = binary_scores(np.full((1, 4), 0.1, dtype=np.float32), truth)
    assert scores.auroc == 0.5
    assert scores.average_precision == pytest.approx(1 / 4)
    assert scores.aupro == pytest.approx(0.15)
    assert scores.best_iou == pytest.approx(1 / 4)
    assert scores.best_f1 == pytest.approx(2 / 5)
    assert scores.recall_at_1_percent == 0


@pytest.mark.parametrize(("value", "positive", "negative"), [(255, 6, 0), (0, 0, 6), (128, 0, 0)])
def test_without_both_classes_there_is_no_figure(value: int, positive: int, negative: int) -> None:
    truth = np.full((2, 3), value, dtype=np.uint8)
    scores = binary_scores(np.zeros((2, 3), dtype=np.float32), truth)
    assert scores == DetectionScores(n_positive=positive, n_negative=negative)
    assert scores.auroc is None
    assert scores.aupro is None


def test_infinite_scores_are_ranked_and_missing_ones_refused() -> None:
    truth = np.array([[255, 0, 0, 255]], dtype=np.uint8)
    score = np.array([[np.inf, 1, -np.inf, 2]], dtype=np.float32)
    assert binary_scores(score, truth).auroc == 1
    score[0, 1] = np.nan
    with pytest.raises(InputError, match="1 of 4 scores are NaN"):
        binary_scores(score, truth)


def test_pictures_of_another_size_are_refused() -> None:
    score = np.zeros((4, 6), dtype=np.float32)
    with pytest.raises(InputError, match="truth has 4 × 5 pixels, but the score has 4 × 6"):
        binary_scores(score, np.zeros((4, 5), dtype=np.uint8))
    with pytest.raises(InputError, match="mask has 3 × 6 pixels"):
        binary_scores(score, np.zeros((4, 6), dtype=np.uint8), np.ones((3, 6), dtype=bool))


def test_scenes_are_told_apart_by_the_share_of_pairs_in_order() -> None:
    # Of six pairs: four in order, a tie, and one the wrong way round.
    assert image_auroc([3, 1], [1, 0, 2]) == pytest.approx((3 + 1 + 0.5) / 6)
    rng = np.random.default_rng(1)
    hidden, clean = rng.normal(1, 1, 30).round(1), rng.normal(0, 1, 20).round(1)
    expected = roc_auc_score([1] * 30 + [0] * 20, [*hidden, *clean])
    assert image_auroc(hidden.tolist(), clean.tolist()) == pytest.approx(expected)


def test_scenes_of_one_kind_only_cannot_be_told_apart() -> None:
    assert image_auroc([], [1.0]) is None
    assert image_auroc([1.0], []) is None
    with pytest.raises(InputError, match="1 of 2 scores"):
        image_auroc([math.nan], [1.0])


def test_false_alarms_are_counted_on_clean_pixels_that_count() -> None:
    score = np.array([[2, 1.3, 1.2, 0, 5, 5, np.nan]], dtype=np.float32)
    truth = np.array([[0, 0, 0, 0, 255, 128, 0]], dtype=np.uint8)
    mask = np.array([[True] * 6 + [False]])
    # A level is met by the score that equals it once rounded to the map's precision.
    assert false_alarm_share(score, truth, mask, 1.3) == 2 / 4
    assert false_alarm_share(score, truth, mask, 3) == 0
    assert false_alarm_share(score, np.full_like(truth, 255), mask, 1.3) is None


def uniform_rates(n: int) -> np.ndarray:
    """Calibrated scores (n,) of which the share promised, rounded down, reaches every level."""
    return -np.log10(np.arange(1, n + 1) / n)


def test_a_map_that_keeps_its_promises_has_no_calibration_error() -> None:
    assert calibration_error(uniform_rates(1000).astype(np.float32)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("factor", [0.5, 2])
def test_too_many_false_alarms_are_as_wrong_as_too_few(factor: float) -> None:
    scores = uniform_rates(10_000) + math.log10(factor) + 1e-9
    assert calibration_error(scores) == pytest.approx(math.log10(2), abs=1e-9)


def test_the_calibration_error_of_a_map_without_alarms() -> None:
    n = 1000
    expected = np.mean([math.log10(rate * n / 0.5) for rate in PROMISED_RATES])
    assert calibration_error(np.zeros(n)) == pytest.approx(expected)


def test_rates_that_so_few_pixels_cannot_show_are_left_out() -> None:
    # Of 20 pixels two should reach 10 % and one 5 %; nothing can be said of the others.
    scores = np.zeros(20)
    scores[:2] = 1, 9
    assert calibration_error(scores) == pytest.approx(0, abs=1e-9)
    assert calibration_error(np.zeros(9)) is None
    with pytest.raises(InputError, match="are NaN"):
        calibration_error(np.array([np.nan]))


def test_the_paired_interval_is_that_of_the_normal_distribution_for_many_scenes() -> None:
    rng = np.random.default_rng(2)
    theirs = rng.normal(0.5, 0.3, 200)  # far more spread than the difference
    difference = rng.normal(0.04, 0.1, 200)
    found = paired_difference(theirs + difference, theirs)
    half = 1.96 * difference.std() / math.sqrt(200)
    assert found.mean == pytest.approx(difference.mean())
    assert found.low == pytest.approx(difference.mean() - half, abs=0.1 * half)
    assert found.high == pytest.approx(difference.mean() + half, abs=0.1 * half)
    assert found.n_scenes == 200


def test_the_paired_interval_of_two_scenes_worked_by_hand() -> None:
    # A draw of two scenes has means 0, 1 and 2 with chances 1/4, 1/2 and 1/4.
    found = paired_difference([1.0, 3.0], [1.0, 1.0])
    assert (found.mean, found.low, found.high) == (1, 0, 2)


def test_scenes_without_both_figures_are_left_out() -> None:
    ours, theirs = [1.0, None, 0.5, math.nan], [0.5, 0.1, None, 0.3]
    found = paired_difference(ours, theirs)
    assert (found.mean, found.low, found.high, found.n_scenes) == (0.5, 0.5, 0.5, 1)
    with pytest.raises(InputError, match="no scene was measured with both methods"):
        paired_difference([None, 1.0], [1.0, None])
    with pytest.raises(InputError, match="cannot pair 2 scenes with 1"):
        paired_difference([1.0, 2.0], [1.0])


def test_the_paired_interval_repeats_by_its_seed() -> None:
    rng = np.random.default_rng(3)
    ours, theirs = rng.normal(size=(2, 12))
    assert paired_difference(ours, theirs) == paired_difference(ours, theirs)
    assert paired_difference(ours, theirs) != paired_difference(ours, theirs, seed=1)
    opposite = paired_difference(theirs, ours)
    assert opposite.high == pytest.approx(-paired_difference(ours, theirs).low)


def test_correlation_over_the_pixels_that_count() -> None:
    a = np.random.default_rng(4).normal(size=(9, 10)).astype(np.float32)
    b = a**2 + a
    where = np.ones(a.shape, dtype=bool)
    where[:, :3] = False
    expected = pearsonr(a[where].astype(np.float64), b[where].astype(np.float64)).statistic
    b[:, :3] = np.nan
    assert correlation(a, b, where) == pytest.approx(expected)
    assert correlation(a, 1 - 2 * a, where) == pytest.approx(-1)
    with pytest.raises(InputError, match="are NaN"):
        correlation(a, b, ~where)


def test_a_map_that_does_not_vary_has_no_correlation() -> None:
    a, where = np.arange(6, dtype=np.float32).reshape(2, 3), np.ones((2, 3), dtype=bool)
    assert correlation(a, np.full((2, 3), 0.1, dtype=np.float32), where) is None
    assert correlation(a, a, ~where) is None
    with pytest.raises(InputError, match="other map has 1 × 3 pixels"):
        correlation(a, a[:1], where)
