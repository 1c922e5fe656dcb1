"""OME-TIFF of other programs, written by the library of the format."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from artextract_cli import Capture, InputError
from artextract_cube import CubeOptions
from artextract_cube.cube import read

RNG = np.random.default_rng(0)
BANDS = RNG.integers(1, 65535, (3, 6, 7), np.uint16)
COLOURS = RNG.integers(0, 255, (6, 7, 3), np.uint8)
NM = [450.0, 550.0, 650.0]
VISIBLE = {"Name": ["b", "g", "r"], "EmissionWavelength": NM}


def write(
    path: Path,
    *,
    axes: str = "CYX",
    bands: np.ndarray = BANDS,
    photograph: bool = True,
    **about: Any,
) -> Path:
    """Bands and perhaps a photograph, described by ``about``."""
    with tifffile.TiffWriter(path, ome=True) as file:
        file.write(bands, photometric="minisblack", metadata={"axes": axes, **about})
        if photograph:
            file.write(COLOURS, photometric="rgb", metadata={"axes": "YXS"})
    return path


def only(path: Path, **options: Any) -> Capture:
    (capture,) = read(path, CubeOptions(centres="all", **options))
    return capture


def test_bands_photograph_wavelengths_and_scale(tmp_path: Path) -> None:
    path = write(tmp_path / "abbey.ome.tif", Channel=VISIBLE, PhysicalSizeX=0.05,
                 PhysicalSizeXUnit="mm", PhysicalSizeY=50.0)  # fmt: skip
    capture = only(path)
    assert capture.name == "abbey"
    assert capture.wavelengths == tuple(NM)
    assert capture.pixels_per_mm == 20
    np.testing.assert_array_equal(np.moveaxis(capture.bands, 2, 0), BANDS)
    np.testing.assert_array_equal(capture.rgb, COLOURS)


@pytest.mark.parametrize(
    "channel",
    [
        {"Name": ["450 nm", "IR_550nm", "0.65um"]},
        {"EmissionWavelength": [0.45, 0.55, 0.65], "EmissionWavelengthUnit": ["µm"] * 3},
    ],
)
def test_wavelengths_in_names_and_in_other_units(tmp_path: Path, channel: Any) -> None:
    assert only(write(tmp_path / "a.ome.tif", Channel=channel)).wavelengths == tuple(NM)


@pytest.mark.parametrize("name", ["channel 850", "2 nmol", "850"])
def test_other_names_are_no_wavelengths(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "a.ome.tif", Channel={"Name": [name, "550nm", "650nm"]})
    with pytest.raises(InputError, match="does not give the wavelengths of its 3 bands"):
        only(path)
    assert only(path, wavelengths="450,550,650").wavelengths == tuple(NM)


@pytest.mark.parametrize(
    "size",
    [
        {},
        {"PhysicalSizeX": 50.0},
        {"PhysicalSizeX": 50.0, "PhysicalSizeY": 60.0},
        {"PhysicalSizeX": 1.0, "PhysicalSizeXUnit": "pixel", "PhysicalSizeY": 1.0},
    ],
)
def test_a_scale_that_is_no_scale(tmp_path: Path, size: Any) -> None:
    assert only(write(tmp_path / "a.ome.tif", Channel=VISIBLE, **size)).pixels_per_mm is None


def test_a_photograph_beside_it_comes_before_that_inside(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ome.tif", Channel=VISIBLE)
    tifffile.imwrite(tmp_path / "a_RGB.tif", 255 - COLOURS, photometric="rgb")
    np.testing.assert_array_equal(only(path, photograph="*_RGB.tif").rgb, 255 - COLOURS)


def test_several_depths_or_times_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ome.tif", bands=np.stack([BANDS, BANDS]), axes="TCYX")
    with pytest.raises(InputError, match="has the axes TCYX"):
        only(path)


def test_planes_in_other_files_are_not_taken_from_this_one(tmp_path: Path) -> None:
    """A set of files, each with one channel, whose descriptions refer to one another."""
    names = ("one.ome.tif", "two.ome.tif")
    planes = "".join(
        f'<TiffData FirstC="{c}" IFD="0" PlaneCount="1"><UUID FileName="{name}">urn:uuid:'
        f"0000000{c}-0000-0000-0000-000000000000</UUID></TiffData>"
        for c, name in enumerate(names)
    )
    for c, name in enumerate(names):
        write(tmp_path / name, bands=BANDS[:2], photograph=False)
        xml = tifffile.tiffcomment(tmp_path / name)
        xml = re.sub("<TiffData[^>]*/>", planes, xml)
        uuid = f"0000000{c}-0000-0000-0000-000000000000"
        xml = re.sub('UUID="urn:uuid:[^"]*"', f'UUID="urn:uuid:{uuid}"', xml)
        tifffile.imwrite(tmp_path / name, BANDS[c], description=xml, metadata=None)
    with tifffile.TiffFile(tmp_path / names[0]) as file:
        assert file.series[0].shape == (2, 6, 7)  # tifffile joins the two
    with pytest.raises(InputError, match="they are in other files"):
        only(tmp_path / names[0])


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    xml = '<?xml version="1.0"?><!DOCTYPE OME [<!ENTITY a "b">]><OME>&a;</OME>'
    tifffile.imwrite(tmp_path / "a.ome.tif", BANDS, photometric="minisblack", description=xml,
                     metadata=None)  # fmt: skip
    with pytest.raises(InputError, match="document type"):
        only(tmp_path / "a.ome.tif")


@pytest.mark.parametrize("broken", ["</OME>", "<Pixels"])
def test_a_damaged_description_leaves_a_plain_tiff(tmp_path: Path, broken: str) -> None:
    path = write(tmp_path / "a.ome.tif", photograph=False, Channel=VISIBLE)
    path.write_bytes(path.read_bytes().replace(broken.encode(), b"#" * len(broken)))
    colours = np.zeros((6, 7, 3), np.uint8)
    colours[0] = 255
    tifffile.imwrite(tmp_path / "p.tif", colours, photometric="rgb")
    capture = only(path, wavelengths="450,550,650", photograph="p.tif")
    np.testing.assert_array_equal(np.moveaxis(capture.bands, 2, 0), BANDS)


def test_a_colour_image_alone_is_a_cube_of_three(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.ome.tif", COLOURS, photometric="rgb", ome=True)
    tifffile.imwrite(tmp_path / "p.tif", COLOURS, photometric="rgb")
    capture = only(tmp_path / "a.ome.tif", wavelengths="450,550,650", photograph="p.tif")
    np.testing.assert_array_equal(capture.bands, COLOURS)
