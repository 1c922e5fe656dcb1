"""Calls in a child forked from this warm process, bounded in time and memory."""

import os
import resource
import signal
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code, or the signal that ended it, and what it printed."""

    exit_code: int | None
    signal: int | None
    hung: bool
    text: str
    seconds: float


def forked(call: Callable[[], int | None], *, seconds: float, memory: int | None = None) -> Ended:
    """Run ``call`` in a forked child, which may take ``memory`` more bytes than it starts with.

    What the call returns is the exit code, None being 0; an exception is exit code 70 with its
    traceback. After ``seconds`` the child is killed and has hung.
    """
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        with warnings.catch_warnings():
            # Python 3.12 warns of threads; those of pytest-xdist and torch hold no lock of ours.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            _be_child(call, output.fileno(), memory)
        status, hung = _waited(child, start + seconds)
        output.seek(0)
        text = output.read().decode(errors="replace")
    code = None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    killer = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    return Ended(code, killer, hung, text, time.monotonic() - start)


def _be_child(call: Callable[[], int | None], output: int, memory: int | None) -> None:
    code = 70
    try:
        os.dup2(output, 1)
        os.dup2(output, 2)
        if memory is not None:
            pages = int(open("/proc/self/statm").read().split()[0])  # noqa: PTH123, SIM115
            limit = pages * resource.getpagesize() + memory
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        code = call() or 0
    except BaseException:  # noqa: BLE001
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


def _waited(child: int, deadline: float) -> tuple[int, bool]:
    """The child's status, and whether it had to be killed."""
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status, False
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1], True
