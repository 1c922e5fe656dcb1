"""Scenes, plugins and runs small enough to know by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from artextract_cli.nn.siamese import distance
from artextract_cli.pipelines.settings import TrainingSettings
from artextract_cli.pipelines.training_task import LossAndScorer
from artextract_cli.plugin.contract import SuperpixelMethod
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import make_options
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.plugin.protocols import ScoredNodes
from artextract_cli.scenes.scene import Scene
from artextract_cli.training.run_directory import EpochRow, TrainingResult
from artextract_cli.training.trainer import train

TINY = {
    "backbone": "gcn",
    "options": {"hidden": 8, "out_size": 4},
    "objective": "node-contrastive",
    "engine": "torch",
}


def make_scene(
    size: tuple[int, int] = (13, 17), n_bands: int = 2, *, seed: int = 0, **changes: Any
) -> Scene:
    """A scene of noise whose bands are 500, 600, ... nm."""
    rng = np.random.default_rng(seed)
    wavelengths = tuple(500.0 + 100 * band for band in range(n_bands))
    parts: dict[str, Any] = {
        "name": "made",
        "rgb": rng.random((*size, 3), np.float32),
        "bands": rng.random((*size, n_bands), np.float32),
        "band_ids": tuple(f"{nm:g}" for nm in wavelengths),
        "wavelengths": wavelengths,
        "mask": None,
    }
    return Scene(**parts | changes)


def plugin_returning(labels: Any) -> Plugin:
    """A superpixel plugin that answers every picture with ``labels``."""
    spec = SuperpixelMethod(name="given", summary="Toy.", load=lambda: lambda image, o: labels)
    return Plugin(spec=spec, distribution="artextract-given", version="1.0")


def comparison(objective: str, **options: Any) -> LossAndScorer:
    """An objective of that name, and the distance of embeddings."""
    spec = plugin_host().find("objectives", objective).spec
    function, given = spec.load(), make_options(spec, options)
    return LossAndScorer(lambda scenes: function(scenes, given), by_distance)


def by_distance(nodes: ScoredNodes) -> torch.Tensor:
    """The scorer `distance`."""
    return distance(nodes.z[:, :1], nodes.z[:, 1:])


def train_tiny(
    graphs: Path,
    run: Path,
    *,
    on_epoch: Callable[[EpochRow], None] = lambda row: None,
    resume: bool = False,
    **settings: Any,
) -> TrainingResult:
    """Train a network of a few hundred parameters on the CPU."""
    made = TrainingSettings(**TINY | {"epochs": 2, "batch_size": 2, "device": "cpu"} | settings)
    return train(graphs, run, made, on_epoch=on_epoch, resume=resume)
