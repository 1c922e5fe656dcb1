"""Runs of commands from a cold start: their time, peak memory and traffic with files."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

INTERVAL = 0.05  # seconds between two samples


@dataclass(frozen=True)
class Ran:
    """What a command took.

    ``peak_bytes`` is that of its first process, mapped files included. Processor time and bytes are
    those of all processes that have ended before it. Bytes read do not include what was still in
    the memory of the system, bytes written those that were deleted before the system wrote them.
    ``core_share`` is the share of the time that its threads were running of the time that they
    were running or waiting for a core: 1 on a machine with enough free cores.
    """

    seconds: float
    peak_bytes: int
    processor_seconds: float
    read_bytes: int
    written_bytes: int
    core_share: float


def run(*words: str) -> Ran:
    """Run a command of artextract and wait for its end.

    Raises
    ------
    subprocess.CalledProcessError
        If it fails.
    """
    command = [sys.executable, "-m", "artextract_cli", "-q", *words]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    watched = _Watched(process.pid)
    watched.start()
    # Its counters can be read until it is reaped.
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    seconds, traffic = time.perf_counter() - started, _traffic(process.pid)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    watched.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Ran(
        seconds=seconds,
        peak_bytes=watched.peak_bytes,
        processor_seconds=used.ru_utime + used.ru_stime,
        read_bytes=traffic["read_bytes"],
        written_bytes=traffic["write_bytes"] - traffic["cancelled_write_bytes"],
        core_share=watched.core_share(),
    )


def _traffic(pid: int) -> dict[str, int]:
    """Bytes that a process, and those that it has waited for, moved between memory and disks."""
    lines = Path(f"/proc/{pid}/io").read_text(encoding="utf-8").splitlines()
    return {name: int(value) for name, value in (line.split(":") for line in lines)}


class _Watched(Thread):
    """Samples a process and those that it has started, until it has ended.

    The peak that the system reports at the end would include what the parent held at the fork.
    """

    def __init__(self, pid: int) -> None:
        super().__init__()
        self.pid, self.peak_bytes = pid, 0
        # Nanoseconds of every thread: running, and waiting for a core.
        self._scheduled: dict[Path, tuple[int, int]] = {}

    def run(self) -> None:
        """Sample until the process has ended."""
        status = Path(f"/proc/{self.pid}/status")
        try:
            while lines := status.read_text(encoding="utf-8").splitlines():
                peaks = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
                if not peaks:  # ended, and not yet reaped
                    return
                self.peak_bytes = peaks[0] * 1024
                for thread in _threads(self.pid):
                    self._sample(thread)
                time.sleep(INTERVAL)
        except OSError:
            return

    def core_share(self) -> float:
        """Time running, as a share of the time running or waiting for a core."""
        running = sum(times[0] for times in self._scheduled.values())
        return running / sum(sum(times) for times in self._scheduled.values())

    def _sample(self, thread: Path) -> None:
        try:
            running, waiting, _ = (thread / "schedstat").read_text(encoding="utf-8").split()
        except OSError:  # it has ended meanwhile
            return
        self._scheduled[thread] = int(running), int(waiting)


def _threads(pid: int) -> Iterator[Path]:
    """Folders of all threads of a process and of those that it has started."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [(thread / "children").read_text(encoding="utf-8") for thread in threads]
    except OSError:
        return
    yield from threads
    for child in " ".join(children).split():
        yield from _threads(int(child))
