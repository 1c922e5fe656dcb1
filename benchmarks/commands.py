"""Runs of commands from a cold start, with their time and peak memory."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

INTERVAL = 0.05  # seconds between two samples of the memory


@dataclass(frozen=True)
class Ran:
    """Duration and peak memory of a command, mapped files included."""

    seconds: float
    peak_bytes: int


def run(*words: str) -> Ran:
    """Run a command of artextract and wait for its end.

    Raises
    ------
    subprocess.CalledProcessError
        If it fails.
    """
    command = [sys.executable, "-m", "artextract_cli", "-q", *words]
    started, peaks = time.perf_counter(), [0]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    watch = Thread(target=_watch, args=(process.pid, peaks))
    watch.start()
    code = process.wait()
    seconds = time.perf_counter() - started
    watch.join()
    if code:
        raise subprocess.CalledProcessError(code, command)
    return Ran(seconds, peaks[-1])


def _watch(pid: int, peaks: list[int]) -> None:
    """Record the peak memory of a process until it has ended.

    The usage that the system reports at the end would include what the parent held at the fork.
    """
    status = Path(f"/proc/{pid}/status")
    try:
        while lines := status.read_text(encoding="utf-8").splitlines():
            peaks += [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")]
            time.sleep(INTERVAL)
    except OSError:
        return
