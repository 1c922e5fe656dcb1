"""Tasks that train on injected layers."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch

from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.pipelines.hidden_layers import training
from artextract_cli.pipelines.hidden_layers.samples import (
    InjectedBatch,
    InjectedScene,
    injected_batch,
)
from artextract_cli.pipelines.hidden_layers.training import HiddenLayerTask
from artextract_cli.pipelines.settings import TrainingSettings
from artextract_cli.pipelines.training_task import TrainingInputs
from tests.helpers.evidence_graphs import new_network
from tests.helpers.scenes import comparison

SIZE = (32, 40)
CPU = torch.device("cpu")
SETTINGS = TrainingSettings(batch_size=2, device="cpu", engine="torch")


def new_task(
    root: Path, training: list[SceneGraphs], validation: list[SceneGraphs], seed: int = 0
) -> HiddenLayerTask:
    settings = dataclasses.replace(SETTINGS, seed=seed)
    return HiddenLayerTask(
        TrainingInputs(
            root=root,
            training=training,
            validation=validation,
            settings=settings,
            loss_and_scorer=comparison("hidden-layer"),
            engine="torch",
            device=CPU,
        )
    )


def seen_in(
    task: HiddenLayerTask, epoch: int, monkeypatch: pytest.MonkeyPatch
) -> dict[str, InjectedScene]:
    """The injected scenes of one epoch, by name."""
    seen: dict[str, InjectedScene] = {}

    def note(scenes: list[InjectedScene], **given: Any) -> InjectedBatch:
        seen.update({scene.tensors.name: scene for scene in scenes})
        return injected_batch(scenes, **given)

    with monkeypatch.context() as patched:
        patched.setattr(training, "injected_batch", note)
        list(task.training_losses(new_network(), epoch))
    return seen


def unknown(scenes: list[SceneGraphs], clean: bool | None = None) -> list[SceneGraphs]:
    return [dataclasses.replace(graphs, clean=clean) for graphs in scenes]
