"""Marks of a person in the report: those of a file, and what the page needs to edit them."""

from collections.abc import Sequence

from artextract_cli.report.provenance import Rows
from artextract_cli.results.marks import (
    FORMAT,
    FORMAT_VERSION,
    KINDS,
    MAX_AUTHOR,
    MAX_BYTES,
    MAX_MARKS,
    MAX_NOTE,
    Mark,
    Marks,
    marks_in_words,
)
from artextract_cli.results.scene_result import SceneResult

MARKS_FORMAT = {
    "name": FORMAT,
    "version": FORMAT_VERSION,
    "kinds": dict(KINDS),
    "maxBytes": MAX_BYTES,
    "maxMarks": MAX_MARKS,
    "maxNote": MAX_NOTE,
    "maxAuthor": MAX_AUTHOR,
}
"""The format of the files that the page saves and loads."""


def marks_of(result: SceneResult, marks: Marks | None) -> tuple[Mark, ...]:
    """The marks of a scene in a file; those of another photograph cause a warning."""
    if marks is None:
        return ()
    found = marks.of(result.name, result.description["photograph"]["sha256"])
    return () if found is None else found.marks


def marks_rows(result: SceneResult, shown: Sequence[Mark], marks: Marks | None) -> Rows:
    """Where the marks ``shown`` are from, and those that the scene was re-ranked by."""
    rows = []
    if marks is not None and shown:
        rows += [
            ("Marks in this report", f"{len(shown)}, from {marks.path.resolve()}"),
            ("SHA-256 of the marks", marks.sha256),
        ]
    if learned := result.description.get("marks"):
        text = f"{marks_in_words(learned['counts'])}; {learned['path']}"
        rows.append(("Re-ranked by marks", text))
    return tuple(rows)
