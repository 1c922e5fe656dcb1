"""The simulation of docs/capacity.md, on runs whose duration is known by construction."""

import importlib.util
import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SEED = 3


@pytest.fixture(scope="module")
def fleet() -> Any:
    """The module, which belongs to no package."""
    path = Path(__file__).parents[2] / "benchmarks" / "fleet.py"
    spec = importlib.util.spec_from_file_location("fleet", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "fleet", module)  # where dataclasses look for it
        spec.loader.exec_module(module)
        yield module


def simulated(fleet: Any, job: Any, **changes: Any) -> Any:
    """The outlook of a job; the time of all workers is accounted for in any."""
    outlook = fleet.simulate(job, fleet.Fleet(**changes), SEED)
    assert sum(outlook.spent.values()) == pytest.approx(outlook.workers * outlook.seconds)
    return outlook


def seconds_of(fleet: Any, job: Any) -> list[float]:
    return [job.seconds * size for size in fleet.sizes(job, np.random.default_rng(SEED))]


def test_one_worker_takes_the_sum_of_all_scenes(fleet: Any) -> None:
    job = fleet.Job(scenes=40, seconds=3, spread=0.5)
    outlook = simulated(fleet, job, workers=1, starts=(7,))
    total = sum(seconds_of(fleet, job))
    assert outlook.seconds == pytest.approx(7 + total)
    assert outlook.efficiency == pytest.approx(total / (7 + total))
    assert outlook.spent["start"] == 7


def test_as_many_workers_as_scenes_take_the_longest_scene(fleet: Any) -> None:
    job = fleet.Job(scenes=40, seconds=3, spread=0.5)
    outlook = simulated(fleet, job, workers=60)
    assert outlook.seconds == pytest.approx(max(seconds_of(fleet, job)))
    assert outlook.limit == "tail"


def test_equal_scenes_take_whole_rounds(fleet: Any) -> None:
    job = fleet.Job(scenes=10, seconds=3)
    outlook = simulated(fleet, job, workers=4, starts=(2, 5))
    # Three scenes after one another: of the first worker from 2 s on, of two others from 5 s on.
    assert outlook.seconds == pytest.approx(14)
    assert simulated(fleet, replace(job, batch=5), workers=4).seconds == pytest.approx(15)


def test_the_cost_of_scenes_has_the_mean_and_the_spread_that_were_asked_for(fleet: Any) -> None:
    seconds = np.array(seconds_of(fleet, fleet.Job(scenes=100_000, seconds=3, spread=0.5)))
    assert seconds.mean() == pytest.approx(3, rel=0.01)
    assert seconds.std() == pytest.approx(1.5, rel=0.02)


def test_storage_that_is_too_slow_takes_the_bytes_over_its_bandwidth(fleet: Any) -> None:
    job = fleet.Job(scenes=400, seconds=1, read_bytes=60, written_bytes=40, spread=0.5)
    outlook = simulated(fleet, job, workers=40, storage=100)
    assert outlook.seconds == pytest.approx(sum(seconds_of(fleet, job)), rel=0.02)
    assert outlook.storage_use > 0.98
    assert outlook.limit == "storage"


def test_workers_in_step_leave_the_storage_idle_while_they_compute(fleet: Any) -> None:
    job = fleet.Job(scenes=400, seconds=1, read_bytes=60, written_bytes=40)
    outlook = simulated(fleet, job, workers=40, storage=100)
    assert outlook.seconds == pytest.approx(400 + 10 * 1)
    assert outlook.storage_use == pytest.approx(400 / 410)


def test_storage_is_shared_equally_by_those_who_use_it(fleet: Any) -> None:
    job = fleet.Job(scenes=2, seconds=0, read_bytes=60)
    # Alone from 0 to 3 s (30 bytes), both until the first has 60 bytes (at 9 s), then the other.
    outlook = simulated(fleet, job, workers=2, storage=10, starts=(0, 3))
    assert outlook.seconds == pytest.approx(12)
    assert outlook.spent["tail"] == pytest.approx(3)


def test_a_worker_is_no_faster_than_its_link(fleet: Any) -> None:
    job = fleet.Job(scenes=6, seconds=1, read_bytes=30, written_bytes=10)
    outlook = simulated(fleet, job, workers=2, storage=1000, link=10)
    assert outlook.seconds == pytest.approx(3 * (1 + 4))
    assert outlook.spent["storage"] == pytest.approx(6 * 4)


def test_the_scheduler_gives_out_one_task_after_the_other(fleet: Any) -> None:
    job = fleet.Job(scenes=1000, seconds=1)
    outlook = simulated(fleet, job, workers=200, service=0.1)
    assert outlook.seconds == pytest.approx(1000 * 0.1 + 1)
    assert outlook.limit == "scheduler"
    assert outlook.scheduler_use == pytest.approx(100 / 101)
    batches = simulated(fleet, replace(job, batch=5), workers=200, service=0.1)
    assert batches.seconds == pytest.approx(200 * 0.1 + 5)


def test_failures_lengthen_the_run_by_what_is_lost(fleet: Any) -> None:
    job = fleet.Job(scenes=2000, seconds=36)
    sound = simulated(fleet, job, workers=1)
    failing = simulated(fleet, job, workers=1, failures=2, starts=(0, 90))
    assert failing.spent["CPU"] == pytest.approx(sound.seconds)
    lost = failing.spent["failures"]
    assert failing.seconds == pytest.approx(sound.seconds + lost)
    # While it works, a worker fails at the rate that was asked for. Half a scene is lost with each.
    assert lost == pytest.approx(2 * sound.seconds / 3600 * (90 + 18), rel=0.25)


def test_a_failure_loses_one_scene_and_not_its_batch(fleet: Any) -> None:
    job = fleet.Job(scenes=2000, seconds=36)
    alone = simulated(fleet, job, workers=1, failures=2)
    assert simulated(fleet, replace(job, batch=500), workers=1, failures=2).seconds == alone.seconds


def test_a_failure_during_a_transfer_repeats_the_scene(fleet: Any) -> None:
    job = fleet.Job(scenes=50, seconds=0, read_bytes=100)
    failing = simulated(fleet, job, workers=1, storage=1, failures=3, starts=(0, 10))
    n_failed = (failing.seconds - 50 * 100) / (100 + 10)
    assert n_failed == pytest.approx(round(n_failed))
    assert n_failed > 0


def test_the_same_seed_gives_the_same_run(fleet: Any) -> None:
    job = fleet.Job(scenes=200, seconds=20, read_bytes=50, written_bytes=90, batch=3, spread=0.4)
    machines = fleet.Fleet(workers=7, storage=30, link=9, service=0.1, failures=5, starts=(3,))
    assert fleet.simulate(job, machines, 1) == fleet.simulate(job, machines, 1)
    assert fleet.simulate(job, machines, 1) != fleet.simulate(job, machines, 2)


def test_without_limits_the_processors_limit(fleet: Any) -> None:
    outlook = simulated(fleet, fleet.Job(scenes=64, seconds=1), workers=8)
    assert (outlook.limit, outlook.efficiency) == ("CPU", 1)
    assert outlook.seconds == 8
    assert math.isclose(outlook.storage_use + outlook.scheduler_use, 0)
