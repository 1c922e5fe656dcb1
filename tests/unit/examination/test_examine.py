"""Examining one painting, from the folder of a camera to a report."""

import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from artextract_cli import Filing, InputError, UsageError, examine
from tests.helpers.command_line import Ran

MODEL = Path("none")  # needs no torch


def test_from_a_folder_to_a_report(camera: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in camera.iterdir()}
    steps: list[str] = []
    out = tmp_path / "filed" / "abbey.html"
    done = examine(camera, out, model=MODEL, on_step=lambda step: steps.append(step.name))
    assert steps == ["import", "check", "mask", "infer", "report"]
    assert done.steps[0].result == "bands: abbey, 96 × 96 px, 4 bands (450–950 nm), uint16"
    assert "abbey" in out.read_text(encoding="utf-8")
    assert done.folder == out.with_name("abbey_files")
    assert done.scene is not None
    assert done.scene.scene == "abbey"
    assert {path.name: path.read_bytes() for path in camera.iterdir()} == before


def test_misaligned_bands_are_registered(misaligned: Path, tmp_path: Path) -> None:
    done = examine(misaligned, tmp_path / "abbey.html", model=MODEL)
    by_name = {step.name: step.result for step in done.steps}
    shift = re.fullmatch(
        "the bands are shifted by up to (.+) px; they are registered", by_name["check"]
    )
    assert shift is not None
    assert float(shift[1]) == pytest.approx(5, abs=0.1)
    assert by_name["register"].startswith("4 bands, largest residual 0.")
    assert re.search(r"; 9\d × [89]\d px are common to all$", by_name["register"])


def test_the_commands_it_names_give_the_same(
    camera: Path, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    done = examine(camera, tmp_path / "abbey.html", model=MODEL)
    heatmap = (done.folder / "results" / "abbey" / "heatmap.tif").read_bytes()
    commands = (done.folder / "commands.txt").read_text(encoding="utf-8").splitlines()
    shutil.rmtree(done.folder)
    for command in commands:
        program, *words = shlex.split(command)
        assert program == "artextract"
        assert run(*words).exit_code == 0, command
    assert (done.folder / "results" / "abbey" / "heatmap.tif").read_bytes() == heatmap


def test_a_report_that_can_be_filed(camera: Path, tmp_path: Path, run: Callable[..., Ran]) -> None:
    filing = Filing(title="The Abbey", notes="Two lines\nof notes")
    plates = tmp_path / "plates"
    done = examine(camera, tmp_path / "abbey.html", model=MODEL, filing=filing, plates=plates)
    assert done.filing == filing
    assert "<h1><bdi>The Abbey</bdi></h1>" in done.report.read_text(encoding="utf-8")
    assert (plates / "abbey_photograph.png").exists()
    record = json.loads((done.folder / "examination.json").read_text(encoding="utf-8"))
    assert record["filing"] == filing.stated
    assert [step["name"] for step in record["history"]] == ["import", "mask", "infer"]
    assert len(record["history"][0]["figures"]["files_sha256"]) == 5
    command = shlex.split(done.steps[-1].command)
    assert run(*command[1:]).exit_code == 0
    assert "Two lines\nof notes" in done.report.read_text(encoding="utf-8")


def test_plates_are_refused_before_the_work(camera: Path, tmp_path: Path) -> None:
    plates = tmp_path / "plates"
    plates.mkdir()
    (plates / "x_hidden.png").write_text("mine")
    with pytest.raises(UsageError, match=r"x_hidden\.png is not a plate of artextract"):
        examine(camera, tmp_path / "abbey.html", model=MODEL, plates=plates)
    with pytest.raises(UsageError, match="is inside the source"):
        examine(camera, tmp_path / "abbey.html", model=MODEL, plates=camera / "plates")
    assert {path.name for path in tmp_path.iterdir()} == {"plates"}


def test_a_complete_examination_is_not_replaced(camera: Path, tmp_path: Path) -> None:
    out = tmp_path / "abbey.html"
    done = examine(camera, out, model=MODEL)
    record = (done.folder / "examination.json").read_text(encoding="utf-8")
    assert json.loads(record)["state"] == "complete"
    with pytest.raises(UsageError, match=r"abbey\.html exists: choose another --out"):
        examine(camera, out, model=MODEL)
    out.unlink()
    with pytest.raises(UsageError, match="abbey_files exists: choose another --out"):
        examine(camera, out, model=MODEL)
    assert (done.folder / "examination.json").read_text(encoding="utf-8") == record


def test_one_that_stopped_is_repeated(
    camera: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "abbey.html"

    def interrupt(step: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        examine(camera, out, model=MODEL, on_step=interrupt)
    record = json.loads((tmp_path / "abbey_files" / "examination.json").read_text())
    assert record["state"] == "stopped"
    assert [step["name"] for step in record["steps"]] == ["import"]
    (tmp_path / "abbey_files" / "notes.txt").write_text("mine")
    assert examine(camera, out, model=MODEL).scene is not None
    assert (tmp_path / "abbey_files" / "notes.txt").read_text() == "mine"


def test_nothing_is_left_where_nothing_could_be_read(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="contains neither images nor a cube"):
        examine(tmp_path / "empty", tmp_path / "abbey.html", model=MODEL)
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_the_files_of_an_examination_are_no_source(camera: Path, tmp_path: Path) -> None:
    out = tmp_path / "abbey.html"
    imported = tmp_path / "abbey_files" / "imported"
    shutil.copytree(camera, imported)
    with pytest.raises(UsageError, match="is inside the folder of an examination"):
        examine(imported, tmp_path / "abbey.html", model=MODEL)
    assert imported.is_dir()
    assert not out.exists()


def test_a_dry_run_writes_nothing(camera: Path, tmp_path: Path) -> None:
    done = examine(camera, tmp_path / "abbey.html", model=MODEL, dry_run=True)
    assert [step.name for step in done.steps] == ["import"]
    assert done.scene is None
    assert list(tmp_path.iterdir()) == []


def test_a_dataset_of_one_scene_needs_no_import(camera: Path, tmp_path: Path) -> None:
    first = examine(camera, tmp_path / "abbey.html", model=MODEL)
    again = examine(first.folder / "imported", tmp_path / "again.html", model=MODEL)
    assert again.steps[0].result == "a dataset: scene abbey, 4 bands, 450–950 nm"
    assert again.steps[0].command == ""
    assert again.scene == first.scene
