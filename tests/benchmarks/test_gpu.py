"""The benchmark of a GPU, on the CPU and with the smallest sizes."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

FOLDER = Path(__file__).parents[2] / "benchmarks"
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def gpu() -> Iterator[ModuleType]:
    """The script, importable with its neighbours; these have short names, and are forgotten."""
    sys.path.insert(0, str(FOLDER))
    try:
        yield importlib.import_module("gpu")
    finally:
        sys.path.remove(str(FOLDER))
        files = {str(path) for path in FOLDER.glob("*.py")}
        ours = [name for name, m in sys.modules.items() if getattr(m, "__file__", None) in files]
        for name in ours:
            del sys.modules[name]


@pytest.fixture(scope="module")
def parts(gpu: ModuleType) -> Iterator[ModuleType]:
    """The measurements, with graphs of two small pictures and no further process."""
    modules = [importlib.import_module(name) for name in ("gpu_parts", "training_speed")]
    pictures, graphs = (importlib.import_module(name) for name in ("pictures", "graphs"))
    small = tuple(graphs.build_graphs(pictures.astronaut(side), graphs.RECIPE) for side in (32, 40))
    with pytest.MonkeyPatch.context() as patch:
        for module in modules:
            patch.setattr(module, "eight_scenes", lambda: small)
        patch.setattr(modules[0], "_command_of_jobs", lambda *given: 1.0)
        # A collection takes longer than what is timed here, with all that other tests imported.
        collector = SimpleNamespace(collect=lambda: 0)
        patch.setattr(importlib.import_module("interleaved"), "gc", collector)
        # The allocator is that of the whole process.
        patch.setattr(modules[0], "keep_freed_memory", lambda: None)
        yield modules[0]


# PyTorch Geometric, where it is installed, is compared with; its layers are compiled as they load.
@pytest.mark.filterwarnings("ignore:.*jit.script. is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    "name", ["inference", "evidence", "layers", "training", "superpixels", "precision"]
)
def test_every_part_measures_and_checks(gpu: ModuleType, parts: ModuleType, name: str) -> None:
    assert name in gpu.PARTS
    outcome = getattr(parts, name)(CPU, parts.TINY)
    assert outcome.timed
    assert outcome.checks
    assert [what for what, check in outcome.checks.items() if not check.passed] == []
    assert all(np.isfinite(value) and value > 0 for value in outcome.figures.values())
    for ratio in outcome.ratios.values():
        assert ratio.value is not None or ratio.skipped
    json.dumps(outcome.summary())


def test_parts_without_time_say_so(gpu: ModuleType) -> None:
    asked = []

    def run(name: str, device: str, tiny: bool, seconds: float) -> dict[str, Any]:
        asked.append(name)
        return {"figures": {"infer_mpx_per_s": 25.0}, "checks": {}}

    entries = gpu.within(gpu.PARTS["inference"] + 5.0, [*gpu.PARTS], "cpu", False, run)
    assert "skipped" not in entries["inference"]
    assert gpu.within(3.0, ["layers"], "cpu", False, run) == {
        "layers": {"skipped": "1 s of the budget were left, and it needs 40 s"}
    }
    assert asked[0] == "inference"
    assert "layers" not in asked[6:]
    document = gpu.document({"inference": entries["inference"]}, 100)
    assert document["goals"] == {"infer_mpx_per_s": {"at_least": 20.0, "reached": True}}
    assert document["machine"]["cores"] > 0


def test_a_part_that_takes_too_long_is_stopped(gpu: ModuleType) -> None:
    entry = gpu.apart("layers", "cpu", True, 0.05)
    assert entry == {"skipped": "stopped after 0 s, at the end of the budget"}


def test_failures_are_named(gpu: ModuleType) -> None:
    wrong = {"difference": 0.5, "at_most": 0.1, "passed": False}
    right = {"difference": 0.0, "at_most": 0.1, "passed": True}
    entries = {"layers": {"checks": {"a": wrong, "b": right}}, "training": {"failed": "why"}}
    assert gpu.problems(entries) == ["training: why", "layers: a differs by 0.5, more than 0.1"]
