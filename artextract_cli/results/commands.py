"""The commands of `infer` that messages suggest, complete as far as results know their origin."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from artextract_cli.errors import ArtextractError
from artextract_cli.imaging.coding import LINEAR, SRGB
from artextract_cli.io.profiles import PROFILE
from artextract_cli.models.score_card import SCORES
from artextract_cli.scenes.description import read_statement
from artextract_cli.scenes.layout import SPLITS
from artextract_cli.utils.events import command_line

Words = tuple[str | Path, ...]
WordsOf = Callable[[Mapping[str, Any]], Words]

DATASET: Words = ("DATASET",)
MODEL: Words = ("--model", "MODEL")
"""What stands for what is not known."""

WEIGHTS = "weights"
"""Folder of the bundled models, which are known by their names."""

MOST_READ = 10
"""Scenes whose descriptions are read to find one that names dataset and model."""

NETWORK = "gat"
"""A bundled network, for what cannot be done without one."""


def infer_again(folder: Path, description: Mapping[str, Any] | None = None) -> str:
    """The command that scores a scene again; words in capitals stand for what is not known.

    Parameters
    ----------
    folder
        Folder of the scene in a results directory.
    description
        Its ``scene.json``. If it is None or damaged, those of other scenes are read.
    """
    images = _first(_images, _known(folder, description), DATASET)
    options = _first(scoring_words, _known(folder, description), MODEL)
    captures = _first(partial(_capture_words, folder.parent), _known(folder, description), ())
    return infer_command(images, folder.parent, (*options, *captures))


def infer_dataset_again(dataset: Path, folder: Path, description: Mapping[str, Any]) -> str:
    """The command that scores a dataset as the scene in ``folder`` was scored."""
    return infer_command((dataset,), folder.parent, _first(scoring_words, [description], MODEL))


def infer_by_network(folder: Path, description: Mapping[str, Any]) -> str:
    """The command that scores by a network what was scored without learning."""
    results = folder.parent
    out = results.with_name(f"{results.resolve().name}-of-{NETWORK}")
    return infer_command(_first(_images, [description], DATASET), out, ("--model", NETWORK))


def infer_command(
    images: Sequence[str | Path] = DATASET,
    results: str | Path = "RESULTS",
    options: Sequence[str | Path] = (),
) -> str:
    """A complete command of `infer`; words in capitals stand for what is not known."""
    return command_line("infer", *images, "--out", results, *options)


def model_words(model: Path) -> Words:
    """The option that names a model; bundled models are known by their names."""
    return "--model", model.stem if model.parent.name == WEIGHTS else model


def _first(words: WordsOf, descriptions: Iterable[Mapping[str, Any]], unknown: Words) -> Words:
    """The words by the first description that has them; each may be damaged or outdated."""
    for description in descriptions:
        with suppress(AttributeError, IndexError, LookupError, TypeError, ValueError):
            return words(description)
    return unknown


def _known(
    folder: Path, description: Mapping[str, Any] | None = None
) -> Iterator[Mapping[str, Any]]:
    """The description of a scene, then those of others in the same results directory."""
    yield description or {}
    for path in islice(sorted(folder.parent.glob("*/scene.json")), MOST_READ):
        with suppress(OSError, ValueError):
            yield json.loads(path.read_bytes())


def _images(description: Mapping[str, Any]) -> Words:
    """The words for the dataset, or for the photograph and its bands if there is none.

    Raises
    ------
    LookupError
        If they are not named, or have moved.
    """
    split, photograph = description["split"], Path(description["photograph"]["path"])
    if split:
        dataset = photograph.parents[2]
        if photograph.parts[-3] != split or not dataset.is_dir():
            raise LookupError(dataset)
        return (dataset,)
    codings = [("photograph", description["photograph"]["coding"], SRGB)]
    words: list[str | Path] = ["--rgb", photograph]
    for band in description["bands"]:
        words += ["--band", f"{band['id']}={band['path']}"]
        codings.append((band["id"], band["coding"], LINEAR))
    for name, coding, usual in codings:
        words += ["--coding", f"{name}={coding}"] * (coding not in (usual, PROFILE))
    return tuple(words)


def _capture_words(results: Path, description: Mapping[str, Any]) -> Words:
    """The split, if only that was scored, and wavelengths that the dataset does not state."""
    if not description["split"]:
        return ()
    dataset = Path(_images(description)[0])
    return *_split_words(results, dataset), *_wavelength_words(dataset, description)


def _split_words(results: Path, dataset: Path) -> Words:
    """The split of all scenes in the summary, if the dataset has another one."""
    try:
        rows = json.loads((results / "summary.json").read_bytes())["scenes"]
    except (OSError, ValueError):
        return ()
    scored = {row["split"] for row in rows}
    has_more = any((dataset / name).is_dir() for name in SPLITS if name not in scored)
    return ("--split", scored.pop()) if len(scored) == 1 and has_more else ()


def _wavelength_words(dataset: Path, description: Mapping[str, Any]) -> Words:
    """The wavelengths, unless the dataset states the same, or the names of its bands."""
    try:
        stated = read_statement(dataset).wavelengths
    except (ArtextractError, OSError):
        stated = {}
    ids = [band["id"] for band in description["bands"]]
    known = [f"{stated[band]:g}" if band in stated else band for band in ids]
    used = [f"{nm:g}" for nm in description["wavelengths_nm"] or ()]
    return () if used in ([], known) else ("--wavelengths", ",".join(used))


def scoring_words(description: Mapping[str, Any]) -> Words:
    """The options by which a scene was scored.

    Raises
    ------
    LookupError
        If the model is not named.
    """
    words = model_words(Path(description["model"]["path"]))
    score, expect = description.get("heat_map_score"), description.get("expect", "either")
    # The first one is the default without learning, and a trained model has a score of its own.
    if score in SCORES and (score, description.get("learns_from")) != (SCORES[0], None):
        words += ("--scorer", str(score))
    if expect != "either":
        words += ("--expect", str(expect))
    if marks := description.get("marks"):
        words += ("--marks", str(marks["path"]))
    return (*words, "--adapt") if description.get("adapts") else words
