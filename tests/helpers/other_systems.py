"""Python as it is on another operating system, as far as Linux can imitate it.

The names of POSIX that Windows or macOS lack are removed, ``sys.platform`` is theirs, and a lock of
Windows stands in for those of POSIX. Run as a module with the name of a system and the words of
commands, separated by ``then``, it runs these commands there.
"""

import contextlib
import importlib
import itertools
import os
import sys
import types
from collections.abc import Iterator
from unittest import mock

LINUX_ONLY = ("posix_fallocate", "sched_getaffinity")
POSIX_ONLY = (
    *("O_DIRECTORY", "O_NOFOLLOW", "chown", "fork", "forkpty", "getgid", "getloadavg", "getuid"),
    *("killpg", "mkfifo", "nice", "setsid", "statvfs", "sync", "sysconf", "uname"),
)
POSIX_ONLY_MODULES = ("fcntl", "grp", "pty", "pwd", "readline", "resource", "syslog", "termios")

# Loaded before, since they are not what is tested.
OTHERS = (
    *(
        "concurrent.futures.process",
        "imagecodecs",
        "jinja2",
        "matplotlib.pyplot",
        "numba",
        "pandas",
    ),
    *(
        "multiprocessing.spawn",
        "pydantic",
        "rich.progress",
        "safetensors.torch",
        "scipy.interpolate",
    ),
    *("scipy.io", "scipy.ndimage", "scipy.optimize", "scipy.sparse", "scipy.stats", "tempfile"),
    *("skimage.measure", "skimage.segmentation", "sklearn.decomposition", "sklearn.metrics"),
    *("threadpoolctl", "tifffile", "torch", "typer.rich_utils"),
)


def locks_of_windows() -> types.ModuleType:
    """The module msvcrt, with a lock that refuses as that of Windows does."""
    import fcntl

    def locking(descriptor: int, mode: int, n_bytes: int) -> None:
        assert (mode, n_bytes) == (module.LK_NBLCK, 1)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PermissionError(error.errno, "Permission denied") from error

    module = types.ModuleType("msvcrt")
    module.LK_NBLCK, module.locking = 2, locking  # type: ignore[attr-defined]
    return module


@contextlib.contextmanager
def system(name: str) -> Iterator[None]:
    """Within the ``with`` block Python is that of ``win32`` or ``darwin``."""
    is_windows = name == "win32"
    missing = (*LINUX_ONLY, *(POSIX_ONLY if is_windows else ()))
    modules: dict[str, types.ModuleType | None] = {}
    if is_windows:
        modules = {"msvcrt": locks_of_windows(), **dict.fromkeys(POSIX_ONLY_MODULES)}
    with (
        mock.patch.dict(sys.modules, modules),
        mock.patch.object(sys, "platform", name),
        contextlib.ExitStack() as stack,
    ):
        for attribute in missing:
            if hasattr(os, attribute):
                stack.enter_context(mock.patch.object(os, attribute))
                delattr(os, attribute)
        yield


def main(name: str, *words: str) -> None:
    """Run commands in this process, on a system that has that name; stop at the first error."""
    from typer.testing import CliRunner

    for module in OTHERS:
        importlib.import_module(module)
    with system(name):
        from artextract_cli.cli.main import app

        for is_between, command in itertools.groupby(words, lambda word: word == "then"):
            if not is_between:
                ran = CliRunner().invoke(app, ["--debug", *command])
                assert ran.exit_code == 0, (ran.output, ran.exception)


if __name__ == "__main__":
    main(*sys.argv[1:])
