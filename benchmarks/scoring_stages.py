"""Processor time of scoring one scene, stage by stage, after everything is compiled and loaded.

    python benchmarks/scoring_stages.py [--size 512] [--turns 5] [--tensors]

A scene with eight bands is simulated, then read, scored with the bundled model and written by one
thread in this process. Processor time is measured, since other programs change the elapsed time.
Scene and null are scored at all scales, so that most stages run several times.

With ``--tensors``, evidence is computed in plain torch, as on a GPU, but on the CPU. *on the
device* is then what a GPU would do; the other stages are what it would leave to the CPU.
"""

import argparse
import functools
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any, cast

import torch
from outcome import Outcome, Ratio

from artextract_cli.evidence.band_residuals import BandResiduals
from artextract_cli.evidence.hidden_image import HiddenLayerImage
from artextract_cli.evidence.maps import EvidenceMaps, _RawMaps
from artextract_cli.evidence.tensor_arrays import TensorArrays
from artextract_cli.pipelines.hidden_layers import pixel_scores, scoring
from artextract_cli.pipelines.scoring import open_scorer, score_scene
from artextract_cli.results.writer import write_scene
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.reading import read_scene
from artextract_cli.simulate import SceneSettings, simulate_dataset
from artextract_cli.utils.memory import keep_freed_memory

SIDE = 512
STAGES: tuple[tuple[Any, str, str], ...] = (
    (_RawMaps, "__init__", "regressions"),
    (_RawMaps, "__call__", "evidence maps"),
    (EvidenceMaps, "compressed", "standardising the maps"),
    (scoring, "evidence_nodes", "superpixels and graph"),
    (pixel_scores, "evidence_tensors", "superpixels and graph"),
    (scoring, "node_scores", "network"),
    (pixel_scores.PixelScores, "__call__", "scores of pixels"),
    (scoring, "attention_of", "attention and its check"),
    (HiddenLayerImage, "__init__", "hidden-layer image"),
    (BandResiduals, "__init__", "residuals of bands"),
    (BandResiduals, "__call__", "residuals of bands"),
)


TENSORS = "on the device"


class Stages:
    """Seconds by stage; those of a stage within another one count for the inner one only."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._inner: list[float] = []

    def timed(self, work: Callable[..., Any], stage: str) -> Callable[..., Any]:
        """``work``, whose time is added to a stage."""

        @functools.wraps(work)
        def call(*args: Any, **kwargs: Any) -> Any:
            started = time.process_time()
            self._inner.append(0)
            try:
                return work(*args, **kwargs)
            finally:
                spent = time.process_time() - started
                self.seconds[stage] += spent - self._inner.pop()
                if self._inner:
                    self._inner[-1] += spent

        return call


def _on_the_device() -> Iterator[tuple[Any, str, str]]:
    """What a GPU does: the methods of `TensorArrays`, and the network. Inner stages count."""
    for name in vars(TensorArrays):
        if not name.startswith("_"):
            yield TensorArrays, name, TENSORS
    yield pixel_scores.NodeScores, "_of_tensors", TENSORS
    yield scoring, "node_scores", TENSORS
    yield scoring, "attention_of", TENSORS


def seconds_of_stages(size: int, n_turns: int, *, tensors: bool = False) -> list[Counter[str]]:
    """Seconds by stage, and their total, of every turn."""
    # Loops and linear algebra use one thread anyway.
    torch.set_num_threads(1)
    keep_freed_memory()  # as `infer` does
    stages = Stages()
    turns: list[Counter[str]] = []
    if tensors:
        scoring.arrays_on = cast("Any", TensorArrays)
    for owner, function, stage in (*(_on_the_device() if tensors else ()), *STAGES):
        setattr(owner, function, stages.timed(getattr(owner, function), stage))
    with tempfile.TemporaryDirectory() as work:
        data, results = Path(work, "data"), Path(work, "results")
        simulate_dataset(data, train=0, val=1, seed=3, settings=SceneSettings(size=size))
        (files,), model = open_dataset(data).scenes, open_scorer(Path("gat"))
        # The first turn compiles and loads.
        for _ in range(n_turns + 1):
            stages.seconds.clear()
            scene = stages.timed(read_scene, "reading")(files)
            scores = stages.timed(score_scene, "the rest of scoring")(model, scene)
            stages.timed(write_scene, "writing")(results, files, scene, scores, model)
            turns.append(stages.seconds | Counter(total=stages.seconds.total()))
    return turns[1:]


def measure(turns: int) -> Outcome:
    """The processor time of a scene of 512 × 512 pixels."""
    spent = [1000 * turn["total"] for turn in seconds_of_stages(SIDE, turns)]
    what = f"milliseconds of a scene of {SIDE} × {SIDE} pixels"
    ratio = Ratio(value=median(spent), low=min(spent), high=max(spent), what=what)
    return Outcome(
        what=__doc__ or "",
        settings={"side": SIDE, "bands": 8, "turns": turns},
        ratios={"infer_512_ms": ratio},
    )


def main() -> None:
    """Measure all stages, and print the median and least milliseconds of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=SIDE)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--tensors", action="store_true")
    asked = parser.parse_args()
    turns = seconds_of_stages(asked.size, asked.turns, tensors=asked.tensors)
    for stage in turns[-1]:
        spent = [1000 * turn[stage] for turn in turns]
        sys.stdout.write(f"{stage:26} {median(spent):6.0f} ms, at least {min(spent):4.0f}\n")


if __name__ == "__main__":
    main()
