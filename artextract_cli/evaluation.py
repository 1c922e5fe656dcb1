"""Evaluation: heat maps against ground truth, beside the classical baselines on the same scenes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from artextract_cli.baselines import BASELINES
from artextract_cli.contract import FloatArray
from artextract_cli.dataset import open_dataset
from artextract_cli.errors import InputError
from artextract_cli.metrics import DetectionScores, binary_scores
from artextract_cli.results import SceneResult, open_results
from artextract_cli.scene import Scene, SceneFiles, picture_digest, read_scene, read_truth

OURS = "artextract"


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Detection per scene and method; scenes in which nothing is hidden have no AUROC."""

    scenes: Mapping[str, Mapping[str, DetectionScores]]

    def means(self) -> dict[str, dict[str, float]]:
        """Mean and standard deviation over the scenes with hidden content, per method."""
        return {method: self._mean(method) for method in (OURS, *BASELINES)}

    def _mean(self, method: str) -> dict[str, float]:
        measured = [
            (scores[method].auroc, scores[method].average_precision)
            for scores in self.scenes.values()
            if scores[method].auroc is not None
        ]
        auroc, precision = np.array(measured, float).T
        return {
            "auroc": float(auroc.mean()),
            "auroc_sd": float(auroc.std()),
            "average_precision": float(precision.mean()),
            "average_precision_sd": float(precision.std()),
        }


def evaluate(
    results: Path, dataset: Path, *, on_scene: Callable[[str], None] = lambda name: None
) -> Evaluation:
    """Compare every heat map that has a truth picture with it, and the baselines too.

    Raises
    ------
    InputError
        If there are no results, or none has a truth picture with hidden content.
    """
    files = {scene.name: scene for scene in open_dataset(dataset).scenes if scene.truth}
    known = [result for result in open_results(results) if result.name in files]
    if not known:
        msg = f"no scene of {results} has a truth picture in {dataset}: nothing to evaluate"
        raise InputError(msg)
    scenes = {}
    for result in known:
        scenes[result.name] = _scene_scores(result, files[result.name])
        on_scene(result.name)
    if all(scores[OURS].auroc is None for scores in scenes.values()):
        msg = f"none of the {len(scenes)} scenes with truth in {dataset} hides anything"
        raise InputError(msg)
    return Evaluation(scenes=scenes)


def _scene_scores(result: SceneResult, files: SceneFiles) -> dict[str, DetectionScores]:
    if result.description["photograph"]["sha256"] != picture_digest(files.rgb):
        msg = f"the results of {result.name} in {result.path} are of another photograph"
        raise InputError(msg)
    scene = read_scene(files)
    if files.truth is None:
        raise ValueError(files.name)
    truth = read_truth(files.truth, scene.rgb.shape[:2])

    def measured(score: FloatArray) -> DetectionScores:
        return binary_scores(score, truth, scene.mask)

    return {OURS: measured(_heatmap(result, scene))} | {
        name: measured(baseline(scene)) for name, baseline in BASELINES.items()
    }


def _heatmap(result: SceneResult, scene: Scene) -> FloatArray:
    heatmap = result.map("heatmap")
    if heatmap.shape != scene.rgb.shape[:2]:
        msg = (
            f"{result.path / 'heatmap.tif'} has size {heatmap.shape}, the photograph of "
            f"{scene.name} {scene.rgb.shape[:2]}: the results are of another dataset"
        )
        raise InputError(msg)
    return np.nan_to_num(heatmap)
