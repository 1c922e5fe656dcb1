"""Maps tell their resolution where it is known."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from artextract_cli.io.tiff_maps import TILE, write_map
from tests.helpers.command_line import Ran
from tests.helpers.datasets import write_scene


def tags(path: Path, page: int = 0) -> tuple[float, float, int]:
    with tifffile.TiffFile(path) as file:
        found = file.pages[page].tags
        x, y = (found[name].value for name in ("XResolution", "YResolution"))
        return x[0] / x[1], y[0] / y[1], int(found["ResolutionUnit"].value)


@pytest.mark.parametrize("side", [5, TILE + 1])
def test_resolution_in_pixels_per_cm_on_every_page(tmp_path: Path, side: int) -> None:
    path = tmp_path / "map.tif"

    def read(page: int, block: object) -> np.ndarray:
        return np.full(block.shape, page, np.float32)

    write_map(path, read, 2, (side, side), np.float32, 12.34567)
    for page in range(2):
        x, y, unit = tags(path, page)
        assert x == pytest.approx(123.4567, rel=1e-6)
        assert (y, unit) == (x, 3)  # 3 is the centimetre (TIFF 6.0, page 38)
    assert tifffile.imread(path).shape == (2, side, side)


def test_no_resolution_where_none_is_known(tmp_path: Path) -> None:
    path = tmp_path / "map.tif"
    write_map(path, lambda page, block: np.zeros(block.shape), 1, (4, 5), np.float32)
    assert tags(path)[2] == 1  # no unit


def test_every_map_of_a_dataset_that_says_its_scale_has_it(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    write_scene(tmp_path / "data", "val", "a")
    said = 'wavelengths: {"450": 450, "650": 650, "850": 850}\npixels_per_mm: 12.5\n'
    (tmp_path / "data" / "dataset.yaml").write_text(said)
    out = tmp_path / "results"
    assert run("infer", tmp_path / "data", "--out", out, "-q").exit_code == 0
    maps = sorted((out / "a").glob("*.tif"))
    assert {"heatmap.tif", "hidden.tif", "labels.tif", "bands.tif"} <= {path.name for path in maps}
    assert {tags(path) for path in maps} == {(125.0, 125.0, 3)}
