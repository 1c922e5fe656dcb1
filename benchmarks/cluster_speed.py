"""``artextract infer`` with one and with two workers of Dask, scene by scene and block by block.

Whole commands from a cold start by wall-clock time, with the bundled model; compiled code of an
earlier run is on disk.

- *scenes*: simulated scenes of 256 × 256 pixels and eight bands, a task each.
- *blocks*: one scene of 2400 × 2400 pixels and eight bands, which ``--max-memory 3GB`` cuts into
  blocks.

*Serial share*: processor time of the command itself in that of the command and its two workers. On
two cores that do nothing else, the speed-up of blocks is at most 2 / (1 + serial share).
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from inference_jobs import N_SCENES, Infer, scenes
from interleaved import Timed, interleaved
from larger_than_memory import enlarge
from outcome import Outcome, ratio_of
from processes import only_on_two_cores

from artextract_cli.simulate import SceneSettings, simulate_dataset

SIDE, SIMULATED, MAX_MEMORY = 2400, 1024, "3GB"
LARGE_TURNS = 3
ONE, TWO = "--cluster local:1", "--cluster local:2"
# Runs a command and prints the processor seconds of its process and of its workers.
SPLIT = """
import resource, sys
from artextract_cli.cli.main import app
try:
    app(sys.argv[1:])
except SystemExit as ended:
    assert not ended.code
for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
    used = resource.getrusage(who)
    print(used.ru_utime + used.ru_stime)
"""


def large_scene(folder: Path) -> Path:
    """A dataset of one scene of 2400 × 2400 pixels: a smaller one and its mirror images."""
    simulate_dataset(folder, train=0, val=1, seed=5, settings=SceneSettings(size=SIMULATED))
    enlarge(folder, SIDE)
    return folder


def serial_share(dataset: Path, *options: str) -> float:
    """Share of the command itself in the processor time of ``infer`` with two workers."""
    with tempfile.TemporaryDirectory() as out:
        words = ["-q", "infer", str(dataset), "--out", str(Path(out, "results")), *options]
        command = [sys.executable, "-c", SPLIT, *words, *TWO.split()]
        ran = subprocess.run(command, check=True, capture_output=True, text=True)
    own, of_workers = map(float, ran.stdout.split()[-2:])
    return own / (own + of_workers)


def _timed(dataset: Path, turns: int, *options: str) -> Timed:
    sides: dict[str, Callable[[], object]] = {
        name: Infer(dataset, *options, *name.split()) for name in (ONE, TWO)
    }
    return interleaved(sides, turns=turns, clock="wall")


def measure(turns: int) -> Outcome:
    """Time both, in turns."""
    with tempfile.TemporaryDirectory() as work:
        many, large = scenes(Path(work, "many")), large_scene(Path(work, "large"))
        limit = ("--device", "cpu", "--max-memory", MAX_MEMORY)
        timed = {"scenes": _timed(many, turns), "blocks": _timed(large, LARGE_TURNS, *limit)}
        share = serial_share(large, *limit)
    return Outcome(
        what=__doc__ or "",
        settings={"scenes": N_SCENES, "side": 256, "large_side": SIDE, "bands": 8},
        timed=timed,
        ratios={
            "dask2_speedup": only_on_two_cores(ratio_of(timed["scenes"], ONE, TWO)),
            "blocks2_speedup": only_on_two_cores(ratio_of(timed["blocks"], ONE, TWO)),
        },
        figures={"blocks_serial_share": share},
    )
