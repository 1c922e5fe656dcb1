"""Complete commands from a cold start, by wall-clock time.

- *one scene*: ``artextract graph build`` of one simulated scene of 256 × 256 pixels and eight
  bands, with default options; compiled code of an earlier run is on disk.
- *large scene*: the same for a scene of 4096 × 4096 pixels and eight bands, 16 bit, with its peak
  memory.
- *jobs*: the same for many scenes of 256 × 256 pixels, with ``--jobs 1`` and with ``--jobs 2``.

Every run writes to a new folder. Each process has one thread, as in all benchmarks.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
from commands import run
from interleaved import interleaved
from outcome import Outcome, Ratio, ratio_of
from pictures import large_picture

from artextract_cli._typing import FloatArray
from artextract_cli.simulate import simulate_dataset

LARGE_SIDE = 4096
LARGE_TURNS = 3
N_SIMULATED = 8
N_MANY = 960
ONE, LARGE = "one scene", "large scene"
ONE_JOB, TWO_JOBS = "--jobs 1", "--jobs 2"


class GraphBuild:
    """Runs of ``artextract graph build``, and their peak memory."""

    def __init__(self, dataset: Path, *options: str) -> None:
        self.dataset, self.options = dataset, options
        self.peak_bytes = 0

    def __call__(self) -> None:
        """Run the command and wait for its end."""
        with tempfile.TemporaryDirectory() as out:
            graphs = str(Path(out, "graphs"))
            ran = run("graph", "build", str(self.dataset), "--out", graphs, *self.options)
        self.peak_bytes = max(self.peak_bytes, ran.peak_bytes)


def many_scenes(folder: Path) -> Path:
    """A dataset of 960 scenes: eight simulated ones under 120 names each."""
    simulate_dataset(folder, train=N_SIMULATED, val=0, seed=0)
    for path in sorted(folder.rglob("*sim_train_*")):
        for again in range(1, N_MANY // N_SIMULATED):
            shutil.copy(path, path.with_name(path.name.replace("train", f"copy{again}")))
    return folder


def large_scene(folder: Path, side: int = LARGE_SIDE) -> Path:
    """A dataset of one scene of ``side`` × ``side`` pixels."""
    scene = large_picture(side)
    images = {"rgb_images/large_RGB.png": scene.rgb}
    for band, image in zip(scene.band_ids, np.moveaxis(scene.bands, -1, 0), strict=True):
        images[f"ms_masks/large_ms_{band}.png"] = image
    for name, image in images.items():
        _write(folder / "train" / name, image)
    wavelengths = ", ".join(f'"{band}": {band}' for band in scene.band_ids)
    (folder / "dataset.yaml").write_text(f"wavelengths: {{{wavelengths}}}\n", encoding="utf-8")
    return folder


def _write(path: Path, image: FloatArray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    counts = np.ascontiguousarray(np.rint(image * 65535), np.uint16)
    path.write_bytes(imagecodecs.png_encode(counts))


def measure(turns: int) -> Outcome:
    """Time all runs."""
    with tempfile.TemporaryDirectory() as work:
        simulate_dataset(Path(work, "one"), train=1, val=0, seed=0)
        many, large = many_scenes(Path(work, "many")), large_scene(Path(work, "large"))
        jobs: dict[str, Callable[[], object]] = {
            ONE_JOB: GraphBuild(many, "--jobs", "1"),
            TWO_JOBS: GraphBuild(many, "--jobs", "2"),
        }
        one, whole = GraphBuild(Path(work, "one")), GraphBuild(large)
        timed = {
            ONE: interleaved({ONE: one}, turns=turns, clock="wall"),
            LARGE: interleaved({LARGE: whole}, turns=LARGE_TURNS, clock="wall"),
            "jobs": interleaved(jobs, turns=turns, clock="wall"),
        }
    ratio = ratio_of(timed["jobs"], ONE_JOB, TWO_JOBS)
    return Outcome(
        what=__doc__ or "",
        settings={"scenes": N_MANY, "large_side": LARGE_SIDE, "bands": 8},
        timed=timed,
        ratios={"jobs2_speedup": only_on_two_cores(ratio)},
        figures={
            "one_scene_process_ms": timed[ONE].milliseconds(ONE),
            "large_scene_process_seconds": (timed[LARGE].milliseconds(LARGE) or np.nan) / 1e3,
            "large_scene_peak_gb": whole.peak_bytes / 1e9,
        },
    )


def only_on_two_cores(ratio: Ratio) -> Ratio:
    """The ratio, skipped where two processes have one core."""
    if len(os.sched_getaffinity(0)) > 1:
        return ratio
    return Ratio(value=None, what=ratio.what, skipped="only one core is available")
