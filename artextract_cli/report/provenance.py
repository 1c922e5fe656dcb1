"""Provenance of the numbers of a page: inputs, model, training run, versions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import PHOTOGRAPH, SRGB
from artextract_cli.io.capture_fields import CAPTURE_FIELDS
from artextract_cli.io.profiles import PROFILE
from artextract_cli.models.card import ModelCard
from artextract_cli.models.checkpoint import MODEL_NAME, read_card
from artextract_cli.models.score_card import SCORES, ScoreCard, read_score_card
from artextract_cli.report.loss_curve import LossCurve, loss_curve
from artextract_cli.results import sources
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.sources import Source
from artextract_cli.scenes.embedded.captures import CAPTURE
from artextract_cli.training.run_directory import METRICS_NAME, read_metrics

Rows = tuple[tuple[str, str], ...]

_CODINGS = {SRGB: "sRGB", PROFILE: "embedded colour profile"}

EXPECTED: Mapping[str, str] = {
    "either": "darker or lighter",
    "dark": "darker only",
    "light": "lighter only",
}


@dataclass(frozen=True, kw_only=True)
class Input:
    """A file that was scored, and whether its checksum was verified for the page."""

    role: str
    path: str
    sha256: str
    checked: bool
    coding: str
    """Coding of its values; empty for a mask."""


@dataclass(frozen=True, kw_only=True)
class ModelDescription:
    """The model and its training, as far as known."""

    rows: Rows
    curve: LossCurve | None
    notice: str
    """Why something is missing; empty if nothing is."""


def inputs(result: SceneResult, *, with_bands: bool) -> tuple[Input, ...]:
    """List every file that was read when the scene was scored.

    Checksums of the images that the page shows are verified when they are read, that of the mask
    here.

    Raises
    ------
    InputError
        If the object mask is missing or has changed.
    """
    mask = sources.object_mask(result)
    if mask is not None:
        mask.check()
    return (
        _input(sources.photograph(result), checked=True),
        *(_input(band, checked=with_bands) for band in sources.bands(result)),
        *(() if mask is None else (replace(_input(mask, checked=True), coding=""),)),
    )


def captured(result: SceneResult) -> tuple[tuple[str, Rows], ...]:
    """What the files of the photograph and of the bands say of their capture, where they do."""
    images = result.description.get(CAPTURE, {})
    return tuple(
        (
            "Photograph" if image == PHOTOGRAPH else f"Band {image}",
            _rows({name.capitalize(): fields[name] for name in CAPTURE_FIELDS if name in fields}),
        )
        for image, fields in images.items()
    )


def scoring(result: SceneResult) -> Rows:
    """How a scene was scored, as names and values."""
    description = result.description
    height, width = description["shape"]
    method = _without_learning(description) if result.is_model_free else _by_network(description)
    superpixels, model = description["superpixels"], description["model"]
    rows: dict[str, Any] = {
        "Scored by": f"artextract {description['artextract']}",
        **method,
        "Superpixels": f"{description['n_superpixels']}, by {_origin(superpixels)}",
        "Expected content": EXPECTED[description["expect"]],
        "Size of the photograph": f"{width} × {height} px",
        "Wavelengths": _wavelengths(description["wavelengths_nm"]),
        "Model file": model["path"],
        "Model SHA-256": model["sha256"],
    }
    return _rows(rows)


def _by_network(description: Mapping[str, Any]) -> dict[str, Any]:
    rows = {
        "Engine, device": f"{description['engine']}, {description['device']}",
        "Objective": _origin(description["objective"]),
        "Scorer": _origin(description["scorer"]),
        "Backbone": _origin(description["backbone"]),
    }
    shown = description.get("heat_map_score")
    return rows | ({"Heat map": f"{shown}, a score without learning"} if shown in SCORES else {})


def _without_learning(description: Mapping[str, Any]) -> dict[str, Any]:
    return {"Heat map": f"{description['heat_map_score']}, a score without learning; no network"}


def describe_model(result: SceneResult) -> ModelDescription:
    """The card of the model and its loss curve, as far as they are available."""
    recorded = result.description["model"]
    path = Path(recorded["path"])
    model = Source(
        role="model",
        path=path,
        sha256=recorded["sha256"],
        coding="",
        advice="its description is left out",
    )
    try:
        if result.is_model_free:
            rows = _score_card(read_score_card(model.check()))
            return ModelDescription(rows=rows, curve=None, notice="")
        card = read_card(model.check())
    except InputError as error:
        return ModelDescription(rows=(), curve=None, notice=_sentence(error))
    curve, notice = _curve(path)
    return ModelDescription(rows=_card(card), curve=curve, notice=notice)


def _curve(path: Path) -> tuple[LossCurve | None, str]:
    """The loss curve of the run directory that contains the model."""
    # A copied model lies beside other files, or under another name: the losses found there may be
    # of another run.
    if path.name != MODEL_NAME or not (path.parent / METRICS_NAME).exists():
        return (
            None,
            "There is no loss curve: the losses of the training run are not beside the model file.",
        )
    try:
        return loss_curve(read_metrics(path.parent)), ""
    except InputError as error:
        return None, _sentence(error)


def _score_card(card: ScoreCard) -> Rows:
    learned = f"{card.n_captures} captures of {card.n_scenes} clean paintings"
    return _rows(
        {
            "Kind": "score without learning",
            "False-alarm rates": f"from {learned}",
            "Superpixels": _origin(card.superpixels),
            "Superpixel options": _options(card.recipe.superpixel_options),
            "Created by": f"artextract {card.artextract}",
        }
    )


def _card(card: ModelCard) -> Rows:
    recipe = card.recipe
    rows: dict[str, Any] = {
        "Backbone": _origin(card.backbone),
        "Backbone options": _options(card.options),
        "Objective": _origin(card.objective),
        "Objective options": _options(card.objective_options),
        "Scorer": _origin(card.scorer),
        "Scorer options": _options(card.scorer_options),
        "Pooling": card.pooling,
        "Seed": card.seed,
        "Best epoch": card.best_epoch,
        "Loss in that epoch": f"training {card.train_loss:.4g}, validation {card.val_loss:.4g}",
        "AUROC on validation scenes": _options(
            {name: f"{quality:.3f}" for name, quality in card.quality.items()}
        ),
        "Trained on bands": ", ".join(card.band_ids),
        "Trained on wavelengths": _wavelengths(card.wavelengths),
        "Superpixels": _origin(card.superpixels),
        "Superpixel options": _options(recipe.superpixel_options),
        "Graphs": f"segmentation {recipe.segmentation}, features {recipe.features}, size "
        + ("unchanged" if recipe.size is None else f"{recipe.size} px"),
        "Training engine": card.engine,
        "Versions": _options(card.versions),
    }
    return _rows(rows)


def _rows(values: Mapping[str, Any]) -> Rows:
    return tuple((name, str(value) or "–") for name, value in values.items())


def _input(source: Source, *, checked: bool) -> Input:
    return Input(
        role=source.role,
        path=str(source.path),
        sha256=source.sha256,
        checked=checked,
        coding=_CODINGS.get(source.coding, source.coding),
    )


def _origin(plugin: Mapping[str, Any]) -> str:
    return f"{plugin['name']} ({plugin['distribution']} {plugin['version']})"


def _options(options: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in options.items())


def _wavelengths(wavelengths: Any) -> str:
    return "unknown" if not wavelengths else ", ".join(f"{nm:g}" for nm in wavelengths) + " nm"


def _sentence(error: InputError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
