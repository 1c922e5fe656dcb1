"""What `graph build` and `infer` cost, by size of the scene, and a task of Dask.

One painting is simulated, and cropped or mirrored to every size. Processor time
does not count waiting for a core, but depends on what else the cores do.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from commands import Ran, run
from larger_than_memory import enlarge
from scipy.optimize import nnls

from artextract_cli.simulate import SceneSettings, simulate_dataset
from artextract_cli.utils.parallel.cluster import Cluster
from artextract_cli.utils.parallel.work import each

SIMULATED = 1024
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "graph build": ("graph", "build"),
    "infer": ("infer", "--device", "cpu"),
}
# Pixels of all scenes of a run: small ones are many, so that the start does not hide their cost.
PIXELS = 2**20
# Relative to what --max-memory allows, so that other programs keep the rest.
LEAST_FREE = 1.5
N_TASKS = 400
MEGA = 1e6


@dataclass(frozen=True)
class Case:
    """Scenes of one size, and a memory limit under which they are processed in blocks or not."""

    side: int
    max_memory_gb: int = 4
    in_blocks: bool = False

    @property
    def n_scenes(self) -> int:
        """Scenes of a run."""
        return max(1, PIXELS // self.side**2)

    def __str__(self) -> str:
        """The case as in a table."""
        where = f", in blocks ({self.max_memory_gb} GB)" if self.in_blocks else ""
        return f"{self.side}²{where}"


CASES: Mapping[str, tuple[Case, ...]] = {
    "graph build": (*map(Case, (256, 512, 1024, 2048)), Case(2048, 1, in_blocks=True)),
    "infer": (*map(Case, (256, 512, 1024)), Case(2048, 10), Case(2048, 4, in_blocks=True)),
}


def simulate_painting(folder: Path) -> Path:
    """A dataset of one painting, which `write_scenes` changes to any size."""
    settings = SceneSettings(size=SIMULATED)
    simulate_dataset(folder, train=0, val=1, seed=5, settings=settings)
    return folder


def write_scenes(painting: Path, folder: Path, side: int, n: int) -> Path:
    """A dataset of ``n`` scenes of ``side`` × ``side`` pixels, all of the same painting."""
    shutil.copytree(painting, folder)
    enlarge(folder, side)
    for path in sorted(folder.rglob("sim_val_*")):
        for again in range(1, n):
            shutil.copy(path, path.with_name(path.name.replace("val", f"copy{again}")))
    return folder


def forget(folder: Path) -> None:
    """Drop the files of a folder from the memory of the system, to be read from the disk."""
    for path in folder.rglob("*.*"):
        with path.open("rb+") as file:
            os.fsync(file)
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@dataclass(frozen=True)
class Once:
    """One run, and the bytes of the files that it has left."""

    ran: Ran
    kept_bytes: int


def run_once(command: str, data: Path, *options: str) -> Once:
    """Run a command on a dataset, with outputs that are deleted afterwards."""
    forget(data)
    with tempfile.TemporaryDirectory(dir=data.parent) as work:
        out = Path(work, "out")
        ran = run(*COMMANDS[command], str(data), "--out", str(out), *options)
        return Once(ran, sum(path.stat().st_size for path in out.rglob("*") if path.is_file()))


def measure_command(
    command: str, cases: Sequence[Case], turns: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Cost of a process, and of scenes by size; medians of ``turns`` runs.

    The first case is that of the smallest scenes.
    """
    with tempfile.TemporaryDirectory() as work:
        painting = simulate_painting(Path(work, "painting"))
        single = write_scenes(painting, Path(work, "single"), cases[0].side, 1)
        run_once(command, single)
        data = {
            case: write_scenes(painting, Path(work, f"{case}"), case.side, case.n_scenes)
            for case in cases
        }
        alone: list[Once] = []
        runs: dict[Case, list[Once]] = {case: [] for case in cases}
        for _ in range(turns):
            alone.append(run_once(command, single))
            for case in cases:
                say(f"{command}, {case.n_scenes} of {case}")
                if free_memory() > LEAST_FREE * 1e9 * case.max_memory_gb:
                    limit = ("--max-memory", f"{case.max_memory_gb}GB")
                    runs[case].append(run_once(command, data[case], *limit))
    process = _process(alone, runs[cases[0]], cases[0].n_scenes)
    rows = [_row(case, runs[case], process) for case in cases if runs[case]]
    fixed, rate = _line([row for row in rows if not row["in_blocks"]])
    return {
        "process_seconds": round(process, 3),
        "scene_seconds": round(fixed, 4),
        "seconds_per_mpx": round(rate, 4),
        "by_size": rows,
    }


def free_memory() -> int:
    """Bytes that programs can still use."""
    lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    sizes = {name: rest.split() for name, _, rest in (line.partition(":") for line in lines)}
    return int(sizes["MemAvailable"][0]) * 1024


def measure_service() -> dict[str, float]:
    """Processor milliseconds of scheduler and client, which share this process, for a task."""
    items = [Nothing(str(number)) for number in range(N_TASKS)]
    few, many = _seconds_of(items[:2]), _seconds_of(items)
    return {"tasks": N_TASKS, "milliseconds": round(1e3 * (many - few) / (N_TASKS - 2), 3)}


def _seconds_of(items: Sequence["Nothing"]) -> float:
    started = time.process_time()
    for _ in each(nothing, items, Cluster(address="local:2")):
        pass
    return time.process_time() - started


@dataclass(frozen=True)
class Nothing:
    """An item without content."""

    name: str


def nothing(item: Nothing) -> str:
    """Do nothing."""
    return item.name


def _process(one: Sequence[Once], many: Sequence[Once], n: int) -> float:
    """Processor seconds of a process apart from its scenes: runs of one scene and of ``n``."""
    single, several = (
        median(each_.ran.processor_seconds for each_ in runs) for runs in (one, many)
    )
    return single - (several - single) / (n - 1)


def _row(case: Case, runs: Sequence[Once], process: float) -> dict[str, Any]:
    """Costs of scenes of one size, without that of their process."""
    n, mpx = case.n_scenes, case.n_scenes * case.side**2 / MEGA
    seconds = median(once.ran.processor_seconds for once in runs) - process
    return {
        "side": case.side,
        "scenes": n,
        "max_memory_gb": case.max_memory_gb,
        "in_blocks": case.in_blocks,
        "seconds_per_scene": round(seconds / n, 4),
        "seconds_per_mpx": round(seconds / mpx, 4),
        "read_mb_per_mpx": _mb(runs, "read_bytes", mpx),
        "written_mb_per_mpx": _mb(runs, "written_bytes", mpx),
        "kept_mb_per_mpx": round(runs[0].kept_bytes / MEGA / mpx, 2),
        "peak_gb": round(max(once.ran.peak_bytes for once in runs) / 1e9, 3),
        "core_share": round(median(once.ran.core_share for once in runs), 3),
        "processor_seconds": [round(once.ran.processor_seconds, 3) for once in runs],
    }


def _mb(runs: Sequence[Once], name: str, mpx: float) -> float:
    """Megabytes per megapixel: the most of all runs, which may find files in memory."""
    most: int = max(getattr(once.ran, name) for once in runs)
    return round(most / MEGA / mpx, 2)


def _line(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Seconds per scene and per megapixel, by non-negative least squares of relative errors."""
    seconds = np.array([row["seconds_per_scene"] for row in rows])
    terms = np.array([[1, row["side"] ** 2 / MEGA] for row in rows]) / seconds[:, None]
    (fixed, rate), _ = nnls(terms, np.ones(len(rows)))
    return float(fixed), float(rate)
