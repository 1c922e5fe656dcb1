import dataclasses
from pathlib import Path

import pytest

from artextract_cli import calibrate_dataset, import_dataset, open_dataset
from artextract_cli.scenes.dataset_writer import copied_dataset
from artextract_cli.scenes.embedded.captures import captures
from artextract_cli.scenes.history import ProcessingStep, read_history, write_history
from artextract_cli.scenes.scene import SceneFiles
from tests.helpers.image_files import GREY8, RGB8
from tests.helpers.metadata import CAMERA, EXPOSED, exif, packet, written

FILTER = packet("", 'museum:Filter="IR 950"')
EXPECTED = {"photograph": {**CAMERA, **EXPOSED}, "950": {"filter": "IR 950"}}


@pytest.fixture
def imported(tmp_path: Path) -> Path:
    folder = tmp_path / "lady"
    folder.mkdir()
    written(folder / "photo.jpg", RGB8, exif=exif())
    written(folder / "950.png", GREY8, FILTER)
    written(folder / "850.png", GREY8)
    import_dataset("bands", folder, tmp_path / "data")
    return tmp_path / "data"


def scene(root: Path) -> SceneFiles:
    (files,) = open_dataset(root).scenes
    return files


def test_an_import_records_what_its_files_say(imported: Path) -> None:
    (step,) = read_history(imported)["lady"]
    assert step.figures["capture"] == EXPECTED
    assert captures(scene(imported)) == EXPECTED


def test_it_goes_along_through_later_steps(imported: Path, tmp_path: Path) -> None:
    frames = [tmp_path / "white", tmp_path / "dark"]
    for frame, values in zip(frames, (GREY8 * 0 + 250, GREY8 * 0), strict=True):
        frame.mkdir()
        written(frame / "950.png", values)
        written(frame / "850.png", values)
    calibrate_dataset(imported, *frames, tmp_path / "calibrated")
    assert captures(scene(tmp_path / "calibrated")) == EXPECTED
    step = read_history(tmp_path / "calibrated")["lady"][-1]
    assert (step.name, step.figures["capture"]) == ("calibrate", EXPECTED)


def test_files_that_are_rewritten_lose_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for folder in ("rgb_images", "ms_masks"):
        (data / "val" / folder).mkdir(parents=True)
    written(data / "val/rgb_images/a_RGB.jpg", RGB8, exif=exif())
    written(data / "val/ms_masks/a_ms_950.png", GREY8)
    files = scene(data)
    with copied_dataset(data, tmp_path / "out", [files]) as output:
        output.write(files.rgb, RGB8)
        output.write(files.bands[0], GREY8)
        output.record("a", "register", {}, {})
    assert captures(scene(tmp_path / "out")) == {"photograph": {**CAMERA, **EXPOSED}}


def test_nothing_is_recorded_without_metadata(imported: Path) -> None:
    files = scene(imported)
    bare = dataclasses.replace(files, bands=files.bands[:1], band_ids=("850",), split="")
    assert captures(bare) == {}


@pytest.mark.parametrize(
    "recorded", [3, {"photograph": 3}, {"photograph": {"camera": 3}}, {"x": {}}]
)
def test_a_history_edited_by_hand(imported: Path, recorded: object) -> None:
    step = ProcessingStep(name="import", source=None, figures={"capture": recorded})
    write_history(imported, {"lady": (step,)})
    assert captures(scene(imported)) == {}


def test_control_characters_in_a_history(imported: Path) -> None:
    said = {"photograph": {"camera": "a\x1b[31m\u202e" + "b" * 999, "other": "c"}}
    write_history(
        imported, {"lady": (ProcessingStep(name="x", source=None, figures={"capture": said}),)}
    )
    ((_, fields),) = captures(scene(imported)).items()
    assert set(fields) == {"camera"}
    assert fields["camera"].startswith("a [31m b")
    assert len(fields["camera"]) == 200
