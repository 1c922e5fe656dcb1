"""Error messages of artextract_cli.results."""

from collections.abc import Mapping, Sequence

import numpy as np

from tests.errors.row import (
    INFER,
    PAIR,
    PHOTOGRAPH,
    REPORT,
    SCENE,
    Damage,
    Row,
    all_of,
    change,
    drop,
    noise,
    put,
    resealed,
)

MARKS = REPORT + " --marks {here}/marks.json"


def marks(text: str) -> Damage:
    """A file of marks with this text."""
    return put("marks.json", text)


ROWS = [
    Row(3, "…/marks.json is not a file of marks: give a file that was saved from a report",
        MARKS, marks("[]")),
    Row(3, "…/marks.json has version 9, but this version of artextract reads 1: save the marks "
        "again from a new report", MARKS,
        marks('{"format": "artextract-marks", "format_version": 9}')),
    Row(3, "…/marks.json: scenes is missing; correct it, or save the marks again from a report",
        MARKS, marks('{"format": "artextract-marks", "format_version": 1}')),
    Row(3, "…/marks.json has 4000001 bytes, but a file of marks has at most 4000000: give a file "
        "that was saved from a report", MARKS, marks(4_000_001 * " ")),
    Row(3, "v0: no band is infrared: this model needs a band above 720 nm; if there is one, "
        "give the wavelengths in dataset.yaml or with --wavelengths",
        "infer {here}/data --split val --out {new} --wavelengths 450,550,650",
        lambda here: [path.unlink() for path in here.glob("data/val/*/v1_*")]),
    Row(2, "…/results contains t0 as scored by another model: choose another --out, or remove "
        "those results", "infer {here}/data --split val --model gcn --out {here}/results"),
    Row(2, "…/v0 exists but contains no results of artextract: choose another --out", INFER.replace(
        "{new}", "{here}/mine") + " --split val", put("mine/v0/kept.txt", "mine")),
    Row(2, "…/v0/overlay.png is not a result of artextract and would be overwritten: move it away",
        INFER.replace("{new}", "{here}/results") + " --split val", all_of(
            drop("results/v0/overlay.png"), resealed(put(PHOTOGRAPH, noise((40, 48, 3)))),
            put("results/v0/overlay.png", "mine"))),
    Row(2, "…/results/summary.csv is not a result of artextract and would be overwritten: move it "
        "away", INFER.replace("{new}", "{here}/results"), drop("results/summary.json")),
    Row(3, "…/v9 contains the results of scene 'v0': rename the folder back, or move it out of the "
        "results directory", "report {here}/results --scene v9 --out {new}.html",
        lambda here: (here / "results/v0").rename(here / "results/v9")),
    Row(3, "there are no results in …/data: create them with `artextract infer DATASET "
        "--out RESULTS`",
        "report {here}/data --out {new}.html"),
    Row(3, "…/results has no scene 'x'; its scenes are: t0, t1, t2, v0, v1",
        "report {here}/results --scene x --out {new}.html"),
    Row(3, "…/scene.json cannot be read (…): run `artextract infer …/data --out … --model …`",
        REPORT, put(SCENE, "{")),
    Row(3, "…/v0 has a heat map but no scene.json, which describes it: move it away, and run "
        "`artextract infer …/data --out …/results --model …`", REPORT, drop(SCENE)),
    Row(3, "…/scene.json has version 1, but this version of artextract reads …: run `artextract "
        "infer …/data --out …/results --model …`", REPORT,
        change(SCENE, format_version=1)),
    Row(3, "…/heatmap.tif is missing: run `artextract infer …`",
        PAIR, drop("results/v0/heatmap.tif")),
    Row(3, "…/embeddings.npz cannot be read (…): remove …/v0 and run `artextract infer …`",
        "visualize embedding {here}/results --scene v0 --out {new}.png",
        resealed(put("results/v0/embeddings.npz", "text"))),
    Row(2, "…/data has no scene 'x'; its scenes are: t0, t1, t2, v0, v1",
        "adapt {here}/data --scene x --out {new}"),
    Row(3, "…/v0/heatmap.tif is damaged or has been changed: run `artextract infer …`",
        REPORT, put("results/v0/heatmap.tif", np.ones((8, 9), np.float32))),
    Row(3, "…/v0/scene.json is damaged or has been changed: run `artextract infer …`",
        REPORT, change(SCENE, n_superpixels=7)),
    Row(3, "…/regions.csv is missing: run `artextract infer …`", REPORT,
        drop("results/v0/regions.csv")),
    Row(3, "…/gone.png, from which the results were computed, does not exist: …", REPORT,
        resealed(change(SCENE, photograph={"path": "/gone.png", "sha256": "0"}))),
    Row(3, "…/v0_RGB.png has changed since it was scored: …", REPORT, resealed(lambda here: change(
        SCENE, photograph={"path": str(here / PHOTOGRAPH), "sha256": "0"})(here))),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/results/test_reader.py::test_a_description_that_lacks_something": (
        "…/scene.json lacks bands, engine: remove … and run `artextract infer …`",
    ),
    "unit/results/test_reader.py::test_a_model_without_attention_writes_none": (
        "…/attention.tif does not exist: its model provides no attention",
    ),
    "e2e/test_model_free.py::test_what_needs_a_network_says_so": (
        "…/v0 has no embeddings: it was scored without learning; run `artextract infer … "
        "--model gat`",
    ),
}
