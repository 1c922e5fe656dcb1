"""Summaries of evaluations whose figures are chosen by hand."""

import json

import numpy as np
import pytest

from artextract_cli.evaluation.baselines.pixels import BASELINES
from artextract_cli.evaluation.metrics import RECALL_RATES
from artextract_cli.evaluation.scores import OURS
from artextract_cli.evaluation.summary import (
    best_baseline,
    comparisons,
    correlations,
    image_level,
    means,
    means_over_results,
    summarize_evaluation,
)
from tests.helpers.evaluations import evaluation, scene, scores


def test_means_leave_out_scenes_that_hide_nothing() -> None:
    made = evaluation(
        scene(artextract=scores(0.5)),
        scene(artextract=scores(0.9)),
        scene(hidden=False, artextract=scores(None)),
    )
    found = means(made)
    assert [*found] == [OURS, *BASELINES]
    constant = ("average_precision", "aupro", "best_f1", "best_iou", *RECALL_RATES)
    half = {f"{name}{end}": v for name in constant for end, v in (("", 0.5), ("_sd", 0))}
    assert found[OURS] == pytest.approx({"n_scenes": 2, "auroc": 0.7, "auroc_sd": 0.2} | half)
    assert means_over_results(made) == {}


def test_means_over_results_are_of_the_means() -> None:
    """0.6 and 0.8 of the two results; a method that only one has written has no mean over both."""
    first = {"artextract/a": scores(0.5), "artextract/b": scores(0.7), "network/a": scores(0.9)}
    second = {"artextract/a": scores(0.7), "artextract/b": scores(0.9), "network/a": scores(0.9)}
    made = evaluation(scene(**first), scene(**second), results=("a", "b"))
    found = means_over_results(made)
    assert [*found] == [OURS]
    assert found[OURS]["n_results"] == 2
    assert (found[OURS]["auroc"], found[OURS]["auroc_sd"]) == pytest.approx((0.7, 0.1))


def test_whole_scenes_are_told_apart_by_their_scores() -> None:
    """Three of the four pairs are in order; one of two clean scenes is called hidden."""
    alarms = {"1_percent": 0.02, "5_percent": 0.04}
    clean = np.repeat([0.0, 2.5], [980, 20]).astype(np.float32)
    quiet = np.zeros(1000, np.float32)
    made = evaluation(
        scene(artextract=scores(0.9, image_score=3, called_hidden=True)),
        scene(artextract=scores(0.9, image_score=1, called_hidden=True)),
        scene(False, artextract=scores(None, image_score=2, called_hidden=True,
                                       false_alarms=alarms, clean_scores=clean)),
        scene(False, artextract=scores(None, image_score=0, called_hidden=False,
                                       false_alarms=dict.fromkeys(alarms, 0.0),
                                       clean_scores=quiet)),
    )  # fmt: skip
    found = image_level(made)[OURS]
    assert found["auroc"] == 0.75
    assert (found["n_hidden"], found["n_clean"]) == (2, 2)
    assert (found["clean_called_hidden"], found["hidden_called_hidden"]) == (0.5, 1)
    assert (found["false_alarms_1_percent"], found["false_alarms_5_percent"]) == (0.01, 0.02)
    # 1 % of all clean pixels lie at 2.5: exact at 1 % (2.0), wrong by known factors elsewhere.
    wrong = [np.log10(factor) for factor in (10, 5, 2, 1, 2)]
    assert found["calibration_error"] == pytest.approx(np.mean(wrong))
    baseline = image_level(made)["rx"]
    assert baseline["auroc"] == 0.5
    assert baseline["calibration_error"] is baseline["clean_called_hidden"] is None


def test_without_clean_scenes_nothing_is_said_of_them() -> None:
    found = image_level(evaluation(scene(artextract=scores(0.9))))[OURS]
    assert found["auroc"] is found["clean_called_hidden"] is found["calibration_error"] is None


def test_our_map_is_compared_with_its_parts_and_the_best_baseline_of_each_measure() -> None:
    made = evaluation(
        *(
            scene(
                artextract=scores(base + 0.1, 0.6),
                network=scores(base, 0.4),
                rx=scores(0.6, 0.1),
                nir_tophat=scores(0.55, 0.7),
            )
            for base in (0.6, 0.7, 0.8)
        )
    )
    assert best_baseline(made, "auroc") == "rx"
    found = {(one.measure, one.against): one for one in comparisons(made)}
    assert [*found] == [
        ("auroc", "network"),
        ("auroc", "rx"),
        ("average_precision", "network"),
        ("average_precision", "nir_tophat"),
        *((name, against) for name in RECALL_RATES for against in ("network", "rx")),
    ]
    assert {one.method for one in found.values()} == {OURS}
    less_network = found["auroc", "network"].difference
    assert (less_network.low, less_network.high) == pytest.approx((0.1, 0.1))
    assert less_network.n_scenes == 3
    assert found["average_precision", "nir_tophat"].difference.mean == pytest.approx(-0.1)


def test_where_nothing_is_hidden_there_is_nothing_to_compare() -> None:
    made = evaluation(scene(hidden=False, artextract=scores(None), network=scores(None)))
    assert comparisons(made) == []
    assert means(made)[OURS]["auroc"] is None


def test_correlations_are_means_over_the_scenes_that_have_one() -> None:
    made = evaluation(
        scene(correlations={"hidden": 0.4, "longest_band": None}),
        scene(correlations={"hidden": 0.8, "longest_band": 0.2}),
        scene(),
    )
    found = correlations(made)
    assert [*found] == ["hidden", "longest_band"]
    assert found["hidden"] == pytest.approx(
        {"n_scenes": 2, "correlation": 0.6, "correlation_sd": 0.2}
    )
    assert found["longest_band"]["n_scenes"] == 1


def test_the_summary_is_plain_data() -> None:
    made = evaluation(
        scene(artextract=scores(0.9), correlations={"hidden": 0.4}),
        scene(False, artextract=scores(None, clean_scores=np.zeros(500, np.float32))),
    )
    data = json.loads(json.dumps(summarize_evaluation(made), allow_nan=False))
    assert [*data] == [
        *("results", "means", "means_over_results", "image_level", "comparisons"),
        *("correlations", "scenes", "scene_correlations"),
    ]
    assert data["scenes"]["s1"][OURS]["auroc"] is None
    assert "clean_scores" not in data["scenes"]["s1"][OURS]
    assert data["scene_correlations"] == {"s0": {"hidden": 0.4}, "s1": {}}
    assert data["comparisons"][0]["difference"]["n_scenes"] == 1


def test_a_data_frame_has_a_row_per_scene_and_method() -> None:
    pandas = pytest.importorskip("pandas")
    ours = {f"artextract/{name}": scores(value) for name, value in (("a", 0.7), ("b", 0.8))}
    clean = scores(None, false_alarms={"1_percent": 0.02, "5_percent": None}, called_hidden=False)
    table = evaluation(
        scene(**ours), scene(hidden=False, **{"artextract/a": clean}), results=("a", "b")
    ).to_dataframe()
    assert len(table) == 2 * len(BASELINES) + 3
    own = table[table["method"] == OURS]
    assert list(zip(own["scene"], own["results"], strict=True)) == [
        *(("s0", "a"), ("s0", "b"), ("s1", "a"))
    ]
    assert own["auroc"].tolist()[:2] == [0.7, 0.8]
    assert own["false_alarms_1_percent"].tolist()[2] == 0.02
    assert pandas.isna(table[table["method"] != OURS]["results"]).all()
