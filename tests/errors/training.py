"""Error messages of artextract_cli.training."""

from collections.abc import Mapping, Sequence

from artextract_cli.training import run_directory
from tests.errors.row import (
    GRAPH,
    NET,
    TRAIN,
    Row,
    all_of,
    change_meta,
    drop,
    flip,
    put,
)

ROWS = [
    Row(2, "…/run contains a run already: choose another --out, or continue it with --resume",
        "train {here}/graphs --out {here}/run"),
    Row(2, "…/run was trained with backbone=gcn, not gat: resume with the same settings, or "
        "choose another --out",
        "train {here}/graphs --out {here}/run --resume --objective node-contrastive"),
    Row(2, "…/run was trained on other graphs: choose another --out",
        "train {here}/graphs --out {here}/run --resume --objective node-contrastive "
        "--backbone gcn -o hidden=8 -o out_size=4 --epochs 2", drop(GRAPH)),
    Row(3, "training compares at least two scenes, but there is only 1", NET,
        all_of(*(drop(f"graphs/{n}.npz") for n in ("train/t0", "train/t1", "train/t2", "val/v1")))),
    Row(3, "there are no training scenes: all graphs belong to the val split", NET,
        all_of(*(drop(f"graphs/train/t{n}.npz") for n in range(3)))),
    Row(2, "hidden-layer needs an infrared band: use --objective node-contrastive",
        TRAIN + " --objective hidden-layer",
        all_of(*(change_meta(f"graphs/{n}.npz", wavelengths=[450, 550, 650])
                 for n in ("train/t0", "train/t1", "train/t2", "val/v0", "val/v1")))),
    Row(5, "training diverged in epoch 1 (loss nan): lower --learning-rate",
        NET + "--backbone gcn -o norm=none --learning-rate 1e30 --epochs 9"),
    Row(3, "there are no metrics in …/data: create a run with "
        "`artextract train GRAPHS --out RUN`",
        lambda here: run_directory.read_metrics(here / "data")),
    Row(3, "…/metrics.jsonl cannot be read (…): run `artextract train GRAPHS --out RUN`",
        "visualize loss {here}/run --out {new}.png", put("run/metrics.jsonl", "{")),
    Row(3, "…/metrics.jsonl contains no epoch yet: finish one with "
        "`artextract train GRAPHS --out RUN`",
        "visualize loss {here}/run --out {new}.png", put("run/metrics.jsonl", "")),
    Row(3, "…/metrics.jsonl is damaged (its checksum is wrong): run "
        "`artextract train GRAPHS --out RUN`",
        "visualize loss {here}/run --out {new}.png", flip("run/metrics.jsonl")),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/training/test_trainer.py::test_separate_graphs_have_no_corresponding_nodes": (
        "node-contrastive compares corresponding superpixels, but these graphs come from "
        "separate segmentations: use --objective graph-contrastive, or build the graphs with "
        "--segmentation shared",
    ),
}
