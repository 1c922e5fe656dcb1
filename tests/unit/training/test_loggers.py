"""Loggers of a training: what they are given, and that none of them stops it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from artextract_cli import Logger, option
from artextract_cli.errors import DependencyError, UsageError
from artextract_cli.pipelines.settings import HIDDEN_LAYER, TrainingSettings
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.training.loggers import Loggers, example_map
from artextract_cli.training.run_directory import read_metrics
from tests.helpers.scenes import train_tiny


@dataclass(frozen=True)
class Named:
    title: str = option("untitled", "Title.")


class Recorder:
    """Keeps what it is given; fails on request."""

    calls: ClassVar[list[tuple[str, Any]]] = []
    fails_at = ""

    def __init__(self, run: Path, settings: Mapping[str, Any], options: Any) -> None:
        self._note("start", (run, settings, options))

    def log(self, row: Mapping[str, float], maps: Mapping[str, Any]) -> None:
        self._note("log", (row, maps))

    def close(self, figures: Mapping[str, float]) -> None:
        self._note("close", figures)

    def _note(self, what: str, given: Any) -> None:
        type(self).calls.append((what, given))
        if what == type(self).fails_at:
            raise RuntimeError("no server")


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> type[Recorder]:
    """The logger `recorder`, as a plugin would provide it."""

    Own = type("Own", (Recorder,), {"calls": []})
    spec = Logger(name="recorder", summary="Calls.", options=Named, load=lambda: Own)
    plugin = Plugin(spec=spec, distribution="toy", version="1")
    monkeypatch.setitem(plugin_host().plugins, ("loggers", "recorder"), plugin)
    return Own


@pytest.mark.parametrize("objective", ["node-contrastive", HIDDEN_LAYER])
def test_a_training_is_logged_and_its_model_stays_the_same(
    graphs: Path, tmp_path: Path, recorder: type[Recorder], objective: str
) -> None:
    train_tiny(graphs, tmp_path / "plain", objective=objective)
    options = {"hidden": 8, "out_size": 4, "logger.title": "mine"}
    train_tiny(graphs, tmp_path / "run", objective=objective, log=("recorder",), options=options)
    steps = [what for what, _ in recorder.calls]
    assert steps == ["start", "log", "log", "close"]
    run, settings, of_logger = recorder.calls[0][1]
    assert (run, settings["objective"], of_logger) == (tmp_path / "run", objective, Named("mine"))
    rows = [given[0] for what, given in recorder.calls if what == "log"]
    assert [row["train_loss"] for row in rows] == [
        row["train_loss"] for row in read_metrics(tmp_path / "run")
    ]
    shown = recorder.calls[1][1][1]["scores"]
    assert (shown.shape, shown.dtype) == ((*shown.shape[:2], 3), np.uint8)
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) > 1
    figures = recorder.calls[-1][1]
    assert ("AUROC fused" in figures) == (objective == HIDDEN_LAYER)
    models = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("plain", "run")]
    assert models[0] == models[1]


@pytest.mark.parametrize("step", ["start", "log", "close"])
def test_a_logger_that_fails_never_stops_a_training(
    graphs: Path,
    tmp_path: Path,
    recorder: type[Recorder],
    capsys: pytest.CaptureFixture[str],
    step: str,
) -> None:
    recorder.fails_at = step
    result = train_tiny(graphs, tmp_path / "run", log=("recorder",))
    assert result.epochs == 2
    # It is not called again.
    assert [what for what, _ in recorder.calls].count(step) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert said.count("the logger recorder has failed and is not used any more") == 1
    assert "RuntimeError: no server" in said


def test_a_resumed_run_is_logged_from_where_it_goes_on(
    graphs: Path, tmp_path: Path, recorder: type[Recorder]
) -> None:
    train_tiny(graphs, tmp_path / "run")
    train_tiny(graphs, tmp_path / "run", epochs=3, resume=True, log=("recorder",))
    assert [given[0]["epoch"] for what, given in recorder.calls if what == "log"] == [3]


def test_an_unknown_logger_or_option_costs_no_training(
    graphs: Path, tmp_path: Path, recorder: type[Recorder]
) -> None:
    with pytest.raises(UsageError, match="unknown plugin 'x' of kind loggers; choose from: rec"):
        train_tiny(graphs, tmp_path / "run", log=("x",))
    with pytest.raises(UsageError, match=r"logger\.colour belongs to no logger: none of the logg"):
        Loggers(TrainingSettings(log=("recorder",), options={"logger.colour": "red"}))
    with pytest.raises(UsageError, match=r"logger\.title belongs to no logger: add --log NAME"):
        Loggers(TrainingSettings(options={"logger.title": "mine"}))
    assert not (tmp_path / "run").exists()
    assert recorder.calls == []


def test_a_package_that_is_missing_is_named_at_once(
    graphs: Path, tmp_path: Path, recorder: type[Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise DependencyError("it needs a package")

    spec = Logger(name="recorder", summary="Calls.", load=missing)
    plugin = Plugin(spec=spec, distribution="toy", version="1")
    monkeypatch.setitem(plugin_host().plugins, ("loggers", "recorder"), plugin)
    with pytest.raises(DependencyError, match="it needs a package"):
        train_tiny(graphs, tmp_path / "run", log=("recorder",))


def test_the_colours_of_an_example_map() -> None:
    scores = np.zeros((4, 6), np.float32)
    scores[0], scores[1] = 5, 0.1
    picture = example_map(scores)
    assert picture.shape == (4, 6, 3)
    red, _, blue = picture[0, 0].astype(int)
    assert red > blue
    assert (example_map(np.ones((2, 2), np.float32)) == example_map(np.zeros((2, 2)))).all()
