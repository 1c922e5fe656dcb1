"""Summary of an evaluation over its scenes: means, verdicts, paired differences, calibration."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from artextract_cli.evaluation.baselines.pixels import BASELINES
from artextract_cli.evaluation.metrics import (
    RECALL_RATES,
    PairedDifference,
    calibration_error,
    image_auroc,
    paired_difference,
)
from artextract_cli.evaluation.scores import (
    OURS,
    OWN_METHODS,
    PROMISED,
    DetectionScores,
    Evaluation,
    MapScores,
)

MEASURES: Mapping[str, str] = {
    "auroc": "AUROC",
    "average_precision": "AP",
    "aupro": "AUPRO",
    "best_f1": "best F1",
    "best_iou": "best IoU",
    "recall_at_0_1_percent": "recall at .1 %",
    "recall_at_0_3_percent": "recall at .3 %",
    "recall_at_1_percent": "recall at 1 %",
}
COMPARED = ("auroc", "average_precision")
PAIRED = (*COMPARED, *RECALL_RATES)
"""Measures whose paired differences are reported with an interval."""

Summary = dict[str, float | None]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Our fused map, ``method``, minus another one by one measure, scene by scene."""

    method: str
    against: str
    measure: str
    difference: PairedDifference


def means(evaluation: Evaluation) -> dict[str, Summary]:
    """Mean and standard deviation over the scenes with hidden content, by method and measure."""
    return {
        label: detection_means(scores.detection for scores in _scores(evaluation, label))
        for label in evaluation.labels
    }


def detection_means(
    scenes: Iterable[DetectionScores], measures: Sequence[str] = tuple(MEASURES)
) -> Summary:
    """Mean, and as ``<measure>_sd`` the standard deviation, over the scenes with hidden pixels."""
    # Scenes without hidden, or without clean pixels have no measure of detection.
    measured = [scores for scores in scenes if scores.auroc is not None]
    summary: Summary = {"n_scenes": len(measured)}
    for measure in measures:
        summary |= _mean_and_sd(measure, [getattr(scores, measure) for scores in measured])
    return summary


def layer_means(evaluation: Evaluation) -> dict[str, Summary]:
    """Means of the maps of further layers, by label; empty without layers.

    ``false_alarms_<rate>`` is the mean share of pixels of clean scenes at or above a promised rate.
    """
    labels = dict.fromkeys(label for scene in evaluation.scenes.values() for label in scene.layers)
    summaries = {}
    for label in labels:
        known = [s.layers[label] for s in evaluation.scenes.values() if label in s.layers]
        alarms = {
            f"false_alarms_{rate}": _mean(
                [(scores.false_alarms or {}).get(rate) for scores in known]
            )
            for rate in PROMISED
        }
        summaries[label] = detection_means(scores.detection for scores in known) | alarms
    return summaries


def means_over_results(evaluation: Evaluation) -> dict[str, Summary]:
    """Mean and standard deviation of our methods' means over the results; empty for only one."""
    by_label = means(evaluation)
    summaries = {}
    for method in OWN_METHODS:
        own = [evaluation.label(method, folder) for folder in evaluation.results]
        if len(own) > 1 and all(label in by_label for label in own):
            summary = Summary(n_results=len(own))
            for measure in MEASURES:
                summary |= _mean_and_sd(measure, [by_label[label][measure] for label in own])
            summaries[method] = summary
    return summaries


def image_level(evaluation: Evaluation) -> dict[str, Summary]:
    """How well each method separates hidden from clean scenes, and how well it is calibrated.

    ``auroc`` is that of the scores per scene. ``clean_called_hidden`` and ``hidden_called_hidden``
    are shares of scenes by the method's own verdict; ``false_alarms_<rate>`` is the mean share of
    pixels of clean scenes at or above a promised rate, and ``calibration_error`` that of all their
    pixels together, for calibrated maps. What cannot be measured is None.
    """
    return {label: _image_level(evaluation, label) for label in evaluation.labels}


def _image_level(evaluation: Evaluation, label: str) -> Summary:
    hidden, clean = (
        [
            scene.methods[label]
            for scene in evaluation.scenes.values()
            if scene.hidden == is_hidden and label in scene.methods
        ]
        for is_hidden in (True, False)
    )
    return {
        "n_hidden": len(hidden),
        "n_clean": len(clean),
        "auroc": image_auroc([s.image_score for s in hidden], [s.image_score for s in clean]),
        "clean_called_hidden": _mean([s.called_hidden for s in clean]),
        "hidden_called_hidden": _mean([s.called_hidden for s in hidden]),
        **{
            f"false_alarms_{rate}": _mean([(s.false_alarms or {}).get(rate) for s in clean])
            for rate in PROMISED
        },
        "calibration_error": _calibration_error(clean),
    }


