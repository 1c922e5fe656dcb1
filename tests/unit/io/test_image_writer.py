"""Images are written without loss."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from artextract_cli.io.codings import embedded_profile
from artextract_cli.io.image_writer import TILE, write_picture
from artextract_cli.io.images import read_counts
from tests.helpers.profiles import ADOBE_RGB


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("shape", [(9, 14), (9, 14, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_counts_come_back(tmp_path: Path, suffix: str, shape: tuple[int, ...], dtype: type) -> None:
    counts = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape, dtype)
    path = tmp_path / f"a{suffix}"
    write_picture(path, counts)
    read = read_counts(path)
    assert read.dtype == dtype
    assert np.array_equal(read.reshape(shape), counts)


def test_tiff_is_written_in_tiles(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.tif", np.zeros((9, 14), np.uint8))
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert (file.pages[0].tilewidth, file.pages[0].tilelength) == (TILE, TILE)


def test_the_level_changes_the_size_and_not_the_counts(tmp_path: Path) -> None:
    counts = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
    sizes = []
    for level in (1, 9):
        path = tmp_path / f"{level}.png"
        write_picture(path, counts, png_level=level)
        np.testing.assert_array_equal(read_counts(path).reshape(64, 64), counts)
        sizes.append(path.stat().st_size)
    assert sizes[0] > sizes[1]


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_profiles_come_back_and_other_programs_read_them(tmp_path: Path, suffix: str) -> None:
    counts = np.random.default_rng(0).integers(0, 255, (9, 14, 3), np.uint8)
    path = tmp_path / f"a{suffix}"
    write_picture(path, counts, profile=ADOBE_RGB)
    assert embedded_profile(path) == ADOBE_RGB
    with Image.open(path) as image:
        assert image.info["icc_profile"] == ADOBE_RGB
        np.testing.assert_array_equal(np.asarray(image), counts)
