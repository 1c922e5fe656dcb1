"""A tiny training with a plugin, and one without it."""

import json
from pathlib import Path
from typing import Any

import pytest

from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.specs import KINDS
from artextract_cli.testing import trial

MEAN = """
import torch
from artextract_cli import Backbone, hookimpl

class Plain(torch.nn.Module):
    def __init__(self, in_size):
        super().__init__()
        self.layer, self.out_size = torch.nn.Linear(in_size, 8), 8

    def forward(self, graph, x):
        return self.layer(x)

@hookimpl
def artextract_backbones():
    return Backbone(
        name="plain", summary="No neighbours.", load=lambda: lambda in_size, options: Plain(in_size)
    )
"""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that cost little."""
    monkeypatch.setattr(trial, "SIDE", 32)
    monkeypatch.setattr(trial, "EPOCHS", 1)
    monkeypatch.setattr(plugin_host(), "plugins", dict(plugin_host().plugins))


def lines(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.read_text().splitlines()]


@pytest.mark.usefixtures("quick")
def test_a_plugin_that_is_not_installed_beside_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "artextract_plain.py").write_text(MEAN)
    trial.main(tmp_path / "out.jsonl", str(tmp_path / "artextract_plain.py"))
    default, own, end = lines(tmp_path / "out.jsonl")
    assert [(row["kind"], row["plugin"]) for row in (default, own)] == [
        ("backbones", "gat"),
        ("backbones", "plain"),
    ]
    assert own["parameters"] < default["parameters"]
    assert own["quality"].keys() == {"fused", "network", "residual"}
    assert end == {"all": "done"}


def test_what_takes_no_part_in_a_training(tmp_path: Path) -> None:
    trial.main(tmp_path / "out.jsonl", "doctor")
    (error,) = lines(tmp_path / "out.jsonl")
    assert (error["exit_code"], "takes no part in a training" in error["error"]) == (2, True)


def test_a_default_is_tried_once() -> None:
    (gat,) = (p.spec for p in plugin_host().of_kind("backbones") if p.spec.name == "gat")
    assert [*trial._runs([gat])] == [("backbones", "gat")]


def test_every_default_exists() -> None:
    for kind, name in trial.PLACES.items():
        assert kind in KINDS
        assert kind == "loggers" or plugin_host().find(kind, name)
