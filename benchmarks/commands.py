"""Runs of the command line from a cold start, and the most memory that they hold."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

INTERVAL = 0.05  # seconds between two looks at the memory


@dataclass(frozen=True)
class Ran:
    """How long a command took, and the most memory it held, files that are mapped included."""

    seconds: float
    peak_bytes: int


def run(*words: str) -> Ran:
    """Run a command of artextract to its end.

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
    """Note the memory held at most until the process has ended.

    The system's own account at the end would count what the parent held when it started the child.
    """
    status = Path(f"/proc/{pid}/status")
    try:
        while lines := status.read_text(encoding="utf-8").splitlines():
            peaks += [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")]
            time.sleep(INTERVAL)
    except OSError:
        return
