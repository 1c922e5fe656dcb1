"""Training on views: what an epoch sees, and what the distances are calibrated on."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest
import torch

from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.models.calibration import fit_calibration
from artextract_cli.nn.collate import collate
from artextract_cli.nn.siamese import SiameseNetwork
from artextract_cli.pipelines.views.pair_scores import view_scores
from artextract_cli.pipelines.views.tensors import scene_tensors
from artextract_cli.pipelines.views.training import ViewTask
from tests.helpers.scenes import by_distance
from tests.helpers.view_tasks import CPU, new_task


def losses(task: ViewTask, network: SiameseNetwork, epoch: int) -> list[float]:
    return [loss.item() for loss, _ in task.training_losses(network, epoch)]


@pytest.mark.parametrize(("size", "counts"), [(1, [1, 1, 1]), (2, [2, 1]), (3, [3]), (8, [3])])
def test_an_epoch_sees_every_scene_once(
    scenes: list[SceneGraphs], network: SiameseNetwork, size: int, counts: list[int]
) -> None:
    task = new_task(scenes[:3], scenes[3:], batch_size=size)
    assert [n for _, n in task.training_losses(network, 1)] == counts
    assert [part.n_scenes for part in task.micro_batches] == counts
    assert sum(n for _, n in task.validation_losses(network)) == 2


def test_an_epoch_follows_from_seed_and_number(
    scenes: list[SceneGraphs], network: SiameseNetwork
) -> None:
    task = new_task(scenes[:3], scenes[3:])
    first = losses(task, network, 1)
    assert losses(task, network, 1) == first
    assert losses(new_task(scenes[:3], scenes[3:]), network, 1) == first
    assert losses(task, network, 2) != first
    assert losses(new_task(scenes[:3], scenes[3:], seed=1), network, 1) != first


def test_validation_is_always_the_same(scenes: list[SceneGraphs], network: SiameseNetwork) -> None:
    """Whatever the seed, and whether or not training turns its scenes."""
    found = [
        [
            loss.item()
            for loss, _ in new_task(scenes[:3], scenes[3:], **given).validation_losses(network)
        ]
        for given in ({}, {}, {"seed": 5}, {"augment": True})
    ]
    assert found[1:] == found[:1] * 3


def test_a_single_validation_scene_borrows_a_training_scene(
    scenes: list[SceneGraphs], network: SiameseNetwork
) -> None:
    task = new_task(scenes[:3], scenes[3:4])
    ((loss, n),) = task.validation_losses(network)
    assert n == 1
    assert torch.isfinite(loss)


def distances(network: SiameseNetwork, graphs: Sequence[SceneGraphs]) -> np.ndarray:
    """Distances (N, B) of all superpixels on the painting."""
    found = []
    for one in graphs:
        tensors = scene_tensors(one)
        with torch.no_grad():
            batch = collate([tensors], engine="torch", device=CPU)
            made = view_scores(network, batch, network(batch), one, by_distance)
        found.append(made[tensors.inside[0].numpy()])
    return np.concatenate(found)


@pytest.mark.parametrize(
    ("clean", "used", "trimmed"),
    [
        ([True, True, True], [0, 1, 2], False),
        ([True, False, None], [0], False),
        ([False, False, None], [0, 1, 2], True),
    ],
)
def test_distances_are_calibrated_on_clean_scenes_or_trimmed(
    scenes: list[SceneGraphs],
    network: SiameseNetwork,
    clean: list[bool | None],
    used: list[int],
    trimmed: bool,
) -> None:
    training = [
        dataclasses.replace(graphs, clean=known)
        for graphs, known in zip(scenes[:3], clean, strict=True)
    ]
    with torch.no_grad():
        made = new_task(training, scenes[3:]).calibrations(network)
    d = distances(network, [training[i] for i in used])
    assert made == {
        "fused": fit_calibration(d.mean(1), trimmed=trimmed),
        "band": fit_calibration(d.ravel(), trimmed=trimmed),
    }


def test_backdrop_does_not_count_in_the_calibration(
    scenes: list[SceneGraphs], network: SiameseNetwork
) -> None:
    mask = np.zeros((40, 48), bool)
    mask[:, :24] = True
    cut = [dataclasses.replace(graphs, mask=mask, clean=True) for graphs in scenes[:3]]
    with torch.no_grad():
        made = new_task(cut, scenes[3:]).calibrations(network)
    whole = distances(network, [dataclasses.replace(graphs, mask=None) for graphs in cut])
    on_painting = distances(network, cut)
    assert len(on_painting) < 0.7 * len(whole)
    assert made["fused"] == fit_calibration(on_painting.mean(1), trimmed=False)


def test_nothing_is_known_beyond_the_losses(
    scenes: list[SceneGraphs], network: SiameseNetwork
) -> None:
    task = new_task(scenes[:3], scenes[3:])
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    task.begin(network)
    assert all(torch.equal(weight, before[name]) for name, weight in network.state_dict().items())
    assert task.extra_metrics() == task.quality(network) == {}
