"""Thousands of scenes in one go, and several processes on one dataset at once."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tests.helpers.datasets import write_scene
from tests.torture.same_bytes import differing, digests

SCENES = 2000
SECONDS_PER_SCENE = 0.42  # to build and to score one, generously
GROWTH = 10**6  # bytes of memory for a hundred scenes, beside what is told in the end
SLOWER = 1.25  # how much more processor time a scene of the last quarter may take
AT_ONCE = 4
REFUSED = (1, 2, 3)
PROGRAM = (sys.executable, "-m", "artextract_cli")
BANDS = ("--wavelengths", "450,650,850")


@dataclass
class Watched:
    """What a process held, sampled until it ended; processor time in seconds, memory in bytes."""

    times: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)

    def sample(self, process: int) -> None:
        """Look at the process once."""
        proc = Path("/proc", str(process))
        fields = (proc / "stat").read_text().rpartition(")")[2].split()
        pages = int((proc / "statm").read_text().split()[1])
        handles = len(list((proc / "fd").iterdir()))
        self.times.append(time.time())
        self.processor.append(sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK"))
        self.memory.append(pages * os.sysconf("SC_PAGE_SIZE"))
        self.handles.append(handles)


def torture(seconds: float, seed: int) -> dict[str, Any]:
    """Build and score as many scenes as fit into the time, then let processes meet."""
    n_scenes = min(SCENES, int(0.8 * seconds / SECONDS_PER_SCENE))
    counted: dict[str, Any] = {"scenes": n_scenes, "failures": []}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for index in range(n_scenes):
            write_scene(place / "many", "val", f"s{index:04}", seed=seed + index)
        for name, words, last in (
            ("build", ("graph", "build", "many", "--out", "graphs", *BANDS), "graphs/val/*.npz"),
            ("infer", ("infer", "many", "--out", "results", *BANDS), "results/*/scene.json"),
        ):
            watched = _watched(place, words, seconds, counted["failures"])
            finished = sorted(path.stat().st_mtime for path in place.glob(last))
            figures = _figures(name, watched, finished, n_scenes, counted["failures"])
            counted |= figures
        for index in range(12):
            write_scene(place / "few", "val", f"s{index:02}", seed=seed + index)
        for command in (("graph", "build"), ("infer",)):
            counted |= _at_once(place, command, counted["failures"])
    return counted


def _watched(place: Path, words: Sequence[str], seconds: float, failures: list[str]) -> Watched:
    """Run the program and look at it ten times a second."""
    watched = Watched()
    with tempfile.TemporaryFile("w+") as talk:
        process = subprocess.Popen([*PROGRAM, *words], cwd=place, stdout=talk, stderr=talk)
        killer = threading.Timer(seconds, process.kill)
        killer.start()
        while process.poll() is None:
            try:
                watched.sample(process.pid)
            except OSError:  # it has just ended
                break
            time.sleep(0.1)
        killer.cancel()
        if process.wait():
            talk.seek(0)
            failures.append(f"{words}: exit {process.returncode}: {talk.read()[-300:]}")
    return watched


def _figures(
    name: str,
    watched: Watched,
    finished: Sequence[float],
    n_scenes: int,
    failures: list[str],
) -> dict[str, Any]:
    """Growth of memory, handles and time a scene takes, once a tenth of the scenes is done."""
    if len(finished) != n_scenes:
        failures.append(f"{name}: {len(finished)} of {n_scenes} scenes finished")
        return {}
    times, done = np.array(watched.times), np.arange(n_scenes) + 1
    settled = (times > finished[n_scenes // 10]) & (times < finished[-1])
    scenes = np.interp(times[settled], finished, done)
    growth = 100 * float(np.polyfit(scenes, np.array(watched.memory)[settled], 1)[0])
    handles = np.array(watched.handles)[settled]
    # Quarters as a whole: a process is told its time in hundredths of a second.
    spent = np.interp(finished, times, watched.processor)[n_scenes // 10 :]
    quarter = len(spent) // 4
    first, last = (float(q[-1] - q[0]) / quarter for q in (spent[:quarter], spent[-quarter:]))
    # The fewest: a file that is being read is open too, one that was forgotten always.
    middle = len(handles) // 2
    more_handles = int(handles[middle:].min() - handles[:middle].min())
    if growth > GROWTH:
        failures.append(f"{name}: memory grows by {growth / 1e6:.2f} MB in 100 scenes")
    if more_handles > 0:
        failures.append(f"{name}: {more_handles} more files are open in the second half")
    if last > SLOWER * first:
        failures.append(f"{name}: a scene takes {first:.4f} s at first, {last:.4f} s at last")
    return {
        f"{name}_growth_of_memory_in_100_scenes": f"{growth / 1e6:.3f} MB",
        f"{name}_memory": f"{max(watched.memory) / 1e6:.0f} MB",
        f"{name}_handles": f"{handles.min()} to {handles.max()}",
        f"{name}_time_of_a_scene": f"{first:.4f} s at first, {last:.4f} s at last",
    }


def _at_once(place: Path, command: Sequence[str], failures: list[str]) -> dict[str, Any]:
    """Four processes into folders of their own, then into the same: all like one that is alone."""
    name = "_".join(command)
    subprocess.run(
        [*PROGRAM, "--quiet", *command, "few", "--out", f"{name}-alone", *BANDS],
        cwd=place, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    alone = digests(place / f"{name}-alone")
    apart = [f"{name}-{number}" for number in range(AT_ONCE)]
    together = [f"{name}-shared"] * AT_ONCE
    refused = 0
    for outs in (apart, together):
        for code, talk in _all(place, [(*command, "few", "--out", out, *BANDS) for out in outs]):
            is_clear = code in REFUSED and "error: " in talk and "Traceback" not in talk
            refused += code in REFUSED
            if code != 0 and not (outs is together and is_clear):
                failures.append(f"{name} at once: exit {code}: {talk[-300:]}")
        for out in set(outs):
            failures += [f"{out}: {f} differs" for f in differing(alone, digests(place / out))]
    return {f"{name}_at_once": 2 * AT_ONCE, f"{name}_refused": refused}


def _all(place: Path, commands: Sequence[Sequence[str]]) -> list[tuple[int, str]]:
    """Run all at once: exit codes, and what they said."""
    running = [
        subprocess.Popen(
            [*PROGRAM, *words],
            cwd=place,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for words in commands
    ]
    return [(process.wait(), talk) for process in running for talk in [process.communicate()[1]]]
