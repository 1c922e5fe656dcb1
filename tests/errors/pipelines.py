"""Error messages of artextract_cli.pipelines."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from artextract_cli.graphs import recipe
from artextract_cli.pipelines.scoring import open_scorer
from artextract_cli.pipelines.settings import TrainingSettings
from tests.errors.row import (
    INFER,
    NET,
    Row,
    all_of,
    card,
    change_meta,
    put,
)

RECIPE = dataclasses.asdict(recipe.GraphRecipe(superpixels="watershed"))


ROWS = [
    Row(3, "the pixels of …/t0.npz are float64 of shape (2,), not uint16 of (40, 48, 6): "
        "remove it and run `artextract graph build DATASET --out …/graphs`",
        "train {here}/graphs --out {new} --epochs 1",
        all_of(lambda here: np.save(here / "graphs/train/t0.pixels.npy", np.ones(2)),
        change_meta("graphs/train/t0.npz", pixels_sha256=None))),
    Row(2, "unknown precision 'fp8'; choose from: fp32, bf16",
        lambda here: TrainingSettings(precision="fp8")),
    Row(2, "learning_rate must be a number above 0, not nan", NET + "--learning-rate nan"),
    Row(3, "…/t0.npz and …/x.npz are of the same scene: remove the older file", NET,
        lambda here: (here / "graphs/train/x.npz").write_bytes(
            (here / "graphs/train/t0.npz").read_bytes())),
    Row(3, "…/t1.npz was built with another recipe than …/t0.npz: build all graphs of …/graphs "
        "with the same options", NET, change_meta("graphs/train/t1.npz", recipe=RECIPE)),
    Row(3, "…/t1.npz has bands a, b, c, …/t0.npz has 450, 650, 850: train on scenes of the same "
        "bands", NET, change_meta("graphs/train/t1.npz", band_ids=["a", "b", "c"])),
    Row(3, "the weights in …/model.safetensors do not fit backbone 'gcn' with the options in its "
        "description: the file is damaged or belongs to another backbone", INFER,
        card(options={"hidden": 9, "out_size": 4})),
    Row(3, "the training of …/run is not finished: repeat the command that began it, with "
        "--resume", INFER, card(calibration={})),
    Row(2, "--marks needs the embeddings of a trained model, but --model none has no network: "
        "choose gat, gcn or your own model",
        "infer {here}/data --split val --model none --marks {here}/marks.json --out {new}",
        put("marks.json", '{"format": "artextract-marks", "format_version": 1, "scenes": []}')),
    Row(2, "…/run compares views and has no score 'envelope': omit --scorer, or choose "
        "--model none", INFER + " --scorer envelope"),
    Row(2, "there is no score 'fused': choose one of envelope, residual",
        lambda here: open_scorer(Path("none"), score="fused")),
    Row(2, "the model …/run does not distinguish dark from light content: omit --expect",
        INFER + " --expect dark"),
    Row(2, "…/run compares views and cannot adapt to a painting: omit --adapt, or choose a "
        "model that detects hidden layers", INFER + " --adapt"),
    Row(2, "--expect dark and --scorer residual each choose the heat map: omit one of them",
        "infer {here}/data --model gat --out {new} --expect dark --scorer residual"),
    Row(2, "--expect light and --scorer envelope each choose the heat map: omit one of them",
        "infer {here}/data --model none --out {new} --expect light --scorer envelope"),
    Row(2, "--adapt needs a trained model, but --model none has no network: omit --adapt",
        "infer {here}/data --model none --out {new} --adapt"),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/pipelines/without_learning/test_calibration.py::"
    "test_scenes_that_may_hide_something_are_refused": (
        "no scene of … is known to be clean: name clean scenes in dataset.yaml",
    ),
    "unit/pipelines/test_settings.py::test_an_objective_that_sets_an_unknown_setting_is_rejected": (
        "the objective toy sets 'x', which is not a training setting",
    ),
}
