"""Training on hidden layers, on small simulated paintings that hide nothing."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from artextract_cli.evidence.maps import residual_score
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.models.calibration import CAUTION, TRIMMED_SHARE, Calibration
from artextract_cli.pipelines.hidden_layers import training
from artextract_cli.pipelines.hidden_layers.clean_captures import (
    N_AUGMENTED_COPIES,
    whole_calibration,
)
from artextract_cli.pipelines.hidden_layers.evidence_graph import expanded
from artextract_cli.pipelines.hidden_layers.network import HiddenLayerNetwork
from artextract_cli.pipelines.hidden_layers.pixel_scores import SCORES, RawScores, raw_scores
from artextract_cli.pipelines.hidden_layers.training import HiddenLayerTask
from artextract_cli.pipelines.hidden_layers.verdict import excesses
from artextract_cli.scenes.scene import CLEAN, HIDDEN, UNDECIDED, Scene
from tests.helpers.evidence_graphs import new_graph, new_network
from tests.helpers.hidden_layer_tasks import SIZE, new_task, seen_in, unknown


def epoch_of(task: HiddenLayerTask, network: HiddenLayerNetwork, epoch: int) -> list[float]:
    torch.manual_seed(epoch)
    return [loss.item() for loss, _ in task.training_losses(network, epoch)]


def calibrated(
    task: HiddenLayerTask, network: HiddenLayerNetwork, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, Calibration], list[RawScores]]:
    """The calibrations, and the raw scores that they were learnt from."""
    seen: list[RawScores] = []

    def note(*given: Any, **chosen: Any) -> RawScores:
        seen.append(raw_scores(*given, **chosen))
        return seen[-1]

    with monkeypatch.context() as patched:
        patched.setattr(training, "raw_scores", note)
        return task.calibrations(network), seen


def test_an_epoch_follows_from_seed_and_number(
    task: HiddenLayerTask,
    clean_graphs: Path,
    scenes: tuple[list[SceneGraphs], list[SceneGraphs]],
) -> None:
    network = new_network()
    first = epoch_of(task, network, 1)
    assert epoch_of(task, network, 1) == first
    assert epoch_of(new_task(clean_graphs, *scenes), network, 1) == first
    assert epoch_of(task, network, 2) != first
    assert epoch_of(new_task(clean_graphs, *scenes, seed=1), network, 1) != first


def test_every_scene_is_seen_once_an_epoch(task: HiddenLayerTask) -> None:
    sizes = [n for _, n in task.training_losses(new_network(), 1)]
    assert sizes == [2, 2, 1]
    assert [part.n_scenes for part in task.micro_batches] == sizes


def test_every_epoch_has_layers_of_its_own(
    task: HiddenLayerTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again, second = (seen_in(task, epoch, monkeypatch) for epoch in (1, 1, 2))
    assert set(first) == set(second) == {f"sim_train_{i:04d}" for i in range(5)}
    for name, scene in first.items():
        assert torch.equal(scene.pixels.evidence, again[name].pixels.evidence)
        assert torch.equal(scene.hidden.nan_to_num(2), again[name].hidden.nan_to_num(2))
        assert not torch.equal(scene.pixels.evidence[:50], second[name].pixels.evidence[:50])
    assert sum(bool((scene.pixels.hidden == 1).any()) for scene in first.values()) >= 3


def test_validation_layers_never_change(task: HiddenLayerTask) -> None:
    network = new_network().eval()

    def losses() -> list[float]:
        return [loss.item() for loss, _ in task.validation_losses(network)]

    first = losses()
    epoch_of(task, network, 1)
    assert losses() == first
    assert [n for _, n in task.validation_losses(network)] == [2]


def test_pictures_and_truth_are_not_needed(clean_graphs: Path, task: HiddenLayerTask) -> None:
    """The dataset is gone since its graphs were built."""
    assert not (clean_graphs.parent / "dataset").exists()
    network = new_network()
    task.begin(network)
    assert np.isfinite(epoch_of(task, network, 1)).all()


def test_beginning_makes_features_standard(task: HiddenLayerTask) -> None:
    network, again = new_network(), new_network()
    task.begin(network)
    task.begin(again)
    for name, value in network.named_buffers():
        assert torch.isfinite(value).all()
        assert torch.equal(value, again.get_buffer(name)), name
    assert not torch.equal(
        network.get_buffer("node_centre"), torch.zeros_like(network.get_buffer("node_centre"))
    )


def test_injection_is_timed_by_epoch(task: HiddenLayerTask) -> None:
    list(task.training_losses(new_network(), 1))
    seconds = task.extra_metrics()["injection_seconds"]
    assert len(task.injection_seconds) == 5
    assert seconds == pytest.approx(sum(task.injection_seconds), abs=1e-3)
    list(task.training_losses(new_network(), 2))
    assert len(task.injection_seconds) == 5


def test_the_most_anomalous_tenth_does_not_count_as_clean() -> None:
    graph = new_graph()
    truth = np.full(graph.labels.shape, CLEAN, np.uint8)
    truth[:, :3] = HIDDEN
    made = training.trim_anomalous(graph, truth)
    score = residual_score(expanded(graph.pixels))
    left_out = made == UNDECIDED
    assert not left_out[:, :3].any()
    assert left_out[:, 3:].mean() == pytest.approx(0.1, abs=0.01)
    assert score[left_out].min() > score[made == CLEAN].max()
    without = np.full_like(truth, HIDDEN)
    np.testing.assert_array_equal(training.trim_anomalous(graph, without), without)


class TestCalibration:
    def test_rates_are_those_of_clean_pixels(
        self, task: HiddenLayerTask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With two held-out scenes, those of training are looked at too, each more than once."""
        made, scored = calibrated(task, new_network().eval(), monkeypatch)
        raw, nulls = scored[::2], scored[1::2]  # of each scene, and of its visible part alone
        assert set(made) == {*SCORES, "whole"}
        assert len(raw) == (1 + N_AUGMENTED_COPIES) * (len(task.held_out) + len(task.training))
        for name in SCORES:
            clean = np.concatenate([scores.maps()[name].ravel() for scores in raw])
            for rate in (0.1, 0.01):
                share = (made[name](clean) >= -np.log10(rate)).mean()
                assert share == pytest.approx(rate, rel=0.5), name
        pairs = zip(raw, nulls, strict=True)
        wholes = np.concatenate([excesses(s.fused, null.fused, None) for s, null in pairs])
        levels = made["whole"](np.sort(wholes))
        assert (np.diff(levels) >= 0).all()
        # A capture that degrading left as it was counts with its scene.
        assert np.log10(len(raw) / 2) - 0.1 <= levels[-1] <= np.log10(len(raw)) + 0.1

    def test_it_does_not_depend_on_the_epochs_before(self, task: HiddenLayerTask) -> None:
        network = new_network().eval()
        first = task.calibrations(network)
        epoch_of(task, network, 1)
        assert task.calibrations(network) == first

    def test_where_scenes_may_hide_something_the_tail_is_trimmed(
        self, clean_graphs: Path, scenes: tuple[list[SceneGraphs], list[SceneGraphs]]
    ) -> None:
        training, validation = scenes
        task = new_task(clean_graphs, training, unknown(validation))
        made = task.calibrations(new_network().eval())
        assert made["fused"].levels[-1] == pytest.approx(
            -np.log10(CAUTION * TRIMMED_SHARE), abs=0.003
        )

    def test_only_the_painting_is_looked_at(
        self,
        clean_graphs: Path,
        scenes: tuple[list[SceneGraphs], list[SceneGraphs]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        mask = np.zeros(SIZE, np.bool_)
        mask[8:, 12:] = True
        training, validation = (
            [dataclasses.replace(graphs, mask=mask) for graphs in part] for part in scenes
        )
        task = new_task(clean_graphs, training, validation)
        made, raw = calibrated(task, new_network().eval(), monkeypatch)
        inside = np.concatenate([scores.residual[mask] for scores in raw[::2]])
        assert made["residual"].scores[0] == inside.min()
        assert made["residual"].scores[-1] == pytest.approx(inside.max(), rel=0.05)

    @pytest.mark.parametrize(
        ("wholes", "n_scenes"), [([0.1, 0.2, 0.3, 0.4, 0.5], 3), ([0.5] * 8, 8)]
    )
    def test_few_scenes_tell_nothing_of_whole_paintings(
        self, wholes: list[float], n_scenes: int, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert whole_calibration(wholes, n_scenes) is None
        assert "will give no verdict on whole paintings" in capsys.readouterr().err

    def test_two_scenes_are_enough_to_finish(
        self, clean_graphs: Path, scenes: tuple[list[SceneGraphs], list[SceneGraphs]]
    ) -> None:
        training, validation = scenes
        task = new_task(clean_graphs, training[:1], validation[:1])
        made = task.calibrations(new_network().eval())
        assert {"fused", "network", "residual"} <= set(made)


def test_quality_is_a_share_of_pairs(task: HiddenLayerTask) -> None:
    with torch.no_grad():
        quality = task.quality(new_network().eval())
    assert set(quality) == {"fused", "network", "residual"}
    assert all(0 <= value <= 1 for value in quality.values())


def test_an_epoch_can_be_left_early(task: HiddenLayerTask) -> None:
    before = torch.get_num_threads()
    losses: Iterator[tuple[torch.Tensor, int]] = task.training_losses(new_network(), 1)
    next(losses)
    losses.close()  # type: ignore[attr-defined]
    assert torch.get_num_threads() == before


def test_a_scene_that_cannot_be_prepared_is_not_passed_over(
    task: HiddenLayerTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object, scene: Scene) -> None:
        raise ValueError(scene.name)

    monkeypatch.setattr(training, "inject", fail)
    with pytest.raises(ValueError, match="sim_train"):
        list(task.training_losses(new_network(), 1))
