import fcntl
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from artextract_cli.errors import ArtextractError, InputError
from artextract_cli.utils import atomic
from artextract_cli.utils.atomic import atomic_folder, atomic_path, clear_leftovers, replace_folder
from tests.helpers.files import write
from tests.helpers.other_systems import system


def test_a_folder_that_holds_one_that_is_read_only_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "notes").mkdir(parents=True)
    (out / "notes" / "a").write_text("a")
    (out / "notes").chmod(0o500)
    for _ in range(2):
        with atomic.replace_folder(out) as work:
            atomic.link_or_copy(out / "notes", work / "notes")
        assert [path.name for path in tmp_path.iterdir()] == ["out"]
        assert (out / "notes" / "a").read_text() == "a"


def test_the_file_appears_whole_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "new" / "map.tif"
    with atomic_path(target) as temporary:
        assert temporary.suffix == ".tif"
        assert temporary.parent == target.parent
        temporary.write_text("whole")
        assert not target.exists()
    assert target.read_text() == "whole"
    assert list(target.parent.iterdir()) == [target]


KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from artextract_cli.utils.atomic import atomic_path

with atomic_path(Path(sys.argv[1])) as temporary:
    temporary.write_text("half of something long")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_gone_after_the_next(tmp_path: Path) -> None:
    target, other = tmp_path / "a.txt", tmp_path / "b.txt"
    for path in (target, target, other):
        ran = subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, path], check=False)
        assert ran.returncode == -signal.SIGKILL
    left = sorted(path.name for path in tmp_path.iterdir())
    assert len(left) == 2
    assert all(name.startswith(".artextract-tmp-") for name in left)
    write(target)
    assert target.read_text() == "new"
    assert len(list(tmp_path.iterdir())) == 2
    write(other)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_two_writers_of_one_file_do_not_meet(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with atomic_path(target) as first:
        first.write_text("first")
        write(target)
        assert target.read_text() == "new"
        assert first.read_text() == "first"
    assert target.read_text() == "first"
    assert list(tmp_path.iterdir()) == [target]


def test_a_temporary_that_was_moved_meanwhile_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other writer is done between opening and locking: its file is the target by then."""
    target = tmp_path / "a.txt"

    def moved(descriptor: int, operation: int) -> None:
        monkeypatch.undo()
        (temporary,) = tmp_path.iterdir()
        temporary.write_text("theirs")
        temporary.replace(target)

    monkeypatch.setattr(fcntl, "flock", moved)
    with atomic_path(target) as temporary:
        temporary.write_text("ours")
        assert target.read_text() == "theirs"
    assert target.read_text() == "ours"


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / ("ü" * 125 + ".npz")
    write(target)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [InputError("x"), KeyboardInterrupt()])
def test_an_error_keeps_the_old_file_and_leaves_nothing(
    tmp_path: Path, error: BaseException
) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def write_half() -> None:
        with atomic_path(target) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(type(error)):
        write_half()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    target = tmp_path / "file" / "out.txt"
    with pytest.raises(ArtextractError, match=f"cannot write {target}: ") as raised:
        write(target)
    assert raised.value.exit_code == 1
    (tmp_path / "folder").mkdir()
    with pytest.raises(ArtextractError, match=r"cannot write .*folder: Is a directory"):
        write(tmp_path / "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_folder_is_whole_or_absent(tmp_path: Path) -> None:
    out = tmp_path / "a" / "out"
    with atomic_folder(out) as work:
        (work / "file").write_text("1")
        assert not out.exists()
    assert (out / "file").read_text() == "1"
    with pytest.raises(ArtextractError, match="cannot write"), atomic_folder(out) as work:
        (work / "file").write_text("2")
    assert (out / "file").read_text() == "1"
    with pytest.raises(ArtextractError), atomic_folder(tmp_path / "a" / "x") as work:
        work.read_text()
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def fill(folder: Path, text: str) -> None:
    with replace_folder(folder) as work:
        (work / "deep").mkdir()
        (work / "deep" / "file").write_text(text)


@pytest.mark.parametrize("in_one_step", [True, False])
def test_a_folder_is_replaced_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_one_step: bool
) -> None:
    if not in_one_step:
        monkeypatch.setattr(sys, "platform", "darwin")
    out = tmp_path / "out"
    fill(out, "old")
    (out / "more").write_text("of the old")
    fill(out, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert [path.name for path in out.iterdir()] == ["deep"]
    assert (out / "deep" / "file").read_text() == "new"
    with pytest.raises(ArtextractError), replace_folder(out) as work:
        work.read_text()
    assert (out / "deep" / "file").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


KILLED_IN_A_FOLDER = """
import os, signal, sys
from pathlib import Path
from artextract_cli.utils import atomic

def kill(*paths):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "between":
    sys.platform = "darwin"  # cannot exchange two folders in one step
    rename = Path.rename
    Path.rename = lambda path, to: kill() if to.name == "out" else rename(path, to)
with atomic.replace_folder(Path(sys.argv[1])) as work:
    (work / "half").write_text("half")
    if sys.argv[2] == "within":
        kill()
"""


@pytest.mark.parametrize("moment", ["within", "between"])
def test_a_folder_is_there_again_after_a_kill(tmp_path: Path, moment: str) -> None:
    """Between two renames, where they cannot be one, the next writer puts the old folder back."""
    out = tmp_path / "out"
    fill(out, "old")
    words = [sys.executable, "-c", KILLED_IN_A_FOLDER, out, moment]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert out.exists() == (moment == "within")
    with pytest.raises(InputError), replace_folder(out):
        raise InputError("of the next run")
    assert (out / "deep" / "file").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_is_left_beside_a_folder_that_is_done_is_cleared_away(tmp_path: Path) -> None:
    fill(tmp_path / "out", "done")
    words = [sys.executable, "-c", KILLED_IN_A_FOLDER, tmp_path / "out", "within"]
    subprocess.run(words, check=False)
    assert len(list(tmp_path.iterdir())) == 3
    clear_leftovers(tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "deep" / "file").read_text() == "done"


def test_windows_moves_only_files_that_are_not_open(tmp_path: Path) -> None:
    """So no temporary file is a lock, and two writers have different ones."""
    target = tmp_path / "a.txt"
    with system("win32"):
        with atomic_path(target) as first, atomic_path(target) as second:
            assert first != second
            assert not list(tmp_path.iterdir())
            first.write_text("first")
            second.write_text("second")
        assert target.read_text() == "first"
        fill(tmp_path / "out", "old")
        fill(tmp_path / "out", "new")
    assert (tmp_path / "out" / "deep" / "file").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "out"]


@pytest.mark.parametrize(("name", "is_writable"), [("win32", True), ("linux", False)])
def test_read_only_files_are_made_writable_where_they_could_not_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_writable: bool
) -> None:
    (tmp_path / "deep").mkdir()
    kept = tmp_path / "deep" / "file"
    kept.touch()
    kept.chmod(0o400)
    monkeypatch.setattr(shutil, "rmtree", lambda folder, ignore_errors: None)
    with system(name):
        atomic._remove(tmp_path)
    assert bool(kept.stat().st_mode & stat.S_IWRITE) == is_writable
