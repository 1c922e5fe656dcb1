"""Speed of artextract compared with other libraries, in one table.

    python benchmarks/speed.py [BENCHMARK ...] [--name NAME] [--turns 5]

Runs all benchmarks unless some are named. The results are written to
``benchmarks/results/NAME.json``: machine, versions, ratios, and the medians and all samples of
every benchmark. If only some benchmarks are run, the others in that file are kept, provided that
machine and versions are the same. Other libraries are optional: comparisons with missing ones are
skipped, and their ratio is null.

Every benchmark has a process of its own and one thread, unless its description says otherwise.
"""

import argparse
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
    "inference_jobs": "inference_jobs",
    "cluster": "cluster_speed",
    "scoring": "scoring_stages",
    "cold_start": "cold_start",
}
LEAST_TURNS = 5


def run(name: str, turns: int) -> dict[str, Any]:
    """Run one benchmark in this process; return its entry in the file."""
    from artextract_cli.cli import console

    console.configure(verbosity=-1)
    started, load = time.perf_counter(), machine.load()
    outcome = importlib.import_module(BENCHMARKS[name]).measure(turns)
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - started, 1),
        "load_before": load,
        **outcome.summary(),
    }


def run_apart(name: str, turns: int) -> dict[str, Any]:
    """Run one benchmark in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(run, name, turns).result()


def begun(path: Path) -> dict[str, Any]:
    """Contents of the file if it has this machine and these versions; otherwise a new one."""
    here = {"machine": machine.description(), "threads": 1, "versions": machine.versions()}
    if path.exists():
        known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if all(known.get(key) == value for key, value in here.items()):
            return known
    return {**here, "benchmarks": {}}


def save(path: Path, results: Mapping[str, Any]) -> None:
    """Write the file, with the ratios and figures of all benchmarks first."""
    benchmarks = results["benchmarks"].values()
    ratios = {k: ratio["value"] for part in benchmarks for k, ratio in part["ratios"].items()}
    figures = {k: value for part in benchmarks for k, value in part["figures"].items()}
    head = {key: value for key, value in results.items() if key != "benchmarks"}
    content = head | {"ratios": ratios, "figures": figures, "benchmarks": results["benchmarks"]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def table(results: Mapping[str, Any]) -> Table:
    """All ratios, then all figures, each with its target."""
    here = results["machine"]
    rows = Table(
        "ratio",
        "value",
        "in one turn",
        "target",
        "of",
        title=f"one thread of {here['processor']}, {here['cores']} cores",
    )
    for part in results["benchmarks"].values():
        for name, ratio in part["ratios"].items():
            spread = "" if ratio["low"] is None else f"{ratio['low']:.3g} to {ratio['high']:.3g}"
            rows.add_row(name, _shown(ratio["value"]), spread, _target(name, ratio), ratio["what"])
    rows.add_section()
    for part in results["benchmarks"].values():
        for name, value in part["figures"].items():
            rows.add_row(name, _shown(value), "", _target(name, {"value": value}), "")
    return rows


def _shown(value: float | None) -> str:
    return "skipped" if value is None else f"{value:.4g}"


def _target(name: str, ratio: Mapping[str, Any]) -> str:
    if name not in TARGETS:
        return ""
    value, target = ratio["value"], TARGETS[name]
    if value is None:
        return str(target)
    return f"{target} {'met' if target.is_met(value) else 'missed'}"


def skipped(results: Mapping[str, Any]) -> list[str]:
    """A line for every ratio that could not be measured."""
    return [
        f"skipped: {name}: {ratio['skipped']}"
        for part in results["benchmarks"].values()
        for name, ratio in part["ratios"].items()
        if ratio["skipped"]
    ]


def main() -> None:
    """Run the requested benchmarks, print the table and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("benchmarks", nargs="*", metavar="BENCHMARK", help=", ".join(BENCHMARKS))
    parser.add_argument("--name", default="speed", help="name of the file in benchmarks/results")
    parser.add_argument("--turns", type=int, default=LEAST_TURNS, help="least turns of every side")
    given = parser.parse_args()
    if unknown := set(given.benchmarks) - set(BENCHMARKS):
        parser.error(f"unknown benchmark: {', '.join(sorted(unknown))}")
    machine.pin_to_one_thread()
    messages = Console(stderr=True)
    path = RESULTS / f"{given.name}.json"
    results = begun(path)
    for name in given.benchmarks or BENCHMARKS:
        messages.print(f"{name} ...")
        results["benchmarks"][name] = run_apart(name, max(given.turns, LEAST_TURNS))
        save(path, results)
    Console(width=None if messages.is_terminal else 200).print(table(results))
    for line in skipped(results):
        messages.print(line, soft_wrap=True)
    messages.print(f"written to {path}", soft_wrap=True)


if __name__ == "__main__":
    main()
