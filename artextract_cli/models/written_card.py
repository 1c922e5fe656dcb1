"""The model card as text: Markdown with YAML front matter, written by `train` beside the model."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from artextract_cli.models.card import ModelCard
from artextract_cli.models.checkpoint import MODEL_NAME, SHIPPED_MODELS, model_path, read_card
from artextract_cli.models.score_card import ScoreCard, card_path, read_score_card
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.checksums import PLACEHOLDER, embed_digest, verify_digest
from artextract_cli.utils.events import warn
from artextract_cli.utils.file_errors import reading

CARD_NAME = "README.md"
SHIPPED_LICENCE = "apache-2.0"
# As model hubs name the absence of a choice; who trains decides.
NO_LICENCE = "other"
_MARK = "<!-- Written by artextract; a card that was edited is kept. sha256:"
LIMITS = {
    "layers": (
        "It detects content that absorbs or reflects infrared otherwise than the visible paint "
        "predicts. What does not differ in the infrared remains hidden.",
        "It needs a photograph and registered bands, of which one is infrared. Bands that are not "
        "registered look like hidden content.",
    ),
    "views": (
        "It compares the photograph with each band. Whatever differs between them is found, hidden "
        "content or not.",
        "It needs bands like those it was trained on, registered onto the photograph.",
    ),
}
COMMON_LIMITS = (
    "False-alarm rates hold for captures like those it was calibrated on.",
    "A score is a reason to look at a place with other methods. It is not an attribution.",
)


def written_card(model: Path) -> str:
    """Describe a model: licence, data, metrics and limits.

    The card of a run is the README.md in it, which whoever trained it may have edited.

    Parameters
    ----------
    model
        Run directory or model file, or ``Path("gat")``, ``Path("gcn")`` or ``Path("none")``, which
        are included.

    Returns
    -------
    str
        Markdown with YAML front matter.

    Raises
    ------
    InputError
        If there is no such model, or it is damaged.
    """
    if (scores := card_path(model)) is not None:
        return _text(*_of_scores(read_score_card(scores), scores.stem, _licence(scores)))
    if (model / CARD_NAME).is_file() and (model / MODEL_NAME).exists():
        with reading(model / CARD_NAME):
            return (model / CARD_NAME).read_text(encoding="utf-8", errors="replace")
    path = model_path(model)
    name = path.stem if path.parent == SHIPPED_MODELS else _name(model)
    return _text(*_of_model(read_card(model), name, _licence(path)))


def write_card(run: Path, card: ModelCard) -> None:
    """Write the card beside the model of a run; one that a person edited is kept."""
    path = run / CARD_NAME
    if path.exists() and not _is_unedited(path):
        warn(f"{path} was edited and is kept: its metrics may be those of an earlier training")
        return
    text = _text(*_of_model(card, _name(run), NO_LICENCE)) + f"\n{_MARK}{PLACEHOLDER} -->\n"
    with atomic_path(path) as temporary:
        temporary.write_bytes(embed_digest(text.encode()))


def _is_unedited(path: Path) -> bool:
    with reading(path):
        content = path.read_bytes()
    _, mark, rest = content.rpartition(_MARK.encode())
    return bool(mark) and verify_digest(content, rest.decode(errors="replace")[: len(PLACEHOLDER)])


def _name(run: Path) -> str:
    return run.resolve().name


def _licence(path: Path) -> str:
    return SHIPPED_LICENCE if path.parent == SHIPPED_MODELS else NO_LICENCE


def _text(front: Mapping[str, Any], lines: Iterator[str]) -> str:
    head = yaml.safe_dump(dict(front), sort_keys=False, allow_unicode=True)
    return f"---\n{head}---\n\n" + "\n".join(lines) + "\n"


def _of_model(card: ModelCard, name: str, licence: str) -> tuple[dict[str, Any], Iterator[str]]:
    metrics = {
        "best_epoch": card.best_epoch,
        "train_loss": _short(card.train_loss),
        "val_loss": _short(card.val_loss),
        **{f"auroc_{score}": _short(value) for score, value in card.quality.items()},
    }
    front = {
        "license": licence,
        "library_name": "artextract",
        "model_name": name,
        "tags": ["multispectral-imaging", "paintings", card.backbone["name"]],
        "data": {
            "bands": list(card.band_ids),
            "wavelengths_nm": None if card.wavelengths is None else list(card.wavelengths),
            "learns_from": card.learns_from,
        },
        "metrics": metrics,
        "limits": [*LIMITS[card.learns_from], *COMMON_LIMITS],
    }
    return front, _model_sections(card, name, licence, front)


def _model_sections(
    card: ModelCard, name: str, licence: str, front: Mapping[str, Any]
) -> Iterator[str]:
    options = ", ".join(f"{key}={value}" for key, value in sorted(card.options.items()))
    yield from (f"# {name}", "")
    yield f"A {card.backbone['name']} network ({options})."
    yield f"Objective {card.objective['name']}, seed {card.seed}; trained by artextract"
    yield f"{card.versions['artextract']} and torch {card.versions['torch']}."
    yield from ("", "## Data", "")
    yield f"Bands: {', '.join(card.band_ids)}. Superpixels: {card.superpixels['name']}."
    if licence == SHIPPED_LICENCE:
        yield "Trained on simulated paintings only, into which layers were inserted."
    yield from _licence_section(licence)
    yield from ("", "## Metrics", "", "Of the validation scenes of its training.", "")
    yield from ("| metric | value |", "|---|---|")
    yield from (f"| {key} | {value} |" for key, value in front["metrics"].items())
    if card.adaptation is not None:
        yield from ("", "It was adapted to paintings after its training.")
    yield from _limit_section(front["limits"])


def _of_scores(card: ScoreCard, name: str, licence: str) -> tuple[dict[str, Any], Iterator[str]]:
    front = {
        "license": licence,
        "library_name": "artextract",
        "model_name": name,
        "tags": ["multispectral-imaging", "paintings"],
        "data": {"clean_paintings": card.n_scenes, "captures": card.n_captures},
        "metrics": {},
        "limits": [LIMITS["layers"][1], *COMMON_LIMITS],
    }

    def sections() -> Iterator[str]:
        yield from (f"# {name}", "", "Scores without a network, as false-alarm rates.")
        yield from ("", "## Data", "")
        yield f"Calibrated on {card.n_captures} captures of {card.n_scenes} clean paintings."
        yield from _licence_section(licence)
        yield from _limit_section(front["limits"])

    return front, sections()


def _licence_section(licence: str) -> Iterator[str]:
    yield from ("", "## Licence", "")
    if licence == NO_LICENCE:
        yield "None was chosen: whoever trained the model states it here and above."
    else:
        yield "Apache License 2.0, as artextract itself."


def _limit_section(limits: Any) -> Iterator[str]:
    yield from ("", "## Limits", "", *(f"- {limit}" for limit in limits))


def _short(value: float) -> float | None:
    """Four digits; None for what is not known, which YAML has no number for."""
    return None if value != value else round(value, 4)
