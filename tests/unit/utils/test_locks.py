"""One writer for a folder at a time."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from artextract_cli.errors import ArtextractError, InputError
from artextract_cli.utils import locks
from artextract_cli.utils.locks import directory_lock
from artextract_cli.utils.parallel.shards import Shard
from tests.helpers.files import write
from tests.helpers.other_systems import system


def test_a_file_system_without_locks_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    write(tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("name", ["linux", "darwin", "win32"])
def test_a_folder_has_one_writer_at_a_time(tmp_path: Path, name: str) -> None:
    out = tmp_path / "new" / "run"
    with system(name), directory_lock(out):
        said = f"^another artextract process is writing to {out}: wait for it to finish"
        with pytest.raises(ArtextractError, match=said) as raised, directory_lock(out):
            pass
        assert raised.value.exit_code == 1
        (out / "file").touch()
    with system(name), directory_lock(out):
        pass
    assert [path.name for path in out.iterdir()] == ["file"]


SECOND, OTHER = Shard(index=2, count=3), Shard(index=2, count=4)


@pytest.mark.parametrize("name", ["linux", "win32"])
def test_shards_are_written_at_the_same_time_but_each_once(tmp_path: Path, name: str) -> None:
    out = tmp_path / "results"
    with system(name), directory_lock(out, Shard(index=1, count=3)), directory_lock(out, SECOND):
        with (
            pytest.raises(ArtextractError, match=f"is writing shard 2/3 to {out}: wait for it"),
            directory_lock(out, SECOND),
        ):
            pass
        (out / "file").touch()
    assert [path.name for path in out.iterdir()] == ["file"]


@pytest.mark.parametrize("held", [None, OTHER, SECOND])
@pytest.mark.parametrize("wanted", [None, SECOND])
def test_a_whole_run_and_other_shardings_exclude_each_other(
    tmp_path: Path, held: Shard | None, wanted: Shard | None
) -> None:
    with directory_lock(tmp_path, held):
        with (
            pytest.raises(ArtextractError, match="another artextract process is writing"),
            directory_lock(tmp_path, wanted),
        ):
            pass
        (lock,) = tmp_path.iterdir()  # what the refused one created is removed
    assert not lock.exists()
    with directory_lock(tmp_path, wanted):
        pass
    assert not list(tmp_path.iterdir())


def test_one_who_only_asks_is_not_in_the_way(tmp_path: Path) -> None:
    """Two shards that look at the common lock at the same moment."""
    lock = tmp_path / locks.LOCK_NAME
    descriptor = locks.lock_file(lock)
    assert descriptor is not None
    asker = threading.Timer(0.1, os.close, [descriptor])
    asker.start()
    with directory_lock(tmp_path, SECOND):
        pass
    asker.join()
    assert not list(tmp_path.iterdir())


def test_a_lock_that_cannot_be_read_is_not_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / locks.LOCK_NAME).mkdir()
    with directory_lock(tmp_path, SECOND):
        pass


def test_windows_leaves_a_lock_that_the_next_writer_has_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows does not remove open files; on Linux they would be removed before their lock ends."""
    events: list[str] = []

    def unlink(path: Path, missing_ok: bool = False) -> None:
        events.append("remove")
        raise PermissionError

    close = os.close
    monkeypatch.setattr(os, "close", lambda number: (events.append("close"), close(number)))
    monkeypatch.setattr(Path, "unlink", unlink)
    with system("win32"), directory_lock(tmp_path):
        pass
    assert events == ["close", "remove"]


def test_a_folder_in_which_nothing_came_to_be_is_taken_away(tmp_path: Path) -> None:
    with pytest.raises(InputError), directory_lock(tmp_path / "out"):
        raise InputError("x")
    assert not list(tmp_path.iterdir())


KILLED_WHILE_HOLDING = """
import os, signal, sys
from pathlib import Path
from artextract_cli.utils.locks import directory_lock

with directory_lock(Path(sys.argv[1])):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_hold_of_a_killed_process_is_no_obstacle(tmp_path: Path) -> None:
    words = [sys.executable, "-c", KILLED_WHILE_HOLDING, tmp_path]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == [tmp_path / locks.LOCK_NAME]
    with directory_lock(tmp_path):
        pass
    assert not list(tmp_path.iterdir())
