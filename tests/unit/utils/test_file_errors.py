"""Errors of the file system, in one line."""

import os
from pathlib import Path

import pytest

from artextract_cli.errors import ArtextractError, InputError
from artextract_cli.utils.file_errors import reading, writing


def test_no_space_is_said_in_one_line() -> None:
    said = r"^cannot write map\.tif: No space left on device$"
    with pytest.raises(ArtextractError, match=said), writing(Path("map.tif")):
        raise OSError(28, "No space left on device")


def test_reading_names_the_file(tmp_path: Path) -> None:
    said = f"^cannot read {tmp_path}: Is a directory$"
    with pytest.raises(InputError, match=said), reading(tmp_path):
        tmp_path.read_bytes()


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    pipe = tmp_path / "band.png"
    os.mkfifo(pipe)
    with (
        pytest.raises(InputError, match=r"band\.png: it is a pipe or device; give a"),
        reading(pipe),
    ):
        pipe.read_bytes()
