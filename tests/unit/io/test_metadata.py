from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, TiffImagePlugin

from artextract_cli.errors import InputError
from artextract_cli.io.metadata import read_metadata
from tests.helpers.image_files import GREY16, RGB8
from tests.helpers.metadata import CAMERA, EXPOSED, exif, iptc, packet, written

XMP = packet("<dc:rights>Museum</dc:rights>", 'museum:Filter="IR 950" tiff:Make="other"')


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_exif_and_xmp(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path / f"a{suffix}", RGB8, XMP, exif=exif(1))
    found = read_metadata(path)
    # The camera of EXIF counts, not that of XMP.
    assert found.fields == {**CAMERA, **EXPOSED, "filter": "IR 950", "copyright": "Museum"}
    assert (found.colour_space, found.problem) == (1, "")


def test_exif_of_tiff(tmp_path: Path) -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[0x0110] = "D850"
    tags[0x8769] = {0x829A: TiffImagePlugin.IFDRational(1, 60), 0x9003: "2024:05:31 12:00:00"}
    Image.fromarray(RGB8).save(tmp_path / "a.tif", tiffinfo=tags)
    expected = {"camera": "D850", "exposure": "1/60 s", "date": "2024-05-31 12:00:00"}
    assert read_metadata(tmp_path / "a.tif").fields == expected


def test_xmp_and_iptc_of_tiff(tmp_path: Path) -> None:
    block = iptc(date=b"20240531", creator=b"A. Maker")
    extra = [(700, 1, len(XMP), XMP, True), (33723, 7, len(block), block, True)]
    tifffile.imwrite(tmp_path / "a.tif", GREY16, extratags=extra)
    fields = read_metadata(tmp_path / "a.tif").fields
    assert (fields["date"], fields["creator"]) == ("2024-05-31", "A. Maker")
    assert (fields["copyright"], fields["filter"]) == ("Museum", "IR 950")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".bmp"])
def test_images_without_metadata(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    Image.fromarray(RGB8).save(path)
    found = read_metadata(path)
    assert (dict(found.fields), found.colour_space, found.problem) == ({}, None, "")


def test_ten_megabytes_of_xmp(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tif", GREY16, packet("x" * (10 * 2**20)))
    assert read_metadata(path).problem == "XMP metadata that are larger than 1 MiB"


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_entities_are_refused_and_the_rest_is_read(tmp_path: Path, suffix: str) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "boom">]><x>&a;</x>'
    path = written(tmp_path / f"a{suffix}", RGB8, bomb, **_with_exif(suffix))
    found = read_metadata(path)
    assert found.problem == "XMP metadata that declare a document type"
    assert "boom" not in str(found.fields)
    assert found.fields.get("camera", "Nikon D850") == "Nikon D850"


def _with_exif(suffix: str) -> dict[str, Image.Exif]:
    return {} if suffix == ".tif" else {"exif": exif()}


def test_damaged_exif_is_left_out(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jpg", RGB8, exif=exif())
    content = bytearray(path.read_bytes())
    at = content.index(b"Exif\0\0") + 6
    content[at + 4 : at + 40] = np.random.default_rng(0).bytes(36)
    path.write_bytes(content)
    assert read_metadata(path).problem == ""


def test_a_file_that_is_no_image(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("text")
    with pytest.raises(InputError, match="not a PNG"):
        read_metadata(tmp_path / "a.png")
