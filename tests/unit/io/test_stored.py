"""Images that are read in parts."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from artextract_cli.errors import InputError
from artextract_cli.io.images import (
    decode_picture,
    n_pixels,
    picture_parts,
)
from tests.helpers.image_files import FLOAT, GREY8, GREY16, LOSSLESS, RGB8, RGB16


def assembled(path: Path) -> tuple[int, np.ndarray]:
    """A picture put together from its parts, of which each pixel comes once; and how many parts."""
    parts = list(picture_parts(path))
    shape, _, first = parts[0]
    made, seen = np.zeros((*shape, first.values.shape[2])), np.zeros(shape, int)
    for _, block, part in parts:
        assert part.values.shape[:2] == block.shape
        made[block.place] = part.values
        seen[block.place] += 1
    assert (seen == 1).all()
    return len(parts), made


@pytest.mark.parametrize("case", LOSSLESS)
def test_parts_make_the_whole(tmp_path: Path, case: str) -> None:
    write, values, expected = LOSSLESS[case]
    write(tmp_path / "a.png", values)
    n, made = assembled(tmp_path / "a.png")
    np.testing.assert_array_equal(made, np.atleast_3d(expected))
    assert n == {"tiff tiled": 2, "tiff lzw strips": 4}.get(case, 1)
    assert n_pixels(tmp_path / "a.png") == 13 * 17


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("options", [{"tile": (16, 16)}, {"rowsperstrip": 5}])
def test_parts_are_put_upright(tmp_path: Path, orientation: int, options: dict[str, Any]) -> None:
    values = np.arange(40 * 53 * 3, dtype=np.uint16).reshape(40, 53, 3)
    tags = [(274, "H", 1, orientation, True)]
    path = tmp_path / "o.tif"
    tifffile.imwrite(path, values, photometric="rgb", extratags=tags, metadata=None, **options)
    n, made = assembled(path)
    np.testing.assert_array_equal(made, decode_picture(path).values)
    assert n > 7


@pytest.mark.parametrize("case", ["planes", "palette", "one bit"])
def test_parts_of_rarer_kinds(tmp_path: Path, case: str) -> None:
    path = tmp_path / "r.tif"
    if case == "planes":
        planes = np.ascontiguousarray(np.moveaxis(RGB16, 2, 0))
        options: dict[str, Any] = {"planarconfig": "separate", "rowsperstrip": 4}
        tifffile.imwrite(path, planes, photometric="rgb", **options)
    elif case == "palette":
        Image.fromarray(RGB8).quantize(7).save(path, "TIFF")
    else:
        Image.fromarray(GREY8 > 100).save(path, "TIFF")
    np.testing.assert_array_equal(assembled(path)[1], decode_picture(path).values)


def test_damage_is_found_in_parts_too(tmp_path: Path) -> None:
    path = tmp_path / "d.tif"
    tifffile.imwrite(path, GREY16, rowsperstrip=4)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="damaged or cut short"):
        list(picture_parts(path))
    tifffile.imwrite(path, np.where(GREY16 == 12345, np.nan, FLOAT), rowsperstrip=4)
    with pytest.raises(InputError, match="not finite"):
        list(picture_parts(path))
