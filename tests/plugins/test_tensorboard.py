"""Event files for TensorBoard, read back by its own reader."""

import sys
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from artextract_cli import DependencyError
from artextract_tensorboard import artextract_loggers

ROW = {"epoch": 1, "train_loss": 0.5, "val_loss": 0.75, "learning_rate": 0.001, "seconds": 2.0}


def logged(run: Path) -> EventAccumulator:
    """What TensorBoard reads from the run directory."""
    events = EventAccumulator(str(run / "events"), size_guidance={"images": 0})
    events.Reload()
    return events


def test_everything_is_read_back(tmp_path: Path) -> None:
    spec = artextract_loggers()
    logger = spec.load()(tmp_path, {"backbone": "gat", "log": ("tensorboard",)}, spec.options())
    picture = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    logger.log(ROW, {"scores": picture})
    # Before the end: whoever watches need not wait.
    assert [event.value for event in logged(tmp_path).Scalars("loss/validation")] == [0.75]
    logger.log({**ROW, "epoch": 2, "train_loss": 0.25}, {"scores": picture})
    logger.close({"AUROC fused": 0.9})
    events = logged(tmp_path)
    training = [(event.step, event.value) for event in events.Scalars("loss/training")]
    assert training == [(1, 0.5), (2, 0.25)]
    assert events.Scalars("model/AUROC fused")[0].value == pytest.approx(0.9)
    assert [(p.step, p.height, p.width) for p in events.Images("scores")] == [(1, 4, 5), (2, 4, 5)]
    (text,) = events.Tensors("settings/text_summary")
    assert b'"backbone": "gat"' in text.tensor_proto.string_val[0]


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "artextract_tensorboard.events", None)
    with pytest.raises(DependencyError, match="needs TensorBoard, which is not installed"):
        artextract_loggers().load()
