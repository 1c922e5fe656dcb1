"""Networks as a card describes them."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

import artextract_cli
from artextract_cli import Backbone
from artextract_cli.errors import DependencyError, InputError
from artextract_cli.models.checkpoint import (
    read_card,
    save_model,
)
from artextract_cli.nn.siamese import SiameseNetwork
from artextract_cli.pipelines.hidden_layers.network import HiddenLayerNetwork
from artextract_cli.pipelines.networks import load_model
from artextract_cli.plugin.plugin import Plugin
from artextract_gcn import GCNOptions
from tests.helpers.cards import changed_card, untrained
from tests.helpers.models import Narrow
from tests.helpers.toy_plugins import put_in


@pytest.mark.parametrize(
    ("learns_from", "network"),
    [("layers", HiddenLayerNetwork), ("views", SiameseNetwork)],
)
def test_the_objective_decides_the_kind_of_network(
    trained: Path, learns_from: str, network: type[SiameseNetwork]
) -> None:
    assert type(untrained(changed_card(trained, learns_from=learns_from))) is network


def test_weights_that_do_not_fit(trained: Path, tmp_path: Path) -> None:
    network, card, _ = load_model(trained)
    options = {**card.options, "hidden": 9}
    path = tmp_path / "model.safetensors"
    save_model(path, network.state_dict(), dataclasses.replace(card, options=options))
    with pytest.raises(InputError, match="do not fit backbone 'gcn'"):
        load_model(path)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda in_size, options: print, "it returned builtin_function_or_method, which is not"),
        (lambda in_size, options: Narrow(None), "its network has no out_size"),
        (lambda in_size, options: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_a_backbone_that_is_no_network_is_told_with_its_owner(
    trained: Path, monkeypatch: pytest.MonkeyPatch, made: Any, said: str
) -> None:
    spec = Backbone(name="gcn", summary="A toy.", options=GCNOptions, load=lambda: made)
    toy = Plugin(spec=spec, distribution="artextract", version=artextract_cli.__version__)
    put_in(monkeypatch, "backbones", toy)
    with pytest.raises(DependencyError, match=f"backbones 'gcn' of artextract .*{said}"):
        untrained(read_card(trained))