def _calibration_error(clean: Sequence[MapScores]) -> float | None:
    scores = [scene.clean_scores for scene in clean if scene.clean_scores is not None]
    # Of all scenes together: a rate of .5 % of a single small one is a few pixels.
    return calibration_error(np.concatenate(scores)) if scores else None


def comparisons(evaluation: Evaluation) -> list[Comparison]:
    """Our fused map minus its parts, and minus the baseline that is best by the same measure.

    Empty if no scene hides anything.
    """
    compared: list[Comparison] = []
    by_label = means(evaluation)
    for folder in evaluation.results:
        ours = evaluation.label(OURS, folder)
        if not by_label[ours]["n_scenes"]:
            continue
        for measure in PAIRED:
            parts = [evaluation.label(m, folder) for m in OWN_METHODS if m != OURS]
            others = [part for part in parts if part in evaluation.labels]
            compared += [
                Comparison(
                    method=ours,
                    against=other,
                    measure=measure,
                    difference=paired_difference(
                        _figures(evaluation, ours, measure), _figures(evaluation, other, measure)
                    ),
                )
                for other in (*others, best_baseline(evaluation, measure))
            ]
    return compared


def best_baseline(evaluation: Evaluation, measure: str) -> str:
    """The baseline with the highest mean of ``measure``."""
    by_label = means(evaluation)
    # With hindsight, which favours the baselines.
    return max(BASELINES, key=lambda name: by_label[name][measure] or 0.0)


def correlations(evaluation: Evaluation) -> dict[str, Summary]:
    """Mean correlation of signed images with the simulated layer; empty without such layers."""
    known = [scene.correlations for scene in evaluation.scenes.values() if scene.correlations]
    names = dict.fromkeys(name for scene in known for name in scene)
    summaries = {}
    for name in names:
        values = [scene[name] for scene in known if scene.get(name) is not None]
        summaries[name] = Summary(n_scenes=len(values)) | _mean_and_sd("correlation", values)
    return summaries


def summarize_evaluation(evaluation: Evaluation) -> dict[str, Any]:
    """Summarize an evaluation over its scenes, as plain data.

    Parameters
    ----------
    evaluation
        Result of `evaluate`.

    Returns
    -------
    dict
        ``means`` over scenes with hidden content by method, ``means_over_results``,
        ``image_level``, paired ``comparisons`` with 95 % intervals, ``correlations``, the means of
        further ``layers`` if there are any, and the scores by scene.
    """
    by_layer = layer_means(evaluation)
    return {
        "results": list(evaluation.results),
        "means": means(evaluation),
        "means_over_results": means_over_results(evaluation),
        "image_level": image_level(evaluation),
        "comparisons": [dataclasses.asdict(compared) for compared in comparisons(evaluation)],
        "correlations": correlations(evaluation),
        # No such key without layers, as before there were any.
        **({"layers": by_layer} if by_layer else {}),
        "scenes": {
            name: {label: _scene_data(scores) for label, scores in scene.methods.items()}
            for name, scene in evaluation.scenes.items()
        },
        "scene_correlations": {
            name: dict(scene.correlations) for name, scene in evaluation.scenes.items()
        },
    }


def _scene_data(scores: MapScores) -> dict[str, Any]:
    """The scores of one map as plain data, without those of its clean pixels."""
    return dataclasses.asdict(scores.detection) | {
        "image_score": scores.image_score,
        "called_hidden": scores.called_hidden,
        "false_alarms": scores.false_alarms,
    }


def _scores(evaluation: Evaluation, label: str) -> list[MapScores]:
    scenes = evaluation.scenes.values()
    return [scene.methods[label] for scene in scenes if label in scene.methods]


def _figures(evaluation: Evaluation, label: str, measure: str) -> list[float | None]:
    """One value per scene, None where it was not measured."""
    return [
        getattr(scene.methods[label].detection, measure) if label in scene.methods else None
        for scene in evaluation.scenes.values()
    ]


def _mean_and_sd(measure: str, values: Sequence[float | None]) -> Summary:
    known = [value for value in values if value is not None]
    # Of these scenes, not an estimate for others: the intervals of paired differences are that.
    sd = float(np.std(known)) if known else None
    return {measure: _mean(known), f"{measure}_sd": sd}


def _mean(values: Sequence[float | None]) -> float | None:
    """Mean of the values that are known; None without any."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
