"""Pictures of every kind are written by other libraries than those that read them, where one can.

The 16-bit value 12345 must come back as 12345 / 65535.
"""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from artextract_cli.errors import InputError
from artextract_cli.io.images import (
    decode_picture,
    picture_parts,
    read_counts,
)
from tests.helpers.image_files import (
    FLOAT,
    GREY8,
    GREY16,
    GREY32,
    LOSSLESS,
    RGB8,
    RGB16,
    SHAPE,
    opaque,
    refused,
)


@pytest.mark.parametrize("case", LOSSLESS)
def test_values_come_back_at_full_depth(tmp_path: Path, case: str) -> None:
    write, values, expected = LOSSLESS[case]
    write(tmp_path / "a.png", values)
    picture = decode_picture(tmp_path / "a.png")
    expected = np.atleast_3d(expected)
    np.testing.assert_array_equal(picture.values, expected)
    assert picture.depth == expected.dtype.name
    scaled = picture.scaled()
    assert scaled.dtype == np.float32
    full_scale = np.iinfo(expected.dtype).max
    np.testing.assert_array_equal(scaled, (expected / full_scale).astype(np.float32))


@pytest.mark.parametrize("case", ["png grey 16", "png rgb 16", "tiff rgb 16", "tiff tiled"])
def test_the_value_12345(tmp_path: Path, case: str) -> None:
    write, values, _ = LOSSLESS[case]
    write(tmp_path / "a", values)
    assert decode_picture(tmp_path / "a").scaled()[0, 0, 0] == np.float32(12345 / 65535)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_are_kept(tmp_path: Path, dtype: type) -> None:
    tifffile.imwrite(tmp_path / "f.tif", FLOAT.astype(dtype))
    picture = decode_picture(tmp_path / "f.tif")
    np.testing.assert_array_equal(picture.scaled()[..., 0], FLOAT.astype(dtype).astype(np.float32))
    assert picture.depth == np.dtype(dtype).name


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    refused(tmp_path / "a.png", "cannot read .*a.png: Permission denied")


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        (GREY8, {}, GREY8[..., None]),
        (RGB16, {"photometric": "rgb"}, RGB16),
        (GREY16, {"byteorder": ">"}, GREY16[..., None]),
        (FLOAT, {}, FLOAT[..., None]),
        (opaque(RGB8), {"photometric": "rgb", "extrasamples": ["unassalpha"]}, RGB8),
        (GREY32, {}, (GREY16 / np.float32(65535))[..., None]),
    ],
)
@pytest.mark.parametrize("stacked", [False, True])
def test_counts_are_8_bit_16_bit_or_floats(
    tmp_path: Path, values: np.ndarray, options: dict[str, Any], expected: np.ndarray, stacked: bool
) -> None:
    tifffile.imwrite(tmp_path / "m.tif", values, **options)
    counts = read_counts(tmp_path / "m.tif", stacked=stacked)
    assert counts.dtype == expected.dtype
    assert counts.dtype.isnative
    np.testing.assert_allclose(counts, expected, rtol=1e-6 if counts.dtype.kind == "f" else 0)


def test_floats_of_another_scale_are_no_counts(tmp_path: Path) -> None:
    values = np.full(SHAPE, 0.5, np.float32)
    values[3, 4], values[5, 6] = 4095, -2
    tifffile.imwrite(tmp_path / "s.tif", values)
    said = r"s.tif has 2 values outside 0 to 1 \(from -2 to 4095\), the first at row 3, column 4; "
    said += "set negative values to 0, and divide all values by the one that stands"
    for stacked in (False, True):
        with pytest.raises(InputError, match=said):
            read_counts(tmp_path / "s.tif", stacked=stacked)
    tifffile.imwrite(tmp_path / "one.tif", np.where(values > 1, np.float32(2), 0.5))
    with pytest.raises(InputError, match=r"one\.tif has 1 value outside 0 to 1 \(from 0\.5 to 2\)"):
        read_counts(tmp_path / "one.tif")
    counts = read_counts(tmp_path / "s.tif", stacked=True, any_scale=True)
    np.testing.assert_array_equal(counts[..., 0], values)
    for value, todo in (
        (-0.2, "set negative values to 0$"),
        (2, "divide all"),
    ):
        tifffile.imwrite(tmp_path / "s.tif", np.where(values == 0.5, values, value))
        with pytest.raises(InputError, match=f"row 3, column 4; {todo}"):
            read_counts(tmp_path / "s.tif")


@pytest.mark.parametrize("alpha", [False, True])
def test_counts_of_16_bit_saved_as_32_are_refused(tmp_path: Path, alpha: bool) -> None:
    values = np.dstack([GREY16.astype(np.uint32)] * 3)
    options: dict[str, Any] = {"photometric": "rgb", "rowsperstrip": 4}
    options |= {"extrasamples": ["unassalpha"]} if alpha else {}
    path = tmp_path / "w.tif"
    for largest, is_told in ((2**24 - 1, True), (2**24, False)):
        values[-1, -1] = largest
        tifffile.imwrite(path, opaque(values) if alpha else values, **options)
        for read in (
            decode_picture,
            lambda path: list(picture_parts(path)),
            read_counts,
            lambda path: read_counts(path, stacked=True, any_scale=True),
        ):
            with (
                pytest.raises(InputError, match="but none above 16777215, a tiny fraction")
                if is_told
                else nullcontext()
            ):
                read(path)
    tifffile.imwrite(path, np.stack([values[..., 0] // 2] * 2), photometric="minisblack")
    with pytest.raises(InputError, match="integers of more than 16 bits, but none above 8388608"):
        read_counts(path, stacked=True)
