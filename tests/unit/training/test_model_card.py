"""The card that a run begins with."""

import math
from pathlib import Path

from artextract_cli.pipelines.batches import load_alike
from artextract_cli.pipelines.registry import pipeline_of
from artextract_cli.pipelines.settings import settings_for
from artextract_cli.training.model_card import DEFAULT_SCORER, first_card
from tests.helpers.scenes import TINY


def test_a_card_before_the_first_epoch(graphs: Path) -> None:
    scene = load_alike(graphs)[0]
    settings = settings_for("node-contrastive", backbone="gcn", options=TINY["options"], seed=7)
    card = first_card(scene, settings, pipeline_of("views"), "torch")
    assert (card.backbone["name"], card.scorer["name"]) == ("gcn", DEFAULT_SCORER)
    assert (card.learns_from, card.heat_map_of) == ("views", "superpixels")
    assert (card.seed, card.engine, card.best_epoch) == (7, "torch", 0)
    assert card.in_size == len(scene.feature_names[0])
    assert card.options["hidden"] == TINY["options"]["hidden"]
    assert math.isnan(card.train_loss)
    assert card.calibration == {}


def test_hidden_layers_have_features_of_their_own(graphs: Path) -> None:
    scene = load_alike(graphs)[0]
    card = first_card(scene, settings_for(None, backbone="gcn"), pipeline_of("layers"), "torch")
    assert (card.learns_from, card.heat_map_of) == ("layers", "pixels")
    assert card.feature_names != scene.feature_names
