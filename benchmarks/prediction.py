"""Simulated runs of `infer` compared with measured ones, with one and two workers.

The simulation is given the processor time of a scene, alone and beside a second process, and the
time until workers are ready, from runs of as many scenes as there are workers; it predicts the run
of dozens of scenes. On a machine whose cores are in use, all takes longer: times are therefore
multiplied by the share of the cores that the processes of a run had, as the scheduler of Linux
counts it, and a predicted one is divided by that of the run it predicts. On free cores the share
is 1 and nothing of the predicted run enters its prediction.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

from commands import Ran
from costs import run_once, simulate_painting, write_scenes
from fleet import Fleet, Job, simulate

MODES: Mapping[str, int] = {
    "--jobs 1": 1,
    "--jobs 2": 2,
    "--cluster local:1": 1,
    "--cluster local:2": 2,
}
# Scenes of the runs that measure the cost of one: so many that the start counts for little.
N_MEASURED = 17


@dataclass(frozen=True, kw_only=True)
class Scenes:
    """Datasets of one, two, a few and many scenes of the same painting."""

    few: Mapping[int, Path]
    measured: Path
    many: Path


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The runs of one turn; those that measure are repeated at its end."""

    alone: Sequence[Ran]
    beside: Sequence[Ran]
    short: Mapping[str, Ran]
    full: Mapping[str, Ran]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A measured run and its prediction, or the medians of several."""

    mode: str
    seconds: float
    predicted_seconds: float
    processor_seconds: float
    predicted_processor_seconds: float
    core_share: float
    error: float  # of the predicted seconds, relative
    processor_error: float


def compare(
    n_scenes: int, side: int, turns: int, service: float, say: Callable[[str], None]
) -> list[Compared]:
    """Measure all modes, and predict each from the runs of the same turn: medians of all turns."""
    with tempfile.TemporaryDirectory() as work:
        painting = simulate_painting(Path(work, "painting"))
        scenes = Scenes(
            few={n: write_scenes(painting, Path(work, f"few{n}"), side, n) for n in (1, 2)},
            measured=write_scenes(painting, Path(work, "measured"), side, N_MEASURED),
            many=write_scenes(painting, Path(work, "many"), side, n_scenes),
        )
        run_once("infer", scenes.few[1])
        measured = []
        for number in range(turns):
            say(f"turn {number + 1} of {turns}")
            measured.append(_turn(scenes))
    by_mode = [[predicted(turn, mode, n_scenes, service) for turn in measured] for mode in MODES]
    return [_medians(compared) for compared in by_mode]


def _turn(scenes: Scenes) -> Turn:
    def measured() -> Ran:
        return run_once("infer", scenes.measured).ran

    before = measured()
    with ThreadPoolExecutor(2) as pool:
        beside = [future.result() for future in [pool.submit(measured) for _ in range(2)]]
    return Turn(
        beside=beside,
        short={
            mode: run_once("infer", scenes.few[n], *mode.split()).ran for mode, n in MODES.items()
        },
        full={mode: run_once("infer", scenes.many, *mode.split()).ran for mode in MODES},
        alone=[before, measured()],
    )


def predicted(turn: Turn, mode: str, n_scenes: int, service: float) -> Compared:
    """The prediction for a mode, and what was measured."""
    n_workers, short, full = MODES[mode], turn.short[mode], turn.full[mode]
    one = turn.short["--jobs 1"]
    # Two processes at work slow each other down.
    runs = turn.alone if n_workers == 1 else turn.beside
    several = mean(ran.processor_seconds for ran in runs)
    each = (several - one.processor_seconds) / (N_MEASURED - 1)
    ready = _free_seconds(short) - each
    starts = (_free_seconds(one) - each, ready) if mode.startswith("--jobs") else (ready,)
    fleet = Fleet(
        workers=n_workers,
        service=service if mode.startswith("--cluster") else 0,
        starts=tuple(max(0.0, start) for start in starts[-n_workers:]),
    )
    outlook = simulate(Job(scenes=n_scenes, seconds=each), fleet)
    seconds = outlook.seconds / full.core_share
    processor_seconds = short.processor_seconds + (n_scenes - n_workers) * each
    return Compared(
        mode=mode,
        seconds=full.seconds,
        predicted_seconds=seconds,
        processor_seconds=full.processor_seconds,
        predicted_processor_seconds=processor_seconds,
        core_share=full.core_share,
        error=seconds / full.seconds - 1,
        processor_error=processor_seconds / full.processor_seconds - 1,
    )


def _free_seconds(ran: Ran) -> float:
    """Seconds that a run would have taken on free cores."""
    return ran.seconds * ran.core_share


def _medians(compared: Sequence[Compared]) -> Compared:
    values: dict[str, Any] = {
        name: median(getattr(one, name) for one in compared)
        for name in vars(compared[0])
        if name != "mode"
    }
    return Compared(mode=compared[0].mode, **values)
