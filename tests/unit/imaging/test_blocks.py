"""Blocks of a picture."""

import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from artextract_cli.errors import ArtextractError
from artextract_cli.imaging.blocks import (
    Block,
    BlockCache,
    Blocks,
    Workspace,
    full_block,
)
from artextract_cli.utils.parallel.shared_arrays import release_pages
from tests.helpers.other_systems import system

SHAPE = (31, 45)
PICTURE = np.random.default_rng(0).random((*SHAPE, 2), np.float32)


def window_of(blocks: Blocks, block: Block) -> np.ndarray:
    return PICTURE[blocks.window(block).place]


@pytest.mark.parametrize("side", [None, 1, 7, 16, 45, 1000])
@pytest.mark.parametrize("margin", [0, 3, 100])
def test_blocks_cover_every_pixel_once(side: int | None, margin: int) -> None:
    blocks = Blocks(SHAPE, side, margin)
    seen = np.zeros(SHAPE, int)
    for block in blocks:
        assert max(block.shape) <= (side or 45)
        seen[block.place] += 1
        window = blocks.window(block)
        assert window.top == max(0, block.top - margin)
        assert window.right == min(45, block.right + margin)
        core = blocks.core(block, window_of(blocks, block))
        np.testing.assert_array_equal(core, PICTURE[block.place])
    assert (seen == 1).all()
    assert len(blocks) == len(list(blocks)) == -(-31 // (side or 99)) * -(-45 // (side or 99))


@pytest.mark.parametrize("side", [4, 13, 20, 30, 100])
def test_blocks_begin_at_multiples_of_a_step(side: int) -> None:
    blocks = list(Blocks((97, 203), side, 0, step=6))
    assert {place % 6 for block in blocks for place in (block.top, block.left)} == {0}
    assert max(max(block.shape) for block in blocks) <= max(side, 11)
    seen = np.zeros((97, 203), int)
    for block in blocks:
        seen[block.place] += 1
    assert (seen == 1).all()


def test_windows_with_a_wide_margin_are_no_larger_than_others(tmp_path: Path) -> None:
    workspace = Workspace(block_side=800, scratch=tmp_path)
    assert workspace.side_within(100) + 2 * 100 == workspace.side_within(0) == 1000
    assert workspace.side_within(1000) == 400


def test_a_picture_that_fits_is_one_block() -> None:
    assert list(Blocks(SHAPE, 45, 9)) == list(Blocks(SHAPE, None, 0)) == [full_block(SHAPE)]


def test_work_is_returned_in_order() -> None:
    blocks = Blocks(SHAPE, 8, 0)
    assert list(blocks.each(lambda block: block)) == list(blocks)


def test_the_last_block_is_remembered_by_every_thread() -> None:
    made: list[tuple[Block, int]] = []
    first, second = list(Blocks(SHAPE, 31, 0))[:2]

    def make(block: Block) -> int:
        made.append((block, threading.get_ident()))
        return len(made)

    function = BlockCache(make)
    assert [function(block) for block in (first, first, second, second, first)] == [1, 1, 2, 2, 3]
    thread = threading.Thread(target=function, args=(first,))
    thread.start()
    thread.join()
    assert len(made) == 4


def test_a_failure_is_not_remembered() -> None:
    answers = iter([ValueError("first"), None])

    def make(block: Block) -> str:
        if (answer := next(answers)) is not None:
            raise answer
        return "made"

    function = BlockCache(make)
    with pytest.raises(ValueError, match="first"):
        function(full_block(SHAPE))
    assert function(full_block(SHAPE)) == "made"


def test_a_workspace_keeps_arrays_on_disk_and_leaves_no_file(tmp_path: Path) -> None:
    array = Workspace(block_side=8, scratch=tmp_path / "new").empty((3, 4), np.float32)
    array[:] = 7
    release_pages(array[1:, :2])
    assert (array == 7).all()
    assert isinstance(array, np.memmap)
    assert list((tmp_path / "new").iterdir()) == []
    release_pages(np.zeros(3))  # an array in memory has nothing to let go


@pytest.mark.parametrize("name", ["darwin", "win32"])
def test_an_array_that_does_not_fit_on_the_disk_is_refused_where_space_cannot_be_reserved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=4000))
    workspace = Workspace(block_side=8, scratch=tmp_path)
    with system(name):
        array = workspace.empty((1000,), np.float32)
        array[:] = 7
        release_pages(array)
        assert (array == 7).all()
        with pytest.raises(ArtextractError, match="No space left on device"):
            workspace.empty((1001,), np.float32)


def test_blocks_in_work_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    n = len(list(Blocks(SHAPE, 8, 2).each(lambda block: block)))
    assert capsys.readouterr().err == f"blocks: {n}/{n}\n"
    list(Blocks(SHAPE, None, 2).each(lambda block: block))
    assert capsys.readouterr().err == ""
