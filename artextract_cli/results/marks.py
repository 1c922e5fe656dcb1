"""Marks of a person on a painting: ``marks.json``, described by ``schema/marks.schema.json``.

A mark is a box in pixels of the photograph, since superpixels change when a painting is scored
again. It belongs to a photograph, by its checksum: bands may be registered again, and a mask added.
"""

import datetime
import hashlib
import reprlib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from artextract_cli.errors import InputError
from artextract_cli.scenes.names import first_names
from artextract_cli.scenes.plain_text import invisible_character
from artextract_cli.utils.events import warn
from artextract_cli.utils.file_errors import reading

FORMAT, FORMAT_VERSION = "artextract-marks", 1
Kind = Literal["retouching", "pigment", "interest"]
KINDS: Mapping[str, str] = {
    "retouching": "known retouching",
    "pigment": "pigment",
    "interest": "of interest",
}
"""Kinds of marks, and their names for readers."""

# A thousand marks with notes of a sentence take 200 kB.
MAX_BYTES = 4_000_000
MAX_MARKS, MAX_SCENES = 1000, 1000
MAX_NOTE, MAX_AUTHOR, MAX_NAME = 2000, 200, 1000  # characters


def _visible(text: str) -> str:
    if character := invisible_character(text):
        msg = f"it contains the invisible character {character}"
        raise ValueError(msg)
    return text


def _day(text: str) -> str:
    datetime.date.fromisoformat(text)
    return text


Text = Annotated[str, AfterValidator(_visible)]
Place = Annotated[int, Field(ge=0)]
Side = Annotated[int, Field(ge=1)]


class _Strict(BaseModel):
    # Strict, so that neither 1.0 nor "1" is taken for a number of pixels.
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Mark(_Strict):
    """One mark: a box of the photograph, and what a person knows about it."""

    kind: Kind
    box: tuple[Place, Place, Side, Side]
    """Left, top, right and bottom in px; right and bottom are exclusive."""

    note: Annotated[Text, Field(max_length=MAX_NOTE)] = ""
    author: Annotated[Text, Field(max_length=MAX_AUTHOR)] = ""
    date: Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_day)]


class SceneMarks(_Strict):
    """The marks of one painting."""

    scene: Annotated[Text, Field(min_length=1, max_length=MAX_NAME)]
    photograph_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    shape: tuple[Side, Side]
    """Height and width of the photograph in px."""

    marks: Annotated[tuple[Mark, ...], Field(max_length=MAX_MARKS)]

    @model_validator(mode="after")
    def _check_boxes(self) -> "SceneMarks":
        height, width = self.shape
        for number, mark in enumerate(self.marks, start=1):
            left, top, right, bottom = mark.box
            if not (left < right <= width and top < bottom <= height):
                msg = f"mark {number} is empty, or not within {width} × {height} px"
                raise ValueError(msg)
        return self

    @property
    def sha256(self) -> str:
        """SHA-256 of the marks, however their file is formatted."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def counts(self) -> dict[str, int]:
        """Number of marks of every kind that occurs."""
        counted = Counter[str](mark.kind for mark in self.marks)
        return {kind: counted[kind] for kind in KINDS if counted[kind]}


class _Content(_Strict):
    format: Literal["artextract-marks"]
    format_version: Literal[1]
    scenes: Annotated[tuple[SceneMarks, ...], Field(max_length=MAX_SCENES)]

    @model_validator(mode="after")
    def _check_names(self) -> "_Content":
        names = Counter((scene.scene, scene.photograph_sha256) for scene in self.scenes)
        if repeated := [name for (name, _), count in names.items() if count > 1]:
            msg = f"scene {repeated[0]!r} occurs twice"
            raise ValueError(msg)
        return self


class _Header(BaseModel):
    format: Literal["artextract-marks"]
    format_version: int


@dataclass(frozen=True, kw_only=True)
class Marks:
    """The content of a file of marks.

    Attributes
    ----------
    path
        The file.
    sha256
        Its checksum.
    scenes
        The marks of every painting in it.
    """

    path: Path
    sha256: str
    scenes: tuple[SceneMarks, ...]

    def of(self, scene: str, photograph_sha256: str) -> SceneMarks | None:
        """The marks of a scene; None without any. Those of another photograph cause a warning.

        Parameters
        ----------
        scene
            Name of the scene.
        photograph_sha256
            Checksum of its photograph.
        """
        named = [entry for entry in self.scenes if entry.scene == scene]
        for entry in named:
            if entry.photograph_sha256 == photograph_sha256:
                return entry if entry.marks else None
        if named:
            warn(
                f"{self.path}: the marks of {scene} are of another photograph and are not used; "
                "mark the regions again in a new report"
            )
        return None


def warn_of_other_names(marks: Marks, names: Collection[str]) -> None:
    """Warn if a file has no marks of any scene in ``names``: they may have been renamed."""
    marked = [entry.scene for entry in marks.scenes]
    if not set(marked) & set(names):
        warn(f"{marks.path} has no marks of these scenes, but of: {first_names(marked) or 'none'}")


def marks_in_words(counts: Mapping[str, int]) -> str:
    """The number of marks of every kind, such as "2 known retouching, 1 of interest"."""
    return ", ".join(f"{counts[kind]} {name}" for kind, name in KINDS.items() if counts.get(kind))


def read_marks(path: Path) -> Marks:
    """Read a file of marks that was saved from a report.

    Parameters
    ----------
    path
        The file, ``marks.json``.

    Returns
    -------
    Marks
        The marks of all scenes in it.

    Raises
    ------
    InputError
        If it cannot be read, is too large, or is not a valid file of marks.
    """
    with reading(path):
        size = path.stat().st_size
        if size > MAX_BYTES:
            msg = (
                f"{path} has {size} bytes, but a file of marks has at most {MAX_BYTES}: give a "
                "file that was saved from a report"
            )
            raise InputError(msg)
        content = path.read_bytes()
    _check_version(path, content)
    try:
        scenes = _Content.model_validate_json(content).scenes
    except ValidationError as error:
        msg = f"{path}: {_problem(error)}; correct it, or save the marks again from a report"
        raise InputError(msg) from error
    return Marks(path=path, sha256=hashlib.sha256(content).hexdigest(), scenes=scenes)


def _check_version(path: Path, content: bytes) -> None:
    """Check that ``content`` is a file of marks in the version that can be read."""
    try:
        version = _Header.model_validate_json(content).format_version
    except ValidationError as error:
        msg = f"{path} is not a file of marks: give a file that was saved from a report"
        raise InputError(msg) from error
    if version != FORMAT_VERSION:
        msg = (
            f"{path} has version {version}, but this version of artextract reads "
            f"{FORMAT_VERSION}: save the marks again from a new report"
        )
        raise InputError(msg)


def _problem(error: ValidationError) -> str:
    """The first problem in words; values may be long, and are shortened."""
    detail: Mapping[str, Any] = error.errors()[0]
    key = ".".join(map(str, detail["loc"]))
    if detail["type"] == "extra_forbidden":
        return f"unknown key {key!r}"
    if detail["type"] == "missing":
        return f"{key} is missing"
    what = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "value_error":
        return f"{key}: {what}" if key else what
    given = detail["input"]
    # Of a list or an object, the beginning says nothing.
    return f"{key}: {what}" + (
        f" (got {reprlib.repr(given)})" if isinstance(given, str | int | float) else ""
    )
