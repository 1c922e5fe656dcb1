from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artextract_cli import write_report
from artextract_cli.errors import InputError, UsageError
from artextract_cli.imaging.heatmap import colour
from artextract_cli.report.filing import Filing
from artextract_cli.report.plates.writing import check_plates_folder, plate_path
from artextract_cli.results.scene_result import SceneResult
from tests.helpers.results import HIGH, make_photograph, sealed_again, write_result


def plates(result: SceneResult, folder: Path, **how: object) -> set[str]:
    write_report(result.path.parent, folder.with_suffix(".html"), plates=folder, **how)  # type: ignore[arg-type]
    return {path.name for path in folder.iterdir()}


def height(folder: Path) -> int:
    with Image.open(plate_path(folder, "made", "photograph")) as image:
        return image.height


def read(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def test_the_plates_of_a_scene(tmp_path: Path) -> None:
    folder = tmp_path / "plates"
    filing = Filing(title="Lady \N{LATIN SMALL LETTER E WITH ACUTE}", inventory="1903.12")
    names = plates(write_result(tmp_path), folder, filing=filing)
    kinds = ("photograph", "longest_band", "heatmap", "hidden", "overlay")
    assert names == {f"made_{kind}.png" for kind in kinds}
    with Image.open(folder / "made_heatmap.png") as image:
        assert image.info["Title"] == "Lady é: heatmap"
        assert image.info["Description"] == "Inventory number: 1903.12"
        pixels = np.asarray(image)
    # 55 of 60 rows are painting, and 4 are margin: white, as nothing was scored there.
    assert (pixels[15, 60] == colour(np.full((1, 1), HIGH, np.float32))[0, 0]).all()
    assert (pixels[56, 60] == 255).all()
    photograph = read(folder / "made_photograph.png")
    assert (photograph == make_photograph()[:59]).all()
    overlay = read(folder / "made_overlay.png")
    assert (overlay[9, 62:70] == (31, 33, 38)).all()  # the frame of the first region


def test_a_scale_bar_where_the_scale_is_known(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    plates(result, tmp_path / "bare")
    plates(result, tmp_path / "scaled", pixels_per_mm=4)
    bare, scaled = (height(tmp_path / name) for name in ("bare", "scaled"))
    assert bare == 59 < scaled


def test_what_is_not_there_is_left_out(tmp_path: Path) -> None:
    result = write_result(tmp_path, learns_from="views", wavelengths_nm=None)
    (result.path / "hidden.tif").unlink()
    for band in result.description["bands"]:
        Path(band["path"]).unlink()
    names = plates(sealed_again(result), tmp_path / "plates", with_bands=False)
    assert names == {f"made_{kind}.png" for kind in ("photograph", "heatmap", "overlay")}


def test_plates_are_replaced_but_nothing_else(tmp_path: Path) -> None:
    result, folder = write_result(tmp_path), tmp_path / "plates"
    plates(result, folder)
    (folder / "note.png").write_bytes(b"mine")
    assert len(plates(result, folder)) == 6
    mine = folder / "other_heatmap.png"
    Image.new("L", (2, 2)).save(mine)
    before = mine.read_bytes()
    with pytest.raises(UsageError, match=r"other_heatmap\.png is not a plate of artextract"):
        plates(result, folder)
    mine.write_bytes(b"not even an image")
    with pytest.raises(UsageError, match="is not a plate of artextract"):
        check_plates_folder(folder)
    assert before != mine.read_bytes()


def test_neither_in_a_dataset_nor_instead_of_a_file(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    with pytest.raises(UsageError, match="is inside the dataset"):
        plates(result, tmp_path / "dataset" / "plates")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="is not a folder: choose another --plates"):
        plates(result, tmp_path / "file")
    assert not list(tmp_path.glob("*.html"))


def test_a_scene_without_plates_is_not_reported(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    Path(result.description["bands"][2]["path"]).write_bytes(b"changed")
    with pytest.raises(InputError, match="has changed since"):
        plates(result, tmp_path / "plates", with_bands=True)
