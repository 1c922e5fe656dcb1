"""Evaluations and the files that they read, with figures known by construction."""

from typing import Any

from artextract_cli.evaluation.baselines.pixels import BASELINES
from artextract_cli.evaluation.metrics import RECALL_RATES
from artextract_cli.evaluation.scores import DetectionScores, Evaluation, MapScores, SceneEvaluation


def scores(auroc: float | None, precision: float | None = None, **others: Any) -> MapScores:
    """A map with that AUROC; average precision and the rest are a half unless given."""
    known = None if auroc is None else 0.5
    detection = DetectionScores(
        auroc=auroc,
        average_precision=known if precision is None else precision,
        aupro=known,
        best_f1=known,
        best_iou=known,
        **dict.fromkeys(RECALL_RATES, known),
        n_positive=int(auroc is not None),
        n_negative=1,
    )
    return MapScores(detection=detection, **{"image_score": 0.0} | others)


def scene(hidden: bool = True, correlations: Any = None, **methods: MapScores) -> SceneEvaluation:
    baselines = dict.fromkeys(BASELINES, scores(0.5 if hidden else None))
    return SceneEvaluation(
        hidden=hidden, methods=baselines | methods, correlations=correlations or {}
    )


def evaluation(*scenes: SceneEvaluation, results: tuple[str, ...] = ("r",)) -> Evaluation:
    return Evaluation(results=results, scenes={f"s{i}": made for i, made in enumerate(scenes)})
