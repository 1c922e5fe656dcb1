"""Every pipeline is found by what its objectives say that they learn from."""

from pathlib import Path
from typing import get_args

import pytest

from artextract_cli.models.card import LearnsFrom
from artextract_cli.nn.siamese import SiameseNetwork
from artextract_cli.pipelines.hidden_layers.network import HiddenLayerNetwork
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.networks import load_model
from artextract_cli.pipelines.registry import PIPELINES, pipeline_of
from artextract_cli.plugin.contract import Objective
from artextract_cli.plugin.host import plugin_host


def test_there_is_a_pipeline_for_everything_that_objectives_may_learn_from() -> None:
    assert set(PIPELINES) == set(get_args(LearnsFrom))
    declared = {plugin.spec.learns_from for plugin in plugin_host().of_kind("objectives")}
    assert declared == set(PIPELINES)
    assert Objective.learns_from in PIPELINES


@pytest.mark.parametrize(
    ("name", "network"), [("views", SiameseNetwork), ("layers", HiddenLayerNetwork)]
)
def test_pipelines_have_networks_of_their_own(name: LearnsFrom, network: type) -> None:
    pipeline = pipeline_of(name)
    assert (pipeline.name, pipeline.network) == (name, network)


def test_a_model_is_of_the_pipeline_that_it_was_trained_by(trained: Path) -> None:
    assert open_model(trained, device="cpu").pipeline is pipeline_of("views")
    network, card, pipeline = load_model(Path("gcn"))
    assert pipeline is pipeline_of(card.learns_from) is pipeline_of("layers")
    assert isinstance(network, HiddenLayerNetwork)
