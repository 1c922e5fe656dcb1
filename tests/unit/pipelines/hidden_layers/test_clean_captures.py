"""Clean scenes to calibrate on."""

from pathlib import Path

import numpy as np
import pytest

from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.pipelines.hidden_layers.clean_captures import (
    stored_scene,
)
from artextract_cli.pipelines.hidden_layers.training import HiddenLayerTask
from artextract_cli.scenes.reading import read_picture
from tests.helpers.hidden_layer_tasks import SIZE, new_task, seen_in, unknown


def test_scenes_are_read_as_they_were(task: HiddenLayerTask, clean_graphs: Path) -> None:
    graphs = task.training[0]
    scene = stored_scene(task.root, graphs)
    path = clean_graphs.parent / "photographs" / f"{graphs.name}_RGB.png"
    np.testing.assert_allclose(scene.rgb, read_picture(path), atol=1e-5)
    assert scene.bands.shape == (*SIZE, 5)
    assert scene.wavelengths == (450, 550, 650, 800, 950)


def test_few_clean_scenes_are_joined_by_the_others(
    clean_graphs: Path,
    scenes: tuple[list[SceneGraphs], list[SceneGraphs]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    training, validation = scenes
    mixed = training[:3] + unknown(training[3:])
    task = new_task(clean_graphs, mixed, unknown(validation, False))
    warned = capsys.readouterr().err
    assert "3 of 5 training scenes are known to be clean: all are used" in warned
    assert "0 of 2 validation scenes are known to be clean" in warned
    assert len(task.training) == 5
    usual = seen_in(new_task(clean_graphs, training, validation), 1, monkeypatch)
    fewer = seen_in(task, 1, monkeypatch)
    for graphs in mixed:
        n_clean = [int((s[graphs.name].pixels.hidden == 0).sum()) for s in (usual, fewer)]
        if graphs.clean:
            assert n_clean[0] == n_clean[1]
        else:
            assert n_clean[1] == pytest.approx(0.9 * n_clean[0], abs=2)


def test_four_clean_scenes_are_enough(
    clean_graphs: Path,
    scenes: tuple[list[SceneGraphs], list[SceneGraphs]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    training, validation = scenes
    task = new_task(clean_graphs, training[:4] + unknown(training[4:], False), validation)
    assert [g.name for g in task.training] == [g.name for g in training[:4]]
    mixed = new_task(clean_graphs, training, validation[:1] + unknown(validation[1:]))
    assert [g.name for g in mixed.held_out] == [validation[0].name]
    assert "warning" not in capsys.readouterr().err
