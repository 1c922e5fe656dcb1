"""Writing results beside earlier ones and beside files of the user."""

import csv
import dataclasses
import os
from pathlib import Path
from unittest import mock

import pytest

from artextract_cli.errors import ArtextractError, UsageError
from artextract_cli.results import description, writer
from artextract_cli.results.results_plan import results_plan
from artextract_cli.results.writer import (
    write_scene,
)
from artextract_cli.scenes.history import ProcessingStep
from artextract_cli.utils.atomic import TEMPORARY
from tests.helpers.results import contents
from tests.helpers.rewriting import is_current, write_again


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_half_way_leaves_the_earlier_results(
    scored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    write_scene(tmp_path, *scored)
    before = contents(tmp_path)

    def fail(*args: object) -> None:
        assert len(list(tmp_path.glob(".*/*.tif"))) > 2
        raise error

    monkeypatch.setattr(writer, "overlay", lambda *args, **kwargs: fail())
    expected = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else ArtextractError
    with pytest.raises(expected):
        write_scene(tmp_path, *scored)
    assert contents(tmp_path) == before
    assert [p.name for p in tmp_path.iterdir()] == ["v0"]


def put_foreign(folder: Path) -> dict[str, bytes]:
    """A figure, a note nobody may write, a folder, and a link that leads nowhere."""
    (folder / "difference.png").write_bytes(b"figure")
    (folder / "notes.txt").write_text("seen on Monday")
    (folder / "notes.txt").chmod(0o400)
    (folder / "mine" / "too").mkdir(parents=True)
    (folder / "mine" / "too" / "x.txt").write_text("x")
    (folder / "link").symlink_to("nowhere")
    return contents(folder)


@pytest.mark.parametrize("can_link", [True, False])
@pytest.mark.parametrize("is_damaged", [False, True])
def test_what_others_put_into_the_folder_of_a_scene_stays(
    scored, tmp_path: Path, capsys, monkeypatch, can_link: bool, is_damaged: bool
) -> None:
    files, _, _, model = scored
    described = write_scene(tmp_path, *scored)
    before = put_foreign(tmp_path / "v0")
    (tmp_path / "v0" / f"{TEMPORARY}of-one-who-was-killed").write_text("half")
    if is_damaged:
        (tmp_path / "v0" / "scene.json").write_text("{")
    if not can_link:
        monkeypatch.setattr(os, "link", lambda *args, **kwargs: Path().symlink_to(""))
    assert write_again(tmp_path, *scored) == described
    assert (
        "v0 was replaced except for difference.png, link, mine, notes.txt"
        in capsys.readouterr().err
    )
    assert contents(tmp_path / "v0") == before
    assert (tmp_path / "v0" / "link").readlink() == Path("nowhere")
    assert is_current(tmp_path, files, model)


def test_a_folder_named_as_a_result_is_not_lost(scored, tmp_path: Path) -> None:
    write_scene(tmp_path, *scored)
    (tmp_path / "v0" / "overlay.png").unlink()
    (tmp_path / "v0" / "overlay.png").mkdir()
    (tmp_path / "v0" / "overlay.png" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"v0/overlay\.png is not a result of artextract"):
        write_again(tmp_path, *scored)
    assert (tmp_path / "v0" / "overlay.png" / "mine.txt").read_text() == "mine"


def test_a_description_of_somebody_else_is_not_written_over(scored, tmp_path: Path) -> None:
    plan = results_plan(tmp_path, ["v0"], scored[-1], {})
    (tmp_path / "v0").mkdir()
    (tmp_path / "v0" / "scene.json").write_text('{"camera": "mine"}')
    with pytest.raises(UsageError, match="v0 exists but contains no results of"):
        plan.check()
    (tmp_path / "summary.csv").write_text("mine")
    with pytest.raises(UsageError, match=r"summary\.csv is not a result of artextract"):
        plan.check()
    (tmp_path / "summary.csv").unlink()
    (tmp_path / "v0" / "scene.json").unlink()
    (tmp_path / "v0").rmdir()
    plan.check()


def test_a_model_of_views_knows_no_sign(scored, tmp_path: Path) -> None:
    described = write_scene(tmp_path, *scored)
    assert described["signs"] is None
    assert described["expect"] == "either"
    with (tmp_path / "v0" / "regions.csv").open(newline="") as file:
        assert {row["sign"] for row in csv.DictReader(file)} <= {""}


def test_a_scene_is_up_to_date_until_anything_changes(scored, tmp_path: Path) -> None:
    files, _, _, model = scored
    assert not is_current(tmp_path, files, model)
    write_scene(tmp_path, *scored)
    assert is_current(tmp_path, files, model)
    assert not is_current(tmp_path, files, dataclasses.replace(model, digest="0"))
    assert not is_current(tmp_path, files, dataclasses.replace(model, expect="dark"))
    for change in ({"bands": files.bands[::-1]}, {"mask": None}, {"pixels_per_mm": 3.0}):
        assert not is_current(tmp_path, dataclasses.replace(files, **change), model)
    step = ProcessingStep(name="import", source="/other")
    with mock.patch.object(description, "scene_history", return_value=(step,)):
        assert not is_current(tmp_path, files, model)
    path = tmp_path / "v0" / "heatmap.tif"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert not is_current(tmp_path, files, model)
    write_scene(tmp_path, *scored)
    (tmp_path / "v0" / "labels.tif").unlink()
    assert not is_current(tmp_path, files, model)
