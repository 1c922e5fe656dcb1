"""Score cards: false-alarm rates of clean paint, for scores without learning.

A card is a self-describing JSON file that contains its own checksum.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import artextract_cli
from artextract_cli.errors import InputError
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.models.calibration import Calibration
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.checksums import PLACEHOLDER, embed_digest, verify_digest
from artextract_cli.utils.file_errors import cause

FORMAT, FORMAT_VERSION = "artextract-scores", 1
SCORES = ("envelope", "residual")
NONE = "none"
SHIPPED_CARD = Path(__file__).parent / "weights" / f"{NONE}.json"


@dataclass(frozen=True, kw_only=True)
class ScoreCard:
    """How high clean paint scores, by score; ``whole`` is the image-level calibration."""

    calibration: Mapping[str, Calibration]
    whole: Mapping[str, Calibration]
    recipe: GraphRecipe
    superpixels: Mapping[str, str]  # origin of the method
    n_scenes: int  # clean paintings used for it
    n_captures: int  # of these paintings, augmented copies included
    artextract: str = artextract_cli.__version__


def card_path(model: Path) -> Path | None:
    """The score card of ``model``, which is `none` or a JSON file; None for a trained model."""
    # A file or run directory of that name has priority.
    if str(model) == NONE and not model.exists():
        return SHIPPED_CARD
    return model if model.suffix.lower() == ".json" else None


def write_card(path: Path, card: ScoreCard) -> None:
    """Write a card atomically; equal cards give equal bytes."""
    about = {"format": FORMAT, "format_version": FORMAT_VERSION, "sha256": PLACEHOLDER}
    content = json.dumps(about | dataclasses.asdict(card), indent=1).encode()
    with atomic_path(path) as temporary:
        # The newline is for editors and is not part of the checksum.
        temporary.write_bytes(embed_digest(content) + b"\n")


def read_score_card(path: Path) -> ScoreCard:
    """Read a card.

    Raises
    ------
    InputError
        If it is missing, damaged, incomplete or of another kind or version.
    """
    try:
        content = path.read_bytes()
        described = json.loads(content)
        kind, version = described.pop("format"), described.pop("format_version")
    except (OSError, ValueError, AttributeError, LookupError, TypeError) as error:
        msg = f"{path} cannot be read as a score card ({cause(error)}): choose --model none"
        raise InputError(msg) from error
    if (kind, version) != (FORMAT, FORMAT_VERSION):
        msg = (
            f"{path} is {kind} version {version}, not a score card of version {FORMAT_VERSION}: "
            "choose --model none"
        )
        raise InputError(msg)
    if not verify_digest(content.removesuffix(b"\n"), described.pop("sha256", None)):
        msg = f"the score card {path} is damaged: its checksum is wrong; choose --model none"
        raise InputError(msg)
    return _card(path, described)


def _card(path: Path, described: dict[str, Any]) -> ScoreCard:
    try:
        levels = {name: _calibrations(described[name]) for name in ("calibration", "whole")}
        recipe = GraphRecipe(**described["recipe"])
        card = ScoreCard(**described | levels | {"recipe": recipe})
        if set(card.calibration) != set(SCORES):
            raise KeyError(*SCORES)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        msg = f"the score card {path} is incomplete: choose --model none"
        raise InputError(msg) from error
    return card


def _calibrations(described: Mapping[str, Any]) -> dict[str, Calibration]:
    return {
        name: Calibration(scores=tuple(levels["scores"]), levels=tuple(levels["levels"]))
        for name, levels in described.items()
    }
