"""The whole job twice with one seed gives the same bytes; other engines, nearly so."""

import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
import torch

from artextract_cli.utils.libraries.dgl_compat import load_dgl

# What a file of a run tells of time, which no seed fixes.
TIMES = ("seconds", "injection_seconds", "sha256")
BACKBONES = ("gcn", "gat")
OBJECTIVES = ("hidden-layer", "node-contrastive", "graph-contrastive")
# What a pixel may differ by, as a share of the largest value of its map. Stated after measuring,
# with some room: up to 9e-7 for engines. Scoring has one thread, whatever the machine allows.
TOLERANCES = {"threads": 0.0, "numba": 1e-5, "torch": 1e-5, "dgl": 1e-5}
SMALL = ("--epochs", "2", "--batch-size", "2", "-o", "hidden=8", "-o", "out_size=4")


def torture(seconds: float, seed: int) -> dict[str, Any]:
    """Every backbone and objective twice; then other numbers of threads, and other engines."""
    deadline = time.monotonic() + seconds
    counted: dict[str, Any] = {"jobs": 0, "files": 0, "left_out": 0, "failures": []}
    with tempfile.TemporaryDirectory() as folder:
        for backbone, objective in itertools.product(BACKBONES, OBJECTIVES):
            if time.monotonic() > deadline:
                counted["left_out"] += 1
                continue
            words = ("--backbone", backbone, "--objective", objective)
            first, again = (_whole_job(Path(folder), seed, words) for _ in range(2))
            counted["jobs"] += 2
            counted["files"] += len(first)
            counted["failures"] += [
                f"{backbone}, {objective}: {name} differs" for name in differing(first, again)
            ]
        counted |= _other_ways(Path(folder), seed, counted["failures"])
    return counted


def _whole_job(folder: Path, seed: int, words: tuple[str, ...]) -> dict[str, str]:
    """Simulate, build, train, infer, at one place, as artefacts tell where their sources lie."""
    place = folder / "job"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    seeded = ("--seed", str(seed))
    program(
        place, "data", "simulate", "data", "--train", "4", "--val", "2", "--size", "64", *seeded
    )
    program(place, "graph", "build", "data", "--out", "graphs")
    program(place, "train", "graphs", "--out", "run", *words, *SMALL, *seeded)
    program(place, "infer", "data", "--model", "run", "--out", "results")
    return digests(place)


def _other_ways(folder: Path, seed: int, failures: list[str]) -> dict[str, float]:
    """How far maps move when threads or engine change, as a share of the largest value."""
    _whole_job(folder, seed, ("--backbone", "gat"))
    place = folder / "job"
    moved: dict[str, float] = {}
    for name, engine, threads in _ways():
        options = ("--model", "run", "--out", f"results-{name}", "--engine", engine)
        program(place, "infer", "data", *options, threads=threads)
        moved[name] = _moved(place / "results", place / f"results-{name}")
    failures += [f"{name}: {by:g}" for name, by in moved.items() if by > TOLERANCES[name]]
    return {f"moved_by_{name}": by for name, by in moved.items()}


def _ways() -> Iterator[tuple[str, str, int]]:
    yield "threads", "auto", os.cpu_count() or 2
    for engine in ("numba", "torch") if load_dgl()[0] is None else ("numba", "torch", "dgl"):
        yield engine, engine, 1


def _moved(one: Path, other: Path) -> float:
    """The largest difference of any pixel, as a share of the largest value of its map."""
    return max(_share(path, other / path.relative_to(one)) for path in one.rglob("*.tif"))


def _share(one: Path, other: Path) -> float:
    values = np.float64(tifffile.imread(one))
    largest = max(float(np.nanmax(np.abs(values))), 1e-12)
    return float(np.nanmax(np.abs(values - tifffile.imread(other)))) / largest


def program(place: Path, *words: str, threads: int = 1) -> None:
    """Run the program in a process of its own, with a hash seed of its own."""
    variables = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS")
    environment = os.environ | dict.fromkeys(variables, str(threads)) | {"PYTHONHASHSEED": "random"}
    command = [sys.executable, "-m", "artextract_cli", "--quiet", *words]
    subprocess.run(
        command,
        cwd=place,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file but for the times it tells, by its path in the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(_content(path)).hexdigest() for path in files
    }


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Names of the files that are not the same in both."""
    return sorted(name for name in one | other if one.get(name) != other.get(name))


def _content(path: Path) -> bytes:
    if path.name == "metrics.jsonl":
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        return repr([_timeless(row) for row in rows]).encode()
    if path.name == "last.pt":
        return repr(_plain(torch.load(path, weights_only=True))).encode()
    return path.read_bytes()


def _timeless(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in TIMES}


def _plain(state: Any) -> Any:
    """What a state holds, tensors as digests, without times."""
    if isinstance(state, torch.Tensor):
        shown = state.contiguous().numpy().tobytes()
        return str(state.dtype), tuple(state.shape), hashlib.sha256(shown).hexdigest()
    if isinstance(state, dict):
        return {key: _plain(value) for key, value in _timeless(state).items()}
    if isinstance(state, list | tuple):
        return [_plain(value) for value in state]
    return state
