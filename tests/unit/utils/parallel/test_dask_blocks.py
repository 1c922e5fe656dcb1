"""Blocks on the workers of a cluster: order, errors, deaths, shared files."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.imaging.blocks import Block, Blocks, Workspace
from artextract_cli.utils.events import warn
from artextract_cli.utils.parallel import dask_blocks
from artextract_cli.utils.parallel.cluster import Cluster
from artextract_cli.utils.parallel.dask_blocks import BlockWorkers, block_workers
from artextract_cli.utils.parallel.shared_arrays import store

SHAPE = (40, 40)
posix = pytest.mark.skipif(os.name != "posix", reason="kills by a signal")


@pytest.fixture
def workers(cluster: Cluster, tmp_path: Path) -> Iterator[BlockWorkers]:
    with block_workers(cluster, tmp_path / "out") as found:
        yield found
    assert not list((tmp_path / "out").iterdir())


def blocks(workers: BlockWorkers) -> Blocks:
    return Workspace(10, workers.folder, workers).blocks(SHAPE, 2)


def test_results_come_in_order_from_all_workers(workers: BlockWorkers) -> None:
    def work(block: Block) -> tuple[Block, int]:
        time.sleep(0.2 if block.top == block.left == 0 else 0.01)
        return block, os.getpid()

    every = blocks(workers)
    done = list(every.each(work))
    assert [block for block, _ in done] == list(every)
    processes = {process for _, process in done}
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_workers_fill_an_array_and_read_another(workers: BlockWorkers) -> None:
    workspace = Workspace(10, workers.folder, workers)
    values = np.random.default_rng(0).random(SHAPE)
    read, filled = workspace.shared(values), workspace.empty(SHAPE, np.float64)
    every = workspace.blocks(SHAPE, 0)
    for _ in every.each(lambda block: store(filled, block.place, -read[block.place])):
        pass
    np.testing.assert_array_equal(filled, -values)
    assert len(list(workers.folder.iterdir())) == 2


def test_warnings_are_shown_and_bad_input_is_an_error(
    workers: BlockWorkers, caplog: pytest.LogCaptureFixture
) -> None:
    def work(block: Block) -> None:
        warn(f"row {block.top}")
        if block.top:
            msg = "the second row is bad"
            raise InputError(msg)

    with caplog.at_level("WARNING", "artextract"), pytest.raises(InputError, match="is bad"):
        list(blocks(workers).each(work))
    assert caplog.messages.count("row 0") == 4


@pytest.mark.parametrize("error", [IndexError, OSError])
def test_other_errors_are_raised_as_they_are(workers: BlockWorkers, error: type[Exception]) -> None:
    def work(block: Block) -> None:
        raise error(block.top)

    with pytest.raises(error) as raised:
        list(blocks(workers).each(work))
    assert "in work" in raised.value.__notes__[0]


def dying(marks: Path, times: int) -> Callable[[Block], int]:
    """Work that kills its process at the sixth block, so many times."""

    def work(block: Block) -> int:
        if (block.top, block.left) == (10, 10) and len(list(marks.iterdir())) < times:
            (marks / f"{os.getpid()}").touch()
            time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGKILL)
        return block.top + block.left

    return work


@posix
def test_blocks_of_a_worker_that_died_are_done_again(workers: BlockWorkers, tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    every = blocks(workers)
    assert list(every.each(dying(marks, 1))) == [block.top + block.left for block in every]
    assert len(list(marks.iterdir())) == 1


@posix
def test_a_block_that_ends_its_workers_is_bad_input(workers: BlockWorkers, tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    with pytest.raises(InputError, match=r"each of 3 workers that worked on a block of it alone"):
        list(blocks(workers).each(dying(marks, 99)))
    assert len(list(marks.iterdir())) >= 3


def test_an_interruption_leaves_no_file(cluster: Cluster, tmp_path: Path) -> None:
    def interrupted() -> None:
        with block_workers(cluster, tmp_path) as workers:
            for _ in blocks(workers).each(lambda block: block):
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(tmp_path.iterdir())


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    with block_workers(Cluster(address="local:1"), tmp_path) as workers:
        left = workers.folder
    left.mkdir()
    (left / "array").write_bytes(b"left")
    with block_workers(Cluster(address="local:1"), tmp_path) as workers:
        assert workers.folder == left
        assert not list(left.iterdir())
    assert not list(tmp_path.iterdir())


def test_without_blocks_no_worker_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_blocks, "connected", None)
    with block_workers(Cluster(address="local:2"), tmp_path):
        pass
