"""The summary of several scenes."""

import csv
import json
from pathlib import Path

from artextract_cli.results.summary import summarize, write_summary
from artextract_cli.results.writer import (
    write_scene,
)


def test_the_summary_has_a_row_per_scene(scored, tmp_path: Path) -> None:
    described = write_scene(tmp_path, *scored)
    write_summary(tmp_path, [summarize(d) for d in (described, described | {"scene": "other"})])
    rows = json.loads((tmp_path / "summary.json").read_text())["scenes"]
    assert [row["scene"] for row in rows] == ["v0", "other"]
    assert rows[0]["verdict"] == described["verdict"] == "no verdict"
    assert rows[0]["euclidean_distance"] == described["euclidean_distance"]["fused"]
    with (tmp_path / "summary.csv").open() as file:
        assert [row["scene"] for row in csv.DictReader(file)] == ["v0", "other"]
