"""Scenes scored per second by ``artextract infer`` with ``--jobs 1`` and ``--jobs 2``.

Whole commands from a cold start by wall-clock time, with the bundled model, on simulated scenes of
256 × 256 pixels and eight bands; compiled code of an earlier run is on disk. *Processor time* is
that of all processes of a command: what the second process adds, its start and its copy of the
model, does not depend on what else the machine does.
"""

import resource
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from commands import run
from interleaved import interleaved
from outcome import Outcome, ratio_of
from processes import ONE_JOB, TWO_JOBS, only_on_two_cores

from artextract_cli.simulate import simulate_dataset

N_SIMULATED, N_SCENES = 4, 96


class Infer:
    """Runs of ``artextract infer``, with the processor seconds of each."""

    def __init__(self, dataset: Path, *options: str) -> None:
        self.dataset, self.options = dataset, options
        self.seconds: list[float] = []

    def __call__(self) -> None:
        """Run the command and wait for its end."""
        before = _children()
        with tempfile.TemporaryDirectory() as out:
            results = str(Path(out, "results"))
            run("infer", str(self.dataset), "--out", results, "--device", "cpu", *self.options)
        self.seconds.append(_children() - before)


def _children() -> float:
    """Processor seconds of all processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def scenes(folder: Path) -> Path:
    """A dataset of 96 scenes: four simulated ones under 24 names each."""
    simulate_dataset(folder, train=N_SIMULATED, val=0, seed=0)
    for path in sorted(folder.rglob("*sim_train_*")):
        for again in range(1, N_SCENES // N_SIMULATED):
            shutil.copy(path, path.with_name(path.name.replace("train", f"copy{again}")))
    return folder


def measure(turns: int) -> Outcome:
    """Time both, in turns."""
    with tempfile.TemporaryDirectory() as work:
        dataset = scenes(Path(work, "data"))
        sides = {name: Infer(dataset, *name.split()) for name in (ONE_JOB, TWO_JOBS)}
        calls: dict[str, Callable[[], object]] = {**sides}
        timed = interleaved(calls, turns=turns, clock="wall")
    seconds = {name: median(side.seconds[1:]) for name, side in sides.items()}
    rates = {name: N_SCENES / ((timed.milliseconds(name) or 1) / 1e3) for name in sides}
    return Outcome(
        what=__doc__ or "",
        settings={"scenes": N_SCENES, "side": 256, "bands": 8},
        timed={"infer": timed},
        ratios={"infer_jobs2_speedup": only_on_two_cores(ratio_of(timed, ONE_JOB, TWO_JOBS))},
        figures={
            "infer_scenes_per_second_1_job": rates[ONE_JOB],
            "infer_scenes_per_second_2_jobs": rates[TWO_JOBS],
            "infer_processor_seconds_2_jobs_over_1": seconds[TWO_JOBS] / seconds[ONE_JOB],
        },
    )
