"""Tensors of views, as they are and augmented."""

import pytest
import torch

from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.nn.collate import SceneBatch
from artextract_cli.nn.siamese import EmbeddedBatch, SiameseNetwork
from artextract_cli.pipelines.views.tensors import scene_tensors
from artextract_cli.pipelines.views.training import ViewTask
from tests.helpers.view_tasks import new_task


def batches_of(
    task: ViewTask, network: SiameseNetwork, epoch: int, monkeypatch: pytest.MonkeyPatch
) -> list[SceneBatch]:
    """The batches of one epoch."""
    seen: list[SceneBatch] = []

    def note(scenes: EmbeddedBatch) -> torch.Tensor:
        seen.append(scenes.batch)
        return torch.zeros(())

    with monkeypatch.context() as patched:
        patched.setattr(task, "objective", note)
        list(task.training_losses(network, epoch))
    return seen


def test_augmentation_moves_places_and_nothing_else(
    scenes: list[SceneGraphs], network: SiameseNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    photograph, bands = scenes[0].feature_names
    places = [photograph.index("row"), photograph.index("column")]
    assert places == [bands.index("row"), bands.index("column")]
    tensors = [scene_tensors(graphs).features[0] for graphs in scenes[:3]]
    for augment in (False, True):
        task = new_task(scenes[:3], scenes[3:], augment=augment, batch_size=3)
        changed = []
        for epoch in range(1, 4):
            (batch,) = batches_of(task, network, epoch, monkeypatch)
            for x in batch.x.split(batch.graph.node_counts.tolist()):
                (original,) = [t for t in tensors if len(t) == len(x) and same_but(places, t, x)]
                changed.append(not torch.equal(x, original))
        assert any(changed) == augment


def same_but(columns: list[int], a: torch.Tensor, b: torch.Tensor) -> bool:
    kept = [i for i in range(a.shape[-1]) if i not in columns]
    return torch.equal(a[..., kept], b[..., kept])
