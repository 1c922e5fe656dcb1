"""The same seed gives the same bytes; `make torture PARTS=same_bytes` tries all combinations."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.command_line import Ran
from tests.torture.same_bytes import differing, digests

SMALL = ("-o", "hidden=8", "-o", "out_size=4", "--epochs", "1")


@pytest.fixture
def whole_job(run: Callable[..., Ran], tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """Simulate, build, train and infer with a seed, always at the same place."""

    def go(seed: str) -> dict[str, str]:
        place = tmp_path / "job"
        simulated = ("--train", 2, "--val", 1, "--size", 32, "--seed", seed)
        for words in (
            ("data", "simulate", place / "data", *simulated),
            ("graph", "build", place / "data", "--out", place / "graphs"),
            ("train", place / "graphs", "--out", place / "run", *SMALL, "--seed", seed),
            ("infer", place / "data", "--model", place / "run", "--out", place / "results"),
        ):
            ran = run(*words)
            assert ran.exit_code == 0, ran.stderr
        found = digests(place)
        place.rename(tmp_path / f"job-{len(list(tmp_path.iterdir()))}")
        return found

    return go


def test_the_whole_job_twice(whole_job: Callable[[str], dict[str, str]]) -> None:
    first, again, other = whole_job("5"), whole_job("5"), whole_job("6")
    assert differing(first, again) == []
    assert "run/model.safetensors" in differing(first, other)
