"""Model files (safetensors that describe themselves) and resume states, checked by sha256."""

import dataclasses
import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError  # what torch raises for what it does not admit
from typing import Any, Literal, cast

import safetensors
import safetensors.torch
import torch  # noqa: TID253

from artextract_cli.calibration import Calibration
from artextract_cli.console import warn
from artextract_cli.contract import BackboneModule
from artextract_cli.errors import DependencyError, InputError, UsageError
from artextract_cli.files import atomic_path, reading
from artextract_cli.hidden_layer import HiddenLayerNetwork
from artextract_cli.plugin_manager import Plugin, plugin_host
from artextract_cli.plugin_options import make_options
from artextract_cli.seals import UNSEALED, is_whole, sealed
from artextract_cli.siamese import (
    Objective,
    Pooling,
    Scorer,
    SiameseNetwork,
    check_loss,
    check_scores,
)
from artextract_cli.superpixel_graph import GraphRecipe

FORMAT = "artextract-model"
FORMAT_VERSION = 5
MODEL_NAME, STATE_NAME = "model.safetensors", "last.pt"
SHIPPED_MODELS = Path(__file__).parent / "weights"
_DIGEST_MARK = b"\nsha256:"
# What comes of values that are not of the expected kind.
_MALFORMED = (AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What a model file tells about itself."""

    backbone: Mapping[str, str]  # name, distribution, version
    options: Mapping[str, Any]
    in_size: int
    pooling: Pooling
    objective: Mapping[str, str]
    objective_options: Mapping[str, Any]
    learns_from: Literal["views", "layers"]
    uninformative_loss: float | None  # of embeddings that tell nothing, where the objective knows
    scorer: Mapping[str, str]
    scorer_options: Mapping[str, Any]
    heat_map_of: Literal["pixels", "superpixels"]  # whose scores the heat map shows
    seed: int
    recipe: GraphRecipe
    superpixels: Mapping[str, str]
    feature_names: tuple[tuple[str, ...], tuple[str, ...]]
    band_ids: tuple[str, ...]
    wavelengths: tuple[float, ...] | None
    best_epoch: int
    train_loss: float
    val_loss: float
    versions: Mapping[str, str]
    engine: str
    calibration: Mapping[str, Calibration]  # by score; empty until training ends
    quality: Mapping[str, float]  # AUROC on validation scenes by score, where known
    adaptation: Mapping[str, Any] | None = None  # to paintings: from which model, and what came


def recorded_plugin(kind: str, origin: Mapping[str, str], made: str = "the model") -> Plugin:
    """Find the plugin that something was ``made`` with; warn if another version is installed.

    Raises
    ------
    DependencyError
        If it is not installed; the sentence says what to install.
    """
    name, distribution, version = origin["name"], origin["distribution"], origin["version"]
    try:
        plugin = plugin_host().find(kind, name)
    except UsageError as error:
        msg = (
            f"{made} needs plugin {name!r} ({kind}) of {distribution} {version}: "
            f"install it with 'artextract plugins install {distribution}=={version}'"
        )
        raise DependencyError(msg) from error
    if plugin.origin != dict(origin):
        warn(
            f"{made} was made with {name} of {distribution} {version}, "
            f"installed is that of {plugin.distribution} {plugin.version}"
        )
    return plugin


def new_network(card: ModelCard) -> SiameseNetwork:
    """Make an untrained network as the card says.

    Raises
    ------
    DependencyError
        If the backbone's plugin is not installed; the sentence says what to install.
    """
    plugin, options = _recorded("backbones", card.backbone, card.options)
    factory = plugin.load()
    with plugin.running():
        backbone = factory(card.in_size, options)
        if not isinstance(backbone, torch.nn.Module):
            msg = f"it made {type(backbone).__name__}, which is no torch.nn.Module"
            raise TypeError(msg)
        if not isinstance(getattr(backbone, "out_size", None), int):
            msg = "its network has no out_size, the width of its embedding"
            raise TypeError(msg)
    kind = HiddenLayerNetwork if card.learns_from == "layers" else SiameseNetwork
    network = kind(cast(BackboneModule, backbone), card.pooling)
    network.running = plugin.running
    return network


def recorded_objective(card: ModelCard) -> Objective:
    """The objective that a model learns by; raises as `new_network`."""
    return _function("objectives", card.objective, card.objective_options, check_loss)


def recorded_scorer(card: ModelCard) -> Scorer:
    """The scorer that a model was calibrated for; raises as `new_network`."""
    return _function("scorers", card.scorer, card.scorer_options, check_scores)


def _function(
    kind: str,
    origin: Mapping[str, str],
    values: Mapping[str, Any],
    check: Callable[[Any, Any], None],
) -> Callable[[Any], Any]:
    """What the plugin's ``load`` gives, its options given and what it returns checked."""
    plugin, options = _recorded(kind, origin, values)
    function = plugin.load()

    def call(seen: Any) -> Any:
        with plugin.running():
            made = function(seen, options)
            check(seen, made)
            return made

    return call


def _recorded(
    kind: str, origin: Mapping[str, str], values: Mapping[str, Any]
) -> tuple[Plugin, Any]:
    """The plugin, and its options."""
    plugin = recorded_plugin(kind, origin)
    try:
        options = make_options(plugin.spec, values)
    except UsageError as error:
        msg = f"the model is damaged or of another plugin: {error}"
        raise InputError(msg) from error
    return plugin, options


def save_model(path: Path, weights: Mapping[str, torch.Tensor], card: ModelCard) -> None:
    """Write a model file, whole or not at all; equal models give equal bytes."""
    about = {"format": FORMAT, "format_version": FORMAT_VERSION, "sha256": UNSEALED}
    description = about | dataclasses.asdict(card)
    metadata = {"artextract": json.dumps(description, sort_keys=True)}
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    with atomic_path(path) as temporary:
        temporary.write_bytes(sealed(safetensors.torch.save(tensors, metadata)))


def model_path(run: Path) -> Path:
    """The model file of a run directory, the file itself, or one that comes with artextract."""
    path = run / MODEL_NAME if run.is_dir() else run
    shipped = SHIPPED_MODELS / f"{run}.safetensors"
    return shipped if len(run.parts) == 1 and not path.exists() and shipped.exists() else path


def read_card(run: Path) -> ModelCard:
    """Read what a model tells about itself; ``run`` is a run directory or a model file.

    Raises
    ------
    InputError
        If there is no model, or it is damaged or no artextract model.
    """
    path = model_path(run)
    if not path.exists():
        msg = (
            f"there is no model {path}: make one with 'artextract train', or take gat or gcn, "
            "which come with artextract"
        )
        raise InputError(msg)
    with reading(path):
        content = path.read_bytes()
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
        described = json.loads(metadata["artextract"])
        kind, version = described.pop("format"), described.pop("format_version")
    except (*_MALFORMED, OSError, safetensors.SafetensorError) as error:
        msg = f"{path} is damaged or is not a model of artextract: train it again"
        raise InputError(msg) from error
    if (kind, version) != (FORMAT, FORMAT_VERSION):
        msg = (
            f"{path} is {kind} version {version}, this artextract reads version {FORMAT_VERSION}: "
            "train it again"
        )
        raise InputError(msg)
    if not is_whole(content, described.pop("sha256", None)):
        msg = f"{path} is damaged: its checksum is wrong; train it again, or bring back a copy"
        raise InputError(msg)
    return _card(path, described)


def _card(path: Path, described: dict[str, Any]) -> ModelCard:
    try:
        wavelengths = described["wavelengths"]
        photograph, band = described["feature_names"]
        described |= {
            "recipe": GraphRecipe(**described["recipe"]),
            "feature_names": (tuple(photograph), tuple(band)),
            "band_ids": tuple(described["band_ids"]),
            "wavelengths": None if wavelengths is None else tuple(wavelengths),
            "calibration": {
                name: Calibration(scores=tuple(c["scores"]), levels=tuple(c["levels"]))
                for name, c in described["calibration"].items()
            },
        }
        return ModelCard(**described)
    except _MALFORMED as error:
        msg = f"the description of model {path} is incomplete: train it again"
        raise InputError(msg) from error


def load_model(run: Path) -> tuple[SiameseNetwork, ModelCard]:
    """Read a trained network, in evaluation mode, and its card.

    Raises
    ------
    InputError
        If the weights do not fit the backbone that the card names.
    """
    card = read_card(run)
    network = new_network(card)
    try:
        network.load_state_dict(safetensors.torch.load_file(model_path(run)))
    except (RuntimeError, safetensors.SafetensorError) as error:
        msg = (
            f"the weights in {model_path(run)} do not fit backbone {card.backbone['name']!r} with "
            "the options in its description: the file is damaged or of another backbone"
        )
        raise InputError(msg) from error
    return network.eval(), card


def save_state(path: Path, state: Mapping[str, Any]) -> None:
    """Write a resume state: a torch archive followed by its sha256."""
    buffer = io.BytesIO()
    torch.save(dict(state), buffer)
    payload = buffer.getvalue()
    digest = hashlib.sha256(payload).hexdigest().encode()
    with atomic_path(path) as temporary:
        temporary.write_bytes(payload + _DIGEST_MARK + digest)


def load_state(path: Path) -> dict[str, Any]:
    """Read a resume state after checking its sha256; only tensors and plain values are admitted.

    Raises
    ------
    InputError
        If there is none, or it is damaged.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        msg = f"there is nothing to resume: {path} does not exist; train without --resume"
        raise InputError(msg) from error
    payload, mark, digest = content.rpartition(_DIGEST_MARK)
    if not mark or hashlib.sha256(payload).hexdigest().encode() != digest:
        msg = f"the resume state {path} is damaged: train again without --resume"
        raise InputError(msg)
    try:
        # Onto the CPU: a run may be resumed on another device.
        return dict(torch.load(io.BytesIO(payload), map_location="cpu", weights_only=True))
    except (*_MALFORMED, EOFError, RuntimeError, UnpicklingError) as error:
        msg = f"{path} is no resume state of artextract: train again without --resume"
        raise InputError(msg) from error
