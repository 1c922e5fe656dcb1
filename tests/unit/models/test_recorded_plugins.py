"""Plugins that a model names, found again or missed."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from artextract_cli.errors import DependencyError
from artextract_cli.models import recorded_plugins
from artextract_cli.models.checkpoint import (
    read_card,
    save_model,
)
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.networks import load_model
from artextract_cli.plugin.host import plugin_host
from tests.helpers.cards import changed_card, untrained
from tests.helpers.toy_plugins import put_in


@pytest.mark.parametrize("field", ["backbone", "superpixels", "scorer"])
def test_a_missing_plugin_is_named_with_what_to_install(
    trained: Path, tmp_path: Path, field: str
) -> None:
    origin = {"name": "sage", "distribution": "artextract-sage", "version": "2.1"}
    network, card, _ = load_model(trained)
    path = tmp_path / "model.safetensors"
    save_model(path, network.state_dict(), dataclasses.replace(card, **{field: origin}))
    with pytest.raises(DependencyError, match=r"'sage' .*plugins install artextract-sage==2\.1"):
        open_model(path, device="cpu")


def test_another_version_of_the_plugin_is_a_warning(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backbone = {"name": "gcn", "distribution": "artextract", "version": "0.0.1"}
    untrained(changed_card(trained, backbone=backbone))
    assert "created with gcn of artextract 0.0.1, but" in capsys.readouterr().err
    untrained(read_card(trained))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("kind", "name", "recorded"),
    [
        ("objectives", "node-contrastive", recorded_plugins.recorded_objective),
        ("scorers", "distance", recorded_plugins.recorded_scorer),
    ],
)
def test_what_a_plugin_returns_wrongly_is_told_with_its_owner(
    trained: Path, monkeypatch: pytest.MonkeyPatch, kind: str, name: str, recorded: Any
) -> None:
    known = plugin_host().plugins[kind, name]
    spec = dataclasses.replace(known.spec, load=lambda: lambda seen, options: None)
    toy = dataclasses.replace(known, spec=spec)
    put_in(monkeypatch, kind, toy)
    function = recorded(read_card(trained))
    with pytest.raises(DependencyError, match=f"{kind} '{name}' of artextract .*it returned NoneT"):
        function(SimpleNamespace(z=torch.zeros(3, 2, 4)))
