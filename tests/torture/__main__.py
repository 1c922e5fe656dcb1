"""Run long tests: ``python -m tests.torture [PART ...] [--seconds N] [--seed S] [--out FILE]``.

A part is a module of this package with ``torture(seconds, seed)``, which returns what it
counted; its list ``failures`` says in words what did not hold. Exit code 1 if anything failed.
"""

import argparse
import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

# Before anything loads NumPy or torch: children are forked, and threads do not survive that.
os.environ["OMP_NUM_THREADS"] = "1"

PARTS = ("kills", "fuzzing", "mutations", "load", "same_bytes")


def main() -> int:
    """Run the parts asked for and write what they counted."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--seconds", type=float, default=900, help="at most, for each part")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("build/torture.json"))
    asked = parser.parse_args()
    counted = {part: _run(part, asked.seconds, asked.seed) for part in asked.parts or PARTS}
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(counted, indent=2) + "\n")
    return int(any(part["failures"] for part in counted.values()))


def _run(part: str, seconds: float, seed: int) -> dict[str, Any]:
    start = time.monotonic()
    counted = importlib.import_module(f"tests.torture.{part}").torture(seconds, seed)
    counted["took_seconds"] = round(time.monotonic() - start)
    figures = ", ".join(
        f"{key} {value}" for key, value in counted.items() if not isinstance(value, list)
    )
    sys.stdout.write(f"{part}: {len(counted['failures'])} failures; {figures}\n")
    for failure in counted["failures"]:
        sys.stdout.write(f"  {failure}\n")
    sys.stdout.flush()
    return counted


if __name__ == "__main__":
    raise SystemExit(main())
