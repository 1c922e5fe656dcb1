"""From a model card to its network, with or without weights."""

from pathlib import Path
from typing import Any, cast

import safetensors.torch
import torch

from artextract_cli.errors import InputError
from artextract_cli.models.card import ModelCard
from artextract_cli.models.checkpoint import model_path, read_card
from artextract_cli.models.recorded_plugins import recorded
from artextract_cli.pipelines.pipeline import AnyNetwork, Pipeline
from artextract_cli.pipelines.registry import pipeline_of
from artextract_cli.plugin.protocols import BackboneModule


def new_network(card: ModelCard, pipeline: Pipeline[AnyNetwork]) -> AnyNetwork:
    """Create an untrained network of a pipeline by the card of its model.

    Raises
    ------
    DependencyError
        If the backbone's plugin is not installed; the message says what to install.
    """
    plugin, options = recorded("backbones", card.backbone, card.options)
    factory = plugin.load()
    # Errors below are reported as those of the plugin, with its distribution.
    with plugin.running():
        backbone = factory(card.in_size, options)
        if not isinstance(backbone, torch.nn.Module):
            msg = f"it returned {type(backbone).__name__}, which is not a torch.nn.Module"
            raise TypeError(msg)
        if not isinstance(getattr(backbone, "out_size", None), int):
            msg = "its network has no out_size, the width of its embedding"
            raise TypeError(msg)
    network = pipeline.network(cast(BackboneModule, backbone), card.pooling)
    network.running = plugin.running
    return network


def load_model(run: Path) -> tuple[Any, ModelCard, Pipeline[Any]]:
    """Read a trained network, in evaluation mode, its card and its pipeline.

    Raises
    ------
    InputError
        If the weights do not fit the backbone that the card names.
    """
    card = read_card(run)
    pipeline = pipeline_of(card.learns_from)
    network = new_network(card, pipeline)
    try:
        # By names and shapes only: safetensors hold no code.
        network.load_state_dict(safetensors.torch.load_file(model_path(run)))
    except (RuntimeError, safetensors.SafetensorError) as error:
        msg = (
            f"the weights in {model_path(run)} do not fit backbone {card.backbone['name']!r} with "
            "the options in its description: the file is damaged or belongs to another backbone"
        )
        raise InputError(msg) from error
    return network.eval(), card, pipeline
