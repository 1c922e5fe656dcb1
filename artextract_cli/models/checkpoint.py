"""Model files (safetensors that describe themselves) and resume states, checked by sha256."""

import dataclasses
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError  # raised by torch for content that it does not admit
from typing import Any, get_args

import safetensors
import safetensors.torch
import torch

from artextract_cli.errors import InputError
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.models.calibration import Calibration
from artextract_cli.models.card import LearnsFrom, ModelCard
from artextract_cli.models.commands import TRAIN
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.checksums import PLACEHOLDER, embed_digest, verify_digest
from artextract_cli.utils.file_errors import reading

FORMAT = "artextract-model"
FORMAT_VERSION = 5
MODEL_NAME, STATE_NAME = "model.safetensors", "last.pt"
SHIPPED_MODELS = Path(__file__).parent / "weights"
_DIGEST_MARK = b"\nsha256:"
# Errors from values of an unexpected type.
_MALFORMED = (AttributeError, LookupError, TypeError, ValueError)


def save_model(path: Path, weights: Mapping[str, torch.Tensor], card: ModelCard) -> None:
    """Write a model file atomically; equal models give equal bytes."""
    about = {"format": FORMAT, "format_version": FORMAT_VERSION, "sha256": PLACEHOLDER}
    description = about | dataclasses.asdict(card)
    metadata = {"artextract": json.dumps(description, sort_keys=True)}
    # safetensors refuses tensors that share memory or are not contiguous.
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    with atomic_path(path) as temporary:
        # The digest replaces a placeholder of equal length, so that the file can contain its own.
        temporary.write_bytes(embed_digest(safetensors.torch.save(tensors, metadata)))


def model_path(run: Path) -> Path:
    """The model file of a run directory, the file itself, or a bundled model."""
    path = run / MODEL_NAME if run.is_dir() else run
    shipped = SHIPPED_MODELS / f"{run}.safetensors"
    return shipped if len(run.parts) == 1 and not path.exists() and shipped.exists() else path


def read_card(run: Path) -> ModelCard:
    """Read the card of a model; ``run`` is a run directory or a model file.

    Raises
    ------
    InputError
        If there is no model, or it is damaged or not a model of artextract.
    """
    path = model_path(run)
    if not path.exists():
        msg = (
            f"there is no model {path}: train one with `{TRAIN}`, or use gat or gcn, "
            "which are included with artextract"
        )
        raise InputError(msg)
    with reading(path):
        # The whole file, since the checksum covers it; the bundled models have .2 MB.
        content = path.read_bytes()
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
        described = json.loads(metadata["artextract"])
        # Before the checksum: another version is not damage, and is reported as what it is.
        kind, version = described.pop("format"), described.pop("format_version")
    except (*_MALFORMED, OSError, safetensors.SafetensorError) as error:
        msg = f"{path} is damaged or is not a model of artextract: run `{TRAIN}`"
        raise InputError(msg) from error
    if (kind, version) != (FORMAT, FORMAT_VERSION):
        msg = (
            f"{path} is {kind} version {version}, this version of artextract reads version "
            f"{FORMAT_VERSION}: run `{TRAIN}`"
        )
        raise InputError(msg)
    if not verify_digest(content, described.pop("sha256", None)):
        msg = f"{path} is damaged (its checksum is wrong): restore a copy, or run `{TRAIN}`"
        raise InputError(msg)
    return _card(path, described)


def _card(path: Path, described: dict[str, Any]) -> ModelCard:
    try:
        wavelengths = described["wavelengths"]
        if described["learns_from"] not in get_args(LearnsFrom):
            raise ValueError(described["learns_from"])
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
        msg = f"the description of model {path} is incomplete: run `{TRAIN}`"
        raise InputError(msg) from error


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
    # The last mark: the archive itself may contain these bytes.
    payload, mark, digest = content.rpartition(_DIGEST_MARK)
    if not mark or hashlib.sha256(payload).hexdigest().encode() != digest:
        msg = f"the resume state {path} is damaged: start anew with `{TRAIN}`"
        raise InputError(msg)
    try:
        # Onto the CPU: a run may be resumed on another device.
        # ``weights_only`` refuses pickled code, which the checksum could not: it reveals damage,
        # not intent.
        return dict(torch.load(io.BytesIO(payload), map_location="cpu", weights_only=True))
    except (*_MALFORMED, EOFError, RuntimeError, UnpicklingError) as error:
        msg = f"{path} is not a resume state of artextract: start anew with `{TRAIN}`"
        raise InputError(msg) from error
