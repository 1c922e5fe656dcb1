"""Read-only folders and full disks, in a child whose mounts nobody else sees."""

import contextlib
import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.command_line import Ran
from tests.torture.forked import Ended, forked

NEW_MOUNTS, NEW_USER = 0x20000, 0x10000000
READ_ONLY, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 32, 4096, 16384, 1 << 18
NOT_ALLOWED = 77


def with_mounts(mount: Callable[[], None], call: Callable[[], Ran]) -> Ended:
    """How ``call`` ends in a child that called ``mount``; skips where nothing can be mounted."""
    if sys.platform != "linux":
        pytest.skip("mounts are those of Linux")

    def in_child() -> int:
        try:
            _leave_namespace()
            mount()
        except OSError as error:
            os.write(2, f"{error}".encode())
            return NOT_ALLOWED
        ran = call()
        os.write(1, f"{ran.stdout}{ran.stderr}".encode())
        return ran.exit_code

    ended = forked(in_child, seconds=120)
    if ended.exit_code == NOT_ALLOWED:
        pytest.skip(f"cannot mount here: {ended.text}")
    return ended


def make_read_only(folder: Path) -> None:
    """From here on nobody in this namespace can write to ``folder``, root included."""
    _mount(str(folder), folder, None, BIND | RECURSIVE)
    _mount(None, folder, None, BIND | REMOUNT | READ_ONLY)
    with contextlib.suppress(OSError):
        (folder / "written").touch()
        msg = f"{folder} can be written to"
        raise AssertionError(msg)


def make_full(folder: Path, *, free: int) -> None:
    """Put a disk at ``folder``, with what the folder holds and ``free`` bytes to spare."""
    held = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    _mount("tmpfs", folder, "tmpfs", 0, b"size=2m")
    for path, content in held.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    filler = os.open(folder / ".filler", os.O_WRONLY | os.O_CREAT)
    space = os.statvfs(folder)
    os.posix_fallocate(filler, 0, max(1, space.f_bavail * space.f_frsize - free))
    os.close(filler)


def _leave_namespace() -> None:
    user, group = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEW_MOUNTS | (NEW_USER if user else 0)):
        raise OSError(ctypes.get_errno(), "unshare")
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _mount(None, Path("/"), None, RECURSIVE | PRIVATE)


def _mount(source: str | None, at: Path, kind: str | None, flags: int, data: bytes = b"") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    words = (None if word is None else word.encode() for word in (source, str(at), kind))
    if libc.mount(*words, ctypes.c_ulong(flags), data or None):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(at))
