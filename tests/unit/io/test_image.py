"""An image in memory: its values, channels and scale."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from artextract_cli.errors import InputError
from artextract_cli.io.image import as_band, as_photograph, is_coloured
from artextract_cli.io.images import (
    decode_picture,
    picture_parts,
)
from tests.helpers.image_files import FLOAT, GREY16, RGB8, RGB16, SHAPE, opaque, png, refused


def test_grey_saved_as_rgb_is_exact(tmp_path: Path) -> None:
    png(tmp_path / "g.png", np.dstack([GREY16] * 3))
    picture = decode_picture(tmp_path / "g.png")
    assert not picture.is_coloured()
    np.testing.assert_array_equal(picture.grey(), (GREY16 / 65535).astype(np.float32))


def test_colours_become_their_mean(tmp_path: Path) -> None:
    png(tmp_path / "c.png", RGB16)
    picture = decode_picture(tmp_path / "c.png")
    assert picture.is_coloured()
    np.testing.assert_allclose(picture.grey(), (RGB16 / 65535).mean(axis=2), atol=1e-6)


def test_grey_and_colours_as_band_and_photograph() -> None:
    grey_as_rgb = np.dstack([GREY16] * 3)
    np.testing.assert_array_equal(as_band(GREY16[..., None]), GREY16)
    np.testing.assert_array_equal(as_band(grey_as_rgb), GREY16)
    np.testing.assert_array_equal(as_photograph(GREY16[..., None]), grey_as_rgb)
    np.testing.assert_array_equal(as_photograph(RGB8), RGB8)
    assert (is_coloured(RGB8), is_coloured(grey_as_rgb)) == (True, False)
    for colours, full_scale in (
        (RGB8, 255),
        (RGB16, 65535),
        (np.dstack([FLOAT, FLOAT, FLOAT / 2]), 1),
    ):
        np.testing.assert_allclose(as_band(colours), colours.mean(axis=2) / full_scale, rtol=1e-6)
    white = np.full((2, 2, 3), 65535, np.uint16)
    white[0, 0, 0] = 65534
    assert as_band(white).max() <= 1


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_counted(tmp_path: Path, bad: float) -> None:
    values = FLOAT.copy()
    values[3, 4:7] = bad
    tifffile.imwrite(tmp_path / "n.tif", values)
    refused(tmp_path / "n.tif", "has 3 values that are not finite .* at row 3, column 4; replace")


def test_what_float32_cannot_hold(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "h.tif", np.full(SHAPE, 1e300))
    refused(tmp_path / "h.tif", "has 221 values that are not finite")


@pytest.mark.parametrize("orientation", [1, 6])
def test_where_a_value_is_not_finite_is_told_of_the_upright_picture(
    tmp_path: Path, orientation: int
) -> None:
    values = np.zeros((40, 53), np.float32)
    values[33, 20] = np.nan
    tags = [(274, "H", 1, orientation, True)]
    tifffile.imwrite(tmp_path / "o.tif", values, tile=(16, 16), extratags=tags, metadata=None)
    place = {1: "row 33, column 20", 6: "row 20, column 6"}[orientation]
    refused(tmp_path / "o.tif", f"has 1 value that is not finite .* at {place}; replace it")
    with pytest.raises(InputError, match=f"at {place}; replace it"):
        list(picture_parts(tmp_path / "o.tif"))


def test_transparent_pixels_are_refused(tmp_path: Path) -> None:
    values = opaque(RGB16)
    values[0, :5, 3] = 65534
    png(tmp_path / "t.png", values)
    refused(tmp_path / "t.png", "has 5 transparent pixels")
    tifffile.imwrite(tmp_path / "t.tif", values, photometric="rgb")
    refused(tmp_path / "t.tif", "has 5 transparent pixels")
