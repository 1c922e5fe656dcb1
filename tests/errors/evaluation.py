"""Error messages of artextract_cli.evaluation."""

from collections.abc import Mapping, Sequence

from artextract_cli.evaluation import robustness
from artextract_cli.evaluation.evaluate import evaluate
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.simulate import palette_named
from tests.errors.row import (
    BAND,
    EVALUATE,
    PHOTOGRAPH,
    Row,
    all_of,
    noise,
    put,
)

ROWS = [
    Row(2, "no results are given: name one results folder or more",
        lambda here: evaluate([], here / "data")),
    Row(3, "the results of t0 in …/results/t0 were computed with a coding other than the "
        "dataset's: set it in dataset.yaml, or run `artextract infer …/data --out …/results "
        "--model …/run/model.safetensors`",
        "evaluate {here}/results --truth {here}/data",
        put("data/dataset.yaml", "coding: {bands: srgb}")),
    Row(2, "…/results and …/results have the same name, which identifies results: rename one",
        EVALUATE.replace("evaluate", "evaluate {here}/results")),
    Row(3, "no scene of …/results has a truth image in …/data: nothing to evaluate", EVALUATE,
        lambda here: [path.unlink() for path in here.glob("data/*/truth/*")]),
    Row(3, "the results of v0 in …/v0 belong to another photograph: run `artextract infer "
        "…/data --out …/results --model …/model.safetensors`", EVALUATE,
        put(PHOTOGRAPH, noise((40, 48, 3)))),
    Row(3, "the results of v0 in …/v0 belong to bands other than the dataset's: run "
        "`artextract infer …/data --out …/results --model …/model.safetensors`", EVALUATE,
        put(BAND, noise())),
    Row(3, "the results one, other have no scene with truth in common",
        "evaluate {here}/one {here}/other --truth {here}/data",
        all_of(*(lambda here, a=a, b=b: (here / a).mkdir() or
                 (here / "results" / b).rename(here / a / b)
                 for a, b in (("one", "v0"), ("other", "v1"))))),
    Row(3, "…/v0 does not name the model that produced it: run `artextract infer "
        "DATASET --out … --model MODEL`",
        lambda here: robustness.model_scorer(SceneResult(path=here / "v0", description={}))),
    Row(2, "unknown palette 'e'; choose from: old-masters, moderns, measured, workshop, "
        "random, mixed", lambda here: palette_named("e")),
    Row(2, "use one of the palettes old-masters, moderns and at least one scene",
        lambda here: robustness.measure_robustness(lambda scene: {}, 0)),
    Row(3, "…/model.safetensors is no longer the model that produced …: run `artextract "
        "infer DATASET --out … --model …`",
        lambda here: robustness.model_scorer(SceneResult(path=here / "v0", description={
            "model": {"path": str(here / "run"), "sha256": "0"}}))),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/evaluation/test_evaluate.py::test_a_map_of_another_size": (
        "…/heatmap.tif has shape (20, 23), but the photograph of a has (20, 24): they belong to"
        " different datasets",
    ),
    "unit/evaluation/test_metrics.py::test_scenes_without_both_figures_are_left_out": (
        "cannot pair 2 scenes with 1: give values of the same scenes",
        "no scene was measured with both methods: their difference is undefined",
    ),
    "unit/evaluation/test_metrics.py::test_infinite_scores_are_ranked_and_missing_ones_refused": (
        "1 of 4 scores are NaN: leave them out",
    ),
    "unit/evaluation/test_metrics.py::test_pictures_of_another_size_are_refused": (
        "the truth has 4 × 5 pixels, but the score has 4 × 6: give a truth of the size of the "
        "photograph",
    ),
}
