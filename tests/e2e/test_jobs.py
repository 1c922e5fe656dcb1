"""Commands with several jobs give what they give with one."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.command_line import Ran
from tests.helpers.results import contents


@pytest.mark.parametrize(
    "words",
    [
        ["infer", "{job}/data", "--model", "none", "--split", "val", "--out", "{out}/results"],
        ["evaluate", "{job}/results", "--truth", "{job}/data"],
        ["report", "{job}/results", "--out", "{out}/report.html"],
        ["data", "check", "{job}/data"],
        ["data", "mask", "{job}/data", "--out", "{out}/masked"],
        ["graph", "build", "{job}/data", "--out", "{out}/graphs"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_two_jobs(job: Path, run: Callable[..., Ran], tmp_path: Path, words: list[str]) -> None:
    found = []
    for jobs in (1, 2):
        out = tmp_path / str(jobs)
        ran = run("--json", *(word.format(job=job, out=out) for word in words), "--jobs", jobs)
        assert ran.exit_code == 0, ran.stderr
        files = {name: re.sub(rb"\d\d:\d\d UTC", b"", c) for name, c in contents(out).items()}
        found.append((ran.stdout.replace(str(out), ""), files))
    assert found[0] == found[1]


def test_shards_by_command(job: Path, run: Callable[..., Ran], tmp_path: Path) -> None:
    words = ["infer", job / "data", "--model", "none", "--split", "val", "--out"]
    assert run(*words, tmp_path / "whole").exit_code == 0
    assert run(*words, tmp_path / "parts", "--shard", "2/2").exit_code == 0
    early = run(*words, tmp_path / "parts", "--finish")
    assert early.exit_code == 3
    assert "error: 1 of 2 scenes are not scored in" in early.stderr
    assert run(*words, tmp_path / "parts", "--shard", "1/2").exit_code == 0
    late = run(*words, tmp_path / "parts", "--finish")
    assert late.exit_code == 0, late.stderr
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")
