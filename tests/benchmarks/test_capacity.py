"""The table of benchmarks/capacity.py."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "capacity.py"


def row(side: int, seconds: float, *, in_blocks: bool) -> dict[str, object]:
    return {
        "side": side,
        "max_memory_gb": 4,
        "in_blocks": in_blocks,
        "seconds_per_mpx": seconds,
        "read_mb_per_mpx": 10,
        "written_mb_per_mpx": 30,
        "kept_mb_per_mpx": 20,
    }


@pytest.fixture
def costs(tmp_path: Path) -> Path:
    """Costs of .5 s and 7 s/Mpx, or 18 s/Mpx in blocks, in a file as `measure` writes it."""
    infer = {
        "process_seconds": 4,
        "scene_seconds": 0.5,
        "seconds_per_mpx": 7,
        "by_size": [row(1000, 7.5, in_blocks=False), row(2000, 18, in_blocks=True)],
    }
    path = tmp_path / "costs.json"
    path.write_text(json.dumps({"infer": infer, "service": {"milliseconds": 5}}))
    return path


def printed(costs: Path, *options: str) -> list[str]:
    words = [sys.executable, str(SCRIPT), "simulate", "--costs", str(costs), *options]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()


def test_large_paintings_cost_what_blocks_do(costs: Path) -> None:
    exact = ("--spread", "0", "--failures", "0", "--storage", "1e9", "--link", "1e9")
    lines = printed(costs, "--paintings", "10", "--workers", "1,20", *exact)
    assert lines[0] == (
        "infer: 10 of 100 Mpx, 1 per task, each 1800 s of a core, 1 GB read, 3 GB written"
    )
    # Ten times half an hour; half of twenty workers have nothing to do.
    assert lines[-2] == "| 1 | 5 | 1.00 | CPU | 0.0% | 0.0% |"
    assert lines[-1] == "| 20 | 0.501 | 0.50 | tail | 0.0% | 0.0% |"


def test_small_scenes_are_limited_by_the_scheduler(costs: Path) -> None:
    small = ("--paintings", "4000", "--mpx", "0.25", "--workers", "900", "--start", "0")
    lines = printed(costs, *small, "--storage", "1e9", "--local-scratch")
    assert "each 2.25 s of a core, 0.0025 GB read, 0.005 GB written" in lines[0]
    assert lines[-1].split(" | ")[3] == "scheduler"
