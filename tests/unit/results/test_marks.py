"""Files of marks: strict, small, and of one photograph."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from artextract_cli.errors import InputError
from artextract_cli.results import marks as marks_module
from artextract_cli.results.marks import (
    SceneMarks,
    marks_in_words,
    read_marks,
    warn_of_other_names,
)
from tests.helpers.marks import content, mark, write_marks
from tests.helpers.schemas import validator

DIGEST = "a" * 64
ENTRY = {
    "scene": "abbey",
    "photograph_sha256": DIGEST,
    "shape": [60, 80],
    "marks": [mark("retouching", 0, 0, 80, 60, note="<b>1950</b>", author="R. Doe")],
}


def changed(**changes: Any) -> dict[str, Any]:
    """A valid file whose mark is changed."""
    made = copy.deepcopy(ENTRY)
    made["marks"][0] |= changes
    return content(made)


BAD = {
    "kind": changed(kind="smudge"),
    "float": changed(box=[0.5, 0, 8, 8]),
    "text as number": changed(box=["1", 0, 8, 8]),
    "negative": changed(box=[-1, 0, 8, 8]),
    "three sides": changed(box=[1, 0, 8]),
    "no day": changed(date="yesterday"),
    "no text": changed(note=7),
    "long note": changed(note=2001 * "a"),
    "long author": changed(author=201 * "a"),
    "unknown key": changed(colour="red"),
    "no marks": content({k: v for k, v in ENTRY.items() if k != "marks"}),
    "digest": content(ENTRY | {"photograph_sha256": "A" * 64}),
    "no size": content(ENTRY | {"shape": [0, 80]}),
    "many": content(ENTRY | {"marks": 1001 * ENTRY["marks"]}),
    "no scenes": content() | {"scenes": {}},
    "another format": content() | {"format": "artextract-scene"},
    "another version": content() | {"format_version": 2},
}
# What a schema cannot say.
WORSE = {
    "outside": (changed(box=[0, 0, 81, 60]), "mark 1 is empty, or not within 80 × 60 px"),
    "empty": (changed(box=[8, 0, 8, 60]), "mark 1 is empty"),
    "invisible": (changed(note="12\u202e3"), "it contains the invisible character U+202E"),
    "no such day": (changed(date="2026-02-30"), "scenes.0.marks.0.date: day is out of range"),
    "twice": (content(ENTRY, ENTRY), "scene 'abbey' occurs twice"),
}


def written(path: Path, said: object) -> Path:
    path.write_text(json.dumps(said), encoding="utf-8")
    return path


def test_a_valid_file_is_read_and_keeps_to_its_schema(tmp_path: Path) -> None:
    path = written(tmp_path / "marks.json", content(ENTRY))
    validator("marks").validate(content(ENTRY))
    found = read_marks(path).of("abbey", DIGEST)
    assert found is not None
    assert found.model_dump(mode="json") == ENTRY
    assert read_marks(path).of("chapel", DIGEST) is None


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_by_reader_and_schema(tmp_path: Path, name: str) -> None:
    assert not validator("marks").is_valid(BAD[name])
    with pytest.raises(InputError) as caught:
        read_marks(written(tmp_path / "marks.json", BAD[name]))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", WORSE)
def test_what_a_schema_cannot_say_is_checked_too(tmp_path: Path, name: str) -> None:
    said, sentence = WORSE[name]
    with pytest.raises(InputError, match=re.escape(sentence)):
        read_marks(written(tmp_path / "marks.json", said))


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks_module, "MAX_BYTES", 100)
    with pytest.raises(InputError, match="has at most 100"):
        read_marks(written(tmp_path / "marks.json", content(ENTRY)))


@pytest.mark.parametrize("text", ["", "[]", "{", "\x00", 10**5 * "[", '{"format": NaN}'])
def test_what_is_no_file_of_marks_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "marks.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="is not a file of marks"):
        read_marks(path)


def test_marks_of_another_photograph_are_not_used_and_warned_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = read_marks(written(tmp_path / "marks.json", content(ENTRY)))
    assert found.of("abbey", "b" * 64) is None
    assert "the marks of abbey are of another photograph" in capsys.readouterr().err
    # The same name may occur with several photographs.
    other = ENTRY | {"photograph_sha256": "b" * 64}
    found = read_marks(written(tmp_path / "marks.json", content(ENTRY, other)))
    assert found.of("abbey", "b" * 64) is not None
    assert capsys.readouterr().err == ""


def test_a_file_of_other_scenes_is_warned_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = read_marks(write_marks(tmp_path / "marks.json", ENTRY))
    warn_of_other_names(found, ["abbey", "chapel"])
    assert capsys.readouterr().err == ""
    warn_of_other_names(found, ["chapel"])
    assert "has no marks of these scenes, but of: abbey" in capsys.readouterr().err


def test_the_digest_is_of_the_marks_not_of_their_layout() -> None:
    said = json.dumps(ENTRY)
    first = SceneMarks.model_validate_json(said)
    assert first.sha256 == SceneMarks.model_validate_json(json.dumps(ENTRY, indent=2)).sha256
    assert first.sha256 != SceneMarks.model_validate_json(said.replace("1950", "1951")).sha256


def test_marks_are_counted_in_words() -> None:
    kinds = ("interest", "retouching", "interest")
    marks = [mark(kind, 0, 0, 1, 1) for kind in kinds]
    counts = SceneMarks.model_validate_json(json.dumps(ENTRY | {"marks": marks})).counts
    assert marks_in_words(counts) == "1 known retouching, 2 of interest"
