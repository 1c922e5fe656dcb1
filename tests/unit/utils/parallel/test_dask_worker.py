"""What runs in the workers of a cluster."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest
from distributed.protocol import serialize_bytes

from artextract_cli.errors import ArtextractError
from artextract_cli.utils.events import LOGGER
from artextract_cli.utils.parallel import dask_worker
from artextract_cli.utils.parallel.dask_worker import (
    PackedFile,
    Part,
    answer,
    check_place,
    forget_parts,
    part_answer,
    this_place,
)
from artextract_cli.utils.parallel.outcome import Outcome
from tests.helpers.parallel_work import CountedOpening, Thing, has_a_bug, odd_fail


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what a worker changes in its process out of other tests."""
    monkeypatch.setattr(LOGGER, "handlers", list(LOGGER.handlers))
    monkeypatch.setattr(dask_worker, "keep_freed_memory", lambda however_large: None)


def test_outcomes_and_warnings_are_returned(tmp_path: Path) -> None:
    work = serialize_bytes(odd_fail)
    two = answer(work, Thing("2", tmp_path), tmp_path)
    assert two == Outcome(name="2", result="22", warnings=("2 is even",))
    three = answer(work, Thing("3", tmp_path), tmp_path)
    assert isinstance(three, Outcome)
    assert three.sentence == f"3: {tmp_path / '3'} is odd"


def test_errors_are_returned_with_their_traceback(tmp_path: Path) -> None:
    error = answer(serialize_bytes(has_a_bug), Thing("first", tmp_path), tmp_path)
    assert isinstance(error, IndexError)
    assert "in has_a_bug" in error.__notes__[0]


def current_folder(thing: Thing) -> str:
    """The current folder."""
    return os.getcwd()  # noqa: PTH109 - as text


def test_work_runs_in_the_folder_of_the_command(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    found = answer(serialize_bytes(current_folder), Thing("a", tmp_path), folder)
    assert found == Outcome(name="a", result=str(folder))
    assert Path.cwd() != folder


def test_a_worker_needs_the_folder_of_the_command(tmp_path: Path) -> None:
    error = answer(serialize_bytes(odd_fail), Thing("2", tmp_path), tmp_path / "absent")
    assert isinstance(error, ArtextractError)
    assert "a worker has no folder" in str(error)


def test_work_is_opened_once(tmp_path: Path) -> None:
    work = serialize_bytes(CountedOpening(tmp_path))
    for name in "abc":
        assert answer(work, Thing(name, tmp_path), tmp_path) == Outcome(name=name, result=name)
    assert (tmp_path / "openings").read_text() == "x"


def test_places_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = this_place()
    check_place("a", this_place(), ours)
    with pytest.raises(ArtextractError, match=r"has artextract 0\.0"):
        check_place("a", replace(ours, version="0.0"), ours)
    monkeypatch.setenv("ARTEXTRACT_MAX_PIXELS", "5")
    with pytest.raises(ArtextractError, match="ARTEXTRACT_MAX_PIXELS=5 in its environment"):
        check_place("a", this_place(), ours)


def doubled(number: int) -> int:
    """Work on a block."""
    return 2 * number


def test_blocks_are_worked_on_one_after_another(tmp_path: Path) -> None:
    path = tmp_path / "work"
    path.write_bytes(serialize_bytes(doubled))
    file = PackedFile(path=path, digest=hashlib.sha256(path.read_bytes()).hexdigest())
    for first in (0, 2):
        part = Part(name=str(first), blocks=[first, first + 1])
        answered = part_answer(file, part, tmp_path)
        assert answered == Outcome(name=str(first), result=[2 * first, 2 * first + 2])
        path.unlink(missing_ok=True)  # it was opened once
    forget_parts()


def test_only_the_packed_file_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "work"
    path.write_bytes(serialize_bytes(os.getpid))
    part = Part(name="0", blocks=[])
    error = part_answer(PackedFile(path=path, digest="0" * 64), part, tmp_path)
    assert isinstance(error, ArtextractError)
    assert "was changed by another program" in str(error)
    forget_parts()
