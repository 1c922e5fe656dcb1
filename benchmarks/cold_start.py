"""CPU time of the first commands in a new environment, compared with the same ones later.

    python benchmarks/cold_start.py [--scenes 3] [--size 256] [--turns 3]

Simulates a dataset, scores it and writes the report, as a user does after installing. The first
run compiles the loops that it needs and stores them (in a folder of this benchmark); the second
loads them. Compiling is the difference.

Among all benchmarks (`speed.py`), it is ``infer`` of one scene with all loops compiled before: the
start of the program, mostly.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from commands import run
from outcome import Outcome, Ratio


def seconds_of(*words: str) -> float:
    """CPU seconds of a command of artextract, including those of its own processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(*words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def first_commands(work: Path, scenes: int, size: int) -> dict[str, float]:
    """CPU seconds of each of the three commands, whose outputs go to ``work``."""
    data, results = str(work / "data"), str(work / "results")
    simulate = ("--train", "0", "--val", str(scenes), "--size", str(size))
    return {
        "simulate": seconds_of("data", "simulate", data, *simulate),
        "infer": seconds_of("infer", data, "--out", results, "--device", "cpu"),
        "report": seconds_of("report", results, "--out", str(work / "report.html")),
    }


def cold_and_warm(scenes: int, size: int) -> dict[str, dict[str, float]]:
    """The commands with an empty cache, then with what they have left in it."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NUMBA_CACHE_DIR"] = str(Path(folder, "cache"))
        measured = {}
        for name in ("cold", "warm"):
            Path(folder, name).mkdir()
            measured[name] = first_commands(Path(folder, name), scenes, size)
    return measured


def measure(turns: int) -> Outcome:
    """CPU seconds of ``infer`` of one scene of 256 × 256 pixels; loops are compiled before."""
    with tempfile.TemporaryDirectory() as work:
        data = str(Path(work, "data"))
        run("data", "simulate", data, "--train", "0", "--val", "1", "--size", "256")
        seconds = [
            seconds_of("infer", data, "--out", str(Path(work, str(turn))), "--device", "cpu")
            for turn in range(turns + 1)
        ][1:]  # the first may compile
    what = "CPU seconds of infer, one scene"
    ratio = Ratio(value=median(seconds), low=min(seconds), high=max(seconds), what=what)
    return Outcome(
        what=__doc__ or "",
        settings={"scenes": 1, "side": 256, "bands": 8, "turns": turns},
        ratios={"cold_start_cpu_s": ratio},
    )


def summary(turns: list[dict[str, dict[str, float]]]) -> dict[str, Any]:
    """Medians over ``turns``, and the seconds of compiling in each."""
    seconds = {
        name: {
            command: round(median(turn[name][command] for turn in turns), 2)
            for command in turns[0][name]
        }
        for name in ("cold", "warm")
    }
    spent = [sum(turn["cold"].values()) - sum(turn["warm"].values()) for turn in turns]
    return {
        **seconds,
        "compiling": round(median(spent), 2),
        "compiling_in_each_turn": [round(s, 2) for s in spent],
    }


def main() -> None:
    """Run both several times, print the CPU seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=3)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--turns", type=int, default=3)
    asked = parser.parse_args()
    turns = [cold_and_warm(asked.scenes, asked.size) for _ in range(asked.turns)]
    sys.stdout.write(json.dumps(summary(turns), indent=2) + "\n")


if __name__ == "__main__":
    main()
