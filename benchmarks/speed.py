"""How fast artextract is, beside other ways to do the same, in one table.

    python benchmarks/speed.py [BENCHMARK ...] [--name NAME] [--turns 5]

Without a benchmark's name it runs all of them. What was found goes to
``benchmarks/results/NAME.json``: machine, versions, ratios, and of every benchmark the medians and
all samples. A run of some benchmarks alone leaves the others in that file as they are, if machine
and versions are the same. Other libraries are not needed to run: what they are missing for is
skipped, and its ratio is null.

Every benchmark has a process of its own and one thread; where a side needs more, it says so.
"""

import argparse
import dataclasses
import importlib
import json
import multiprocessing
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import machine
from rich.console import Console
from rich.table import Table
from targets import TARGETS

RESULTS = Path(__file__).parent / "results"
# Modules with a function `measure`; heavy, so each is imported in the process that runs it.
BENCHMARKS = {
    "graph_build": "graph_build_speed",
    "slic": "slic_speed",
    "slic_quality": "slic_quality",
    "message_passing": "message_passing_speed",
    "engines": "engine_speed",
    "training_step": "training_speed",
    "default_step": "default_step_speed",
    "painting": "painting_speed",
    "scaling": "scaling",
    "processes": "processes",
}
LEAST_TURNS = 5


def run(name: str, turns: int) -> dict[str, Any]:
    """Run one benchmark in this process; returns what goes into the file."""
    from artextract_cli.cli import console

    console.configure(verbosity=-1)
    started, load = time.perf_counter(), machine.load()
    outcome = importlib.import_module(BENCHMARKS[name]).measure(turns)
    return {
        "what": outcome.what.strip(),
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - started, 1),
        "load_before": load,
        "settings": outcome.settings,
        "ratios": {key: dataclasses.asdict(ratio) for key, ratio in outcome.ratios.items()},
        "figures": outcome.figures,
        "timed": {key: timed.summary() for key, timed in outcome.timed.items()},
    }


def run_apart(name: str, turns: int) -> dict[str, Any]:
    """Run one benchmark in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(run, name, turns).result()


def begun(path: Path) -> dict[str, Any]:
    """What the file holds already, if it is of this machine and these versions."""
    here = {"machine": machine.description(), "threads": 1, "versions": machine.versions()}
    if path.exists():
        known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if all(known.get(key) == value for key, value in here.items()):
            return known
    return {**here, "benchmarks": {}}


def save(path: Path, found: Mapping[str, Any]) -> None:
    """Write the file, ratios and figures of all benchmarks first."""
    benchmarks = found["benchmarks"].values()
    ratios = {k: ratio["value"] for part in benchmarks for k, ratio in part["ratios"].items()}
    figures = {k: value for part in benchmarks for k, value in part["figures"].items()}
    head = {key: value for key, value in found.items() if key != "benchmarks"}
    whole = head | {"ratios": ratios, "figures": figures, "benchmarks": found["benchmarks"]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(whole, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def table(found: Mapping[str, Any]) -> Table:
    """All ratios, then all figures, each beside what it is meant to be."""
    here = found["machine"]
    made = Table(
        "ratio",
        "value",
        "in one turn",
        "target",
        "of",
        title=f"one thread of {here['processor']}, {here['cores']} cores",
    )
    for part in found["benchmarks"].values():
        for name, ratio in part["ratios"].items():
            spread = "" if ratio["low"] is None else f"{ratio['low']:.3g} to {ratio['high']:.3g}"
            made.add_row(name, _shown(ratio["value"]), spread, _target(name, ratio), ratio["what"])
    made.add_section()
    for part in found["benchmarks"].values():
        for name, value in part["figures"].items():
            made.add_row(name, _shown(value), "", _target(name, {"value": value}), "")
    return made


def _shown(value: float | None) -> str:
    return "skipped" if value is None else f"{value:.4g}"


def _target(name: str, ratio: Mapping[str, Any]) -> str:
    if name not in TARGETS:
        return ""
    value, target = ratio["value"], TARGETS[name]
    if value is None:
        return str(target)
    return f"{target} {'met' if target.is_met(value) else 'missed'}"


def skipped(found: Mapping[str, Any]) -> list[str]:
    """A line for every ratio that could not be measured."""
    return [
        f"skipped: {name}: {ratio['skipped']}"
        for part in found["benchmarks"].values()
        for name, ratio in part["ratios"].items()
        if ratio["skipped"]
    ]


def main() -> None:
    """Run what is asked for, print the table and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("benchmarks", nargs="*", metavar="BENCHMARK", help=", ".join(BENCHMARKS))
    parser.add_argument("--name", default="speed", help="of the file in benchmarks/results")
    parser.add_argument("--turns", type=int, default=LEAST_TURNS, help="of every side, or more")
    given = parser.parse_args()
    if unknown := set(given.benchmarks) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    machine.pin_to_one_thread()
    talk = Console(stderr=True)
    path = RESULTS / f"{given.name}.json"
    found = begun(path)
    for name in given.benchmarks or BENCHMARKS:
        talk.print(f"{name} ...")
        found["benchmarks"][name] = run_apart(name, max(given.turns, LEAST_TURNS))
        save(path, found)
    Console(width=None if talk.is_terminal else 200).print(table(found))
    for line in skipped(found):
        talk.print(line, soft_wrap=True)
    talk.print(f"written to {path}", soft_wrap=True)


if __name__ == "__main__":
    main()
