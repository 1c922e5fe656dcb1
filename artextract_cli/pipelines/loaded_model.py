"""Inference: a scene and a trained network to scores, attention and similarity."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from artextract_cli.errors import InputError, UsageError
from artextract_cli.evidence.signs import SIGNED_MAPS, Expect
from artextract_cli.models.card import ModelCard
from artextract_cli.models.checkpoint import model_path
from artextract_cli.models.recorded_plugins import recorded_plugin, recorded_scorer
from artextract_cli.nn.engines.selection import resolve_engine
from artextract_cli.nn.siamese import ScoreFunction, SiameseNetwork
from artextract_cli.pipelines.hidden_layers.network import HiddenLayerNetwork
from artextract_cli.pipelines.networks import load_model
from artextract_cli.utils.checksums import file_digest
from artextract_cli.utils.device import resolve_device


@dataclass(frozen=True, kw_only=True)
class Model:
    """A trained network on its device, ready for inference.

    Attributes
    ----------
    network
        The network.
    card
        What the model records: its settings, plugins, graph recipe and calibration.
    scorer
        What turns embeddings into a score per superpixel.
    path
        The model file.
    digest
        SHA-256 of that file.
    engine
        What passes messages.
    device
        Where the weights are.
    shown
        Score that the heat map shows; None for the model's own.
    expect
        Sign of the content that the heat map shows: "either", "dark" or "light".
    adapts
        Whether it adapts to every scene before scoring it.
    """

    network: SiameseNetwork
    card: ModelCard
    scorer: ScoreFunction
    path: Path
    digest: str
    engine: str
    device: torch.device
    shown: str | None = None
    expect: Expect = "either"
    adapts: bool = False

    @property
    def superpixels(self) -> Mapping[str, str]:
        """Origin of the method that cuts superpixels."""
        return self.card.superpixels

    @property
    def heat_map_score(self) -> str:
        """Name of the score that the heat map shows."""
        own = "fused" if self.card.heat_map_of == "pixels" else "network"
        return self.shown or (own if self.expect == "either" else self.expect)

    def described(self) -> dict[str, Any]:
        """What scene.json says of it."""
        card = self.card
        return {
            "model": {"path": str(self.path.resolve()), "sha256": self.digest},
            "backbone": dict(card.backbone),
            "objective": dict(card.objective),
            "learns_from": card.learns_from,
            "scorer": dict(card.scorer),
            "heat_map_of": "superpixels" if self.heat_map_score == "network" else "pixels",
            "heat_map_score": self.heat_map_score,
            "expect": self.expect,
            "adapts": self.adapts,
            "engine": self.engine,
            "device": str(self.device),
        }


def open_model(
    run: Path,
    *,
    device: str = "auto",
    engine: str = "auto",
    shown: str | None = None,
    expect: Expect = "either",
    adapts: bool = False,
) -> Model:
    """Load a trained model onto its device.

    Parameters
    ----------
    run
        Run directory or model file, or ``Path("gat")`` or ``Path("gcn")``, which come with
        artextract.
    device
        "auto", "cpu" or "cuda".
    engine
        What passes messages: "auto", "numba", "dgl" or "torch".
    shown
        Score of the heat map: "envelope" or "residual"; the model's own if None.
    expect
        Sign of the hidden content that the heat map shows: "either", "dark" or "light".
    adapts
        Whether the model adapts to each scene, by synthetic layers beneath it, before scoring it.

    Returns
    -------
    Model
        For `score_scene`, `infer_dataset` and `infer_scenes`.

    Raises
    ------
    InputError
        If there is none, it is damaged, or its training was killed before it was calibrated.
    UsageError
        If the model does not have the score asked for, or does not distinguish signs.
    DependencyError
        If a plugin that it was made with is not installed.
    """
    network, card = load_model(run)
    if not card.calibration:
        msg = f"the training of {run} did not end: finish it with 'artextract train --resume'"
        raise InputError(msg)
    if shown is not None and card.learns_from != "layers":
        msg = (
            f"{run} compares views and has no score {shown!r}: leave --scorer out, or choose "
            "--model none"
        )
        raise UsageError(msg)
    if expect != "either" and not set(SIGNED_MAPS) <= card.calibration.keys():
        msg = f"the model {run} does not distinguish dark from light content: leave out --expect"
        raise UsageError(msg)
    if adapts and card.learns_from != "layers":
        msg = (
            f"{run} compares views and cannot adapt to a painting: leave out --adapt, or choose "
            "a model that looks for hidden layers"
        )
        raise UsageError(msg)
    if expect != "either" and shown is not None:
        msg = f"--expect {expect} and --scorer {shown} each choose the heat map: leave one out"
        raise UsageError(msg)
    recorded_plugin("superpixels", card.superpixels)
    on = resolve_device(device)
    return Model(
        network=network.to(on),
        card=card,
        scorer=recorded_scorer(card),
        path=model_path(run),
        digest=file_digest(model_path(run)),
        engine=resolve_engine(engine, on).name,
        device=on,
        shown=shown,
        expect=expect,
        adapts=adapts,
    )


def hidden_layer_network(model: Model) -> HiddenLayerNetwork:
    """The network of a model that looks for hidden layers.

    Raises
    ------
    TypeError
        If the model compares views.
    """
    if not isinstance(model.network, HiddenLayerNetwork):
        raise TypeError(type(model.network))
    return model.network
