"""Whether a scene is read whole or in blocks."""

from pathlib import Path

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.scenes.memory_plan import MemoryPlan


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
