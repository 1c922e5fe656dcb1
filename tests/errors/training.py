"""Error messages of artextract_cli.training."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from unittest import mock

from artextract_cli.cli.commands.train import train as run_command
from artextract_cli.pipelines.settings import TrainingSettings
from artextract_cli.training import run_directory
from artextract_cli.training.place import Place, local_device, place_in_environment
from artextract_cli.training.seeds import TrainedSeeds
from artextract_cli.training.trainer import train
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

TORCHRUN = {"RANK": "0", "WORLD_SIZE": "2", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "2"}
SERVER = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"}


def under_torchrun(call: Callable[[], object] = place_in_environment, **changes: str) -> None:
    """Call as if torchrun had started this process, with other values of its variables."""
    with mock.patch.dict(os.environ, TORCHRUN | SERVER | changes):
        call()


def seeds_under_torchrun(here: Path) -> None:
    """Several seeds where torchrun has started this process."""
    with mock.patch.dict(os.environ, TORCHRUN | SERVER):
        run = vars(run_command)["__wrapped__"]
        run(graphs=here / "graphs", out=here / "new", settings=TrainingSettings(), seeds="0,1")


ROWS = [
    Row(2, "the option logger.colour belongs to no logger: none of the loggers tensorboard has it",
        TRAIN + " --log tensorboard -o logger.colour=red"),
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
    Row(2, "the environment has WORLD_SIZE, but no RANK: start with torchrun, or unset WORLD_SIZE",
        lambda here: under_torchrun(RANK="")),
    Row(2, "RANK must be a number, not 'x': start with torchrun, or unset WORLD_SIZE",
        lambda here: under_torchrun(RANK="x")),
    Row(2, "the environment has RANK=2 of WORLD_SIZE=2 and LOCAL_RANK=0 of LOCAL_WORLD_SIZE=2, "
        "which no torchrun sets: start with torchrun, or unset WORLD_SIZE",
        lambda here: under_torchrun(RANK="2")),
    Row(2, "torchrun trains one model: omit --seeds, or start without torchrun",
        seeds_under_torchrun),
    Row(2, "torchrun starts the processes already: leave out --processes",
        lambda here: under_torchrun(lambda: train(
            here / "graphs", here / "new", TrainingSettings(backbone="gcn", processes=2)))),
    Row(2, "a batch of 8 scenes has no 9 parts: use fewer processes or --micro-batches, or a "
        "--batch-size of 9 or more", NET + "--micro-batches 9"),
    Row(2, "--device cuda:1 is one GPU, and each process uses its own: give --device cuda",
        lambda here: local_device("cuda:1", Place(count=2, n_local=2))),
    Row(3, "seed 1, in …/new-1: training diverged in epoch 1 (loss nan): lower --learning-rate",
        NET + "--backbone gcn -o norm=none --learning-rate 1e30 --epochs 9 --seeds 1"),
    Row(3, "2 of 2 seeds could not be trained",
        lambda here: TrainedSeeds(results=[], failures=["a", "b"]).raise_failures()),
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
    "unit/training/test_place.py::test_each_process_takes_its_gpu": (
        "… processes need a GPU each, but this machine has …: start fewer, or use --device cpu",
    ),
    "unit/training/test_training_run.py::test_parts_that_a_batch_does_not_have": (
        "… processes cannot share … parts of a batch: give --micro-batches … or more",
    ),
    "unit/training/test_trainer.py::test_separate_graphs_have_no_corresponding_nodes": (
        "node-contrastive compares corresponding superpixels, but these graphs come from "
        "separate segmentations: use --objective graph-contrastive, or build the graphs with "
        "--segmentation shared",
    ),
}

PASSED_ON = {
    "artextract_cli/training/processes.py:_serve": (
        "an error that cannot be sent: training/test_processes.py"
    ),
    "artextract_cli/training/processes.py:outcome": "how a process died: see above",
    "artextract_cli/training/seeds.py:raise_failures": "the failure of a seed: see above",
}
