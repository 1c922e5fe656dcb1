"""Whether a scene is read whole or in blocks, and how many at a time."""

import shutil
from pathlib import Path

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.memory_plan import MemoryPlan, affordable_jobs, affordable_pool
from artextract_cli.utils.parallel.cluster import Cluster


def plan(limit: int) -> MemoryPlan:
    return MemoryPlan(
        limit=limit, scratch=Path("scratch"), program=10**6, per_pixel=100, per_band=10
    )


def test_what_fits_is_read_whole() -> None:
    needed = 10**6 + 10**6 * (100 + 3 * 10)
    assert plan(needed).workspace(10**6, 3) is None
    assert plan(needed - 1).workspace(10**6, 3) is not None


def test_blocks_are_larger_where_there_is_more_memory() -> None:
    small, large = (plan(limit).workspace(10**6, 3) for limit in (50 * 10**6, 90 * 10**6))
    assert small is not None
    assert large is not None
    assert small.block_side < large.block_side
    assert small.scratch == Path("scratch")


def test_too_little_memory_is_refused_with_how_much_is_enough() -> None:
    with pytest.raises(UsageError, match=r"1MB is not enough .* allow at least (\d+)MB") as caught:
        plan(10**6).workspace(10**6, 3)
    enough = int(str(caught.value).rpartition(" ")[2].removesuffix("MB"))
    assert plan(enough * 10**6).workspace(10**6, 3) is not None


# Scenes of 40 × 48 pixels in three bands.
NEED = 10**6 + 40 * 48 * (100 + 3 * 10)


@pytest.mark.parametrize(
    ("limit", "jobs", "affordable"),
    [(NEED - 1, 9, 1), (2 * NEED - 1, 4, 1), (2 * NEED, 4, 2), (5 * NEED, 4, 4), (9 * NEED, 9, 5)],
)
def test_jobs_share_the_memory(
    dataset: Path, caplog: pytest.LogCaptureFixture, limit: int, jobs: int, affordable: int
) -> None:
    scenes = open_dataset(dataset).scenes
    with caplog.at_level("INFO", "artextract"):
        assert affordable_jobs(plan(limit), scenes, jobs) == affordable
    assert len(caplog.messages) == (affordable < min(jobs, len(scenes)))
    assert all("allow 100MB for all" in message for message in caplog.messages)


def test_without_a_limit_or_with_one_job_nothing_is_measured(dataset: Path) -> None:
    scenes = open_dataset(dataset).scenes
    assert affordable_jobs(None, scenes, 7) == 7
    assert affordable_jobs(plan(1), [], 2) == 2
    assert affordable_jobs(plan(1), scenes, 1) == 1


def test_a_scene_that_cannot_be_read_takes_no_memory(dataset: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(dataset, tmp_path / "data"))
    for path in copy.rglob("*_RGB.png"):
        path.write_text("no picture")
    assert affordable_jobs(plan(NEED), open_dataset(copy).scenes, 3) == 3


def test_only_workers_on_this_machine_share_its_memory(dataset: Path) -> None:
    scenes = open_dataset(dataset).scenes
    local, other = Cluster(address="local:4"), Cluster(address="scheduler.json")
    assert affordable_pool(plan(2 * NEED), scenes, 4) == 2
    assert affordable_pool(plan(2 * NEED), scenes, local) == Cluster(address="local:2")
    assert affordable_pool(None, scenes, local) == local
    assert affordable_pool(plan(1), scenes, other) == other
