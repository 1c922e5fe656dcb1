"""Colour profiles, metadata and colour charts, from files to the report."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from artextract_cli import read_scene
from artextract_cli.scenes.dataset import open_dataset
from tests.helpers.checkers import dataset as with_chart
from tests.helpers.checkers import photograph
from tests.helpers.command_line import Ran
from tests.helpers.datasets import write_scene
from tests.helpers.metadata import exif, packet, written
from tests.helpers.profiles import ADOBE_RGB, grey_profile, save
from tests.helpers.schemas import validator


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A scene whose photograph is in Adobe RGB, with a band that a script tried to get into."""
    root = tmp_path / "scans"
    write_scene(root, "val", "a", size=(96, 96))
    (files,) = open_dataset(root).scenes
    (root / "dataset.yaml").write_text("wavelengths: {'450': 450, '650': 650, '850': 850}\n")
    counts = np.uint16(read_scene(files).rgb * 65535)
    save(files.rgb.with_suffix(".tif"), counts, ADOBE_RGB)
    files.rgb.unlink()
    hostile = packet("<dc:creator>&lt;script&gt;alert(1)&lt;/script&gt;</dc:creator>")
    grey = np.uint8(counts[..., 0] >> 8)
    files.bands[-1].unlink()
    band = files.bands[-1].with_suffix(".jpg")
    written(band, grey, hostile, exif=exif(), icc_profile=grey_profile(2.2))
    return root


def test_from_files_to_the_report(run: Callable[..., Ran], scans: Path, tmp_path: Path) -> None:
    results, report = tmp_path / "results", tmp_path / "report.html"
    assert run("infer", scans, "--model", "none", "--out", results).exit_code == 0
    described = json.loads((results / "a" / "scene.json").read_text(encoding="utf-8"))
    validator("scene").validate(described)
    assert described["photograph"]["coding"] == "profile"
    assert [band["coding"] for band in described["bands"]] == ["linear", "linear", "gamma 2.2"]
    # EXIF counts before XMP.
    assert described["capture"] == {
        "850": {
            "camera": "Nikon D850",
            "creator": "A. Maker",
            "date": "2024-05-31 12:00:00",
            "exposure": "1/60 s, f/8, ISO 100, 50 mm",
            "lens": "Micro 105 mm",
        }
    }
    assert run("report", results, "--out", report).exit_code == 0
    text = report.read_text(encoding="utf-8")
    assert "embedded colour profile" in text
    assert "Nikon D850" in text
    again = run("infer", scans, "--model", "none", "--out", results)
    assert again.exit_code == 0, again.stderr


def test_a_chart_by_the_command(run: Callable[..., Ran], tmp_path: Path) -> None:
    data = with_chart(tmp_path / "data", a=photograph())
    ran = run("data", "colour", data, "--out", tmp_path / "out", "--json")
    assert ran.exit_code == 0, ran.stderr
    (row,) = json.loads(ran.stdout)["photographs"]
    before, after = ([patch[when] for patch in row["patches"]] for when in ("before", "after"))
    assert len(before) == 24
    assert np.mean(after) < 1 < np.mean(before)


def test_white_balance_by_the_command(run: Callable[..., Ran], tmp_path: Path) -> None:
    data = with_chart(tmp_path / "data", a=photograph())
    ran = run("data", "colour", data, "--out", tmp_path / "out", "--grey", "93,129,12,12")
    assert ran.exit_code == 0, ran.stderr
    assert "grey patch" in ran.stdout
