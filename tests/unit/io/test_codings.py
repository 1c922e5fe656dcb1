from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.io.codings import band_coding, embedded_profile, photograph_coding
from artextract_cli.io.images import decode_picture, picture_parts
from tests.helpers.image_files import RGB8, RGB16
from tests.helpers.profiles import ADOBE_RGB, SRGB, grey_profile, save


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_profiles_of_every_format(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"a{suffix}", RGB8, ADOBE_RGB)
    assert embedded_profile(path) == decode_picture(path).profile == ADOBE_RGB
    assert photograph_coding(path) == "profile"
    grey = save(tmp_path / f"g{suffix}", RGB8[..., 0], grey_profile(2.2))
    assert band_coding(grey) == photograph_coding(grey) == "gamma 2.2"


def test_images_without_one_are_as_usual(tmp_path: Path) -> None:
    for suffix in (".png", ".bmp", ".tif"):
        path = save(tmp_path / f"a{suffix}", RGB8, None)
        assert (photograph_coding(path), band_coding(path)) == ("srgb", "linear")


def test_profiles_of_rgb_do_not_count_for_bands(tmp_path: Path) -> None:
    for values in (RGB8, RGB8[..., 0]):
        assert band_coding(save(tmp_path / "b.png", values, SRGB)) == "linear"


def test_an_image_read_in_parts_has_the_same_colours(tmp_path: Path) -> None:
    image = np.tile(RGB16, (3, 3, 1))
    path = save(tmp_path / "a.tif", image, ADOBE_RGB)
    whole = decode_picture(path).srgb("profile")
    parts = list(picture_parts(path))
    assert len(parts) > 1
    for _, block, part in parts:
        np.testing.assert_array_equal(part.srgb("profile"), whole[block.place])
        np.testing.assert_array_equal(
            part.linear("profile"), decode_picture(path).linear("profile")[block.place]
        )


def test_a_profile_that_cannot_be_unpacked(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", RGB8, ADOBE_RGB)
    content = bytearray(path.read_bytes())
    at = content.index(b"iCCP")
    size = int.from_bytes(content[at - 4 : at], "big")
    content[at + 16 : at + 4 + size] = bytes(size - 12)
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged colour profile"):
        photograph_coding(path)
