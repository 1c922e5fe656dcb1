"""Model cards that are changed, and networks made of them."""

import dataclasses
from pathlib import Path
from typing import Any

from artextract_cli.models.card import ModelCard
from artextract_cli.models.checkpoint import read_card
from artextract_cli.nn.siamese import SiameseNetwork
from artextract_cli.pipelines.networks import new_network
from artextract_cli.pipelines.registry import pipeline_of


def untrained(card: ModelCard) -> SiameseNetwork:
    return new_network(card, pipeline_of(card.learns_from))


def changed_card(trained: Path, **changes: Any) -> ModelCard:
    return dataclasses.replace(read_card(trained), **changes)
