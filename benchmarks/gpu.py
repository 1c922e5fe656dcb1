"""Everything that a GPU computes, measured and checked within a budget of time, in one file.

    python benchmarks/gpu.py [PART ...] [--device auto] [--budget 480] [--out FILE]

The file has the machine, versions, every figure with the checks of its results, and every part that
was left out or stopped, with the reason. Each part has a process of its own, which ends with the
budget. The exit code is 1 if a check fails or a part ends with an error. ``--device cpu`` runs the
same on the CPU, with smaller images.
"""

import argparse
import json
import multiprocessing
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import machine

# In the order in which they are measured, with the seconds that each needs at least: an estimate,
# most of it for starting, preparing and warming up.
PARTS = {
    "inference": 120,
    "evidence": 50,
    "layers": 40,
    "training": 40,
    "superpixels": 30,
    "precision": 30,
}
GOALS = {"infer_mpx_per_s": 20.0}
BUDGET = 480.0
RESERVE = 2.0  # seconds of the budget for ending a part and writing the file
OUT = Path(__file__).parent / "results" / "gpu.json"
Run = Callable[[str, str, bool, float], dict[str, Any]]


def measured(name: str, device: str, tiny: bool) -> dict[str, Any]:
    """One part, as plain data."""
    # Imported here: the process that keeps the budget needs none of it.
    import gpu_parts

    from artextract_cli.cli import console
    from artextract_cli.utils.device import resolve_device

    console.configure(verbosity=-1)
    resolved = resolve_device(device)
    sizes = gpu_parts.ON_CPU if resolved.type == "cpu" else gpu_parts.FULL
    outcome = getattr(gpu_parts, name)(resolved, gpu_parts.TINY if tiny else sizes)
    return {"device": str(resolved), **outcome.summary()}


def apart(name: str, device: str, tiny: bool, seconds: float) -> dict[str, Any]:
    """`measured` in a process of its own that has so many ``seconds``."""
    context = multiprocessing.get_context("spawn")
    pipe, served = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(served, name, device, tiny))
    process.start()
    served.close()
    try:
        return pipe.recv() if pipe.poll(seconds) else stopped(seconds)
    except EOFError:
        process.join()
        return {"failed": f"its process ended with exit code {process.exitcode}"}
    finally:
        process.kill()
        process.join()


def stopped(seconds: float) -> dict[str, Any]:
    """The entry of a part that had no more time."""
    return {"skipped": f"stopped after {seconds:.0f} s, at the end of the budget"}


def _serve(pipe: Connection, name: str, device: str, tiny: bool) -> None:
    try:
        pipe.send(measured(name, device, tiny))
    except Exception:  # noqa: BLE001 - the other parts are measured, and the file has the reason
        pipe.send({"failed": traceback.format_exc()})


def within(
    budget: float, parts: Sequence[str], device: str, tiny: bool, run: Run = apart
) -> dict[str, Any]:
    """All entries by part; those for which no time is left say so."""
    started, entries = time.perf_counter(), {}
    for name in parts:
        left = budget - RESERVE - (time.perf_counter() - started)
        needed = 0 if tiny else PARTS[name]
        if left <= needed:
            entries[name] = {
                "skipped": f"{max(left, 0):.0f} s of the budget were left, and it needs {needed} s"
            }
            continue
        begun, load = time.perf_counter(), machine.load()
        entry = run(name, device, tiny, left)
        seconds = round(time.perf_counter() - begun, 1)
        entries[name] = {"seconds": seconds, "load_before": load, **entry}
    return entries


def problems(entries: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A line for every part that failed and every check that did not pass."""
    lines = [f"{name}: {entry['failed']}" for name, entry in entries.items() if "failed" in entry]
    return lines + [
        f"{name}: {what} differs by {check['difference']:.2g}, more than {check['at_most']:g}"
        for name, entry in entries.items()
        for what, check in entry.get("checks", {}).items()
        if not check["passed"]
    ]


def document(entries: Mapping[str, Mapping[str, Any]], budget: float) -> dict[str, Any]:
    """The contents of the file."""
    from artextract_cli.utils.device import describe_devices

    figures = {k: v for entry in entries.values() for k, v in entry.get("figures", {}).items()}
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine.description(),
        "devices": {each.name: each.summary for each in describe_devices()},
        "versions": machine.versions(),
        "budget_s": budget,
        "goals": {
            name: {"at_least": goal, "reached": figures[name] >= goal if name in figures else None}
            for name, goal in GOALS.items()
        },
        "figures": figures,
        "parts": dict(entries),
    }


def main() -> None:
    """Measure the parts that were asked for, and write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--device", default="auto")
    parser.add_argument("--budget", type=float, default=BUDGET, help="seconds for everything")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--tiny", action="store_true", help="only check that all parts work")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"unknown part: {', '.join(sorted(unknown))}")
    machine.pin_to_one_thread()
    entries = within(given.budget, given.parts or [*PARTS], given.device, given.tiny)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document(entries, given.budget), indent=1, ensure_ascii=False)
    given.out.write_text(f"{text}\n", encoding="utf-8")
    for name, entry in entries.items():
        state = entry.get("skipped") or ("failed" if "failed" in entry else "measured")
        print(f"{name}: {state}")
    print(f"written to {given.out}")
    wrong = problems(entries)
    print("\n".join(wrong), file=sys.stderr)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
