import dataclasses
import re
from pathlib import Path

import pytest

from artextract_cli.imaging.coding import Coding
from artextract_cli.scenes.checks.colour_profiles import profile_problems
from artextract_cli.scenes.checks.values import coding_problem
from artextract_cli.scenes.dataset import pair_files
from tests.helpers.image_files import GREY8, RGB8
from tests.helpers.metadata import exif, written
from tests.helpers.profiles import ADOBE_RGB, SRGB, grey_profile, save


@pytest.mark.parametrize(
    ("photograph", "band", "coding", "messages"),
    [
        (ADOBE_RGB, grey_profile(2.2), Coding(), []),
        (SRGB, None, Coding(photograph="srgb"), []),
        (ADOBE_RGB, None, Coding(photograph="linear"), ["stated to be linear, .*another coding"]),
        (SRGB, None, Coding(photograph="linear"), ["stated to be linear, .*sRGB.*says srgb"]),
        (None, grey_profile(2.2), Coding(bands="linear"), ["to be linear, .*says gamma 2.2"]),
        (None, grey_profile(2.2), Coding(bands="gamma 2.2"), []),
        (None, SRGB, Coding(), ["does not count for a band"]),
        (None, SRGB, Coding(bands="linear"), []),
        (b"damaged", b"damaged", Coding(photograph="srgb"), []),
    ],
)
def test_problems(
    tmp_path: Path, photograph: bytes, band: bytes, coding: Coding, messages: list[str]
) -> None:
    files = pair_files(
        save(tmp_path / "a_RGB.tif", RGB8, photograph),
        {"950": save(tmp_path / "b.tif", GREY8, band)},
    )
    files = dataclasses.replace(files, coding=coding)
    found = [message for _, message in profile_problems(files)]
    assert len(found) == len(messages)
    for message, pattern in zip(found, messages, strict=True):
        assert re.search(pattern, message)


@pytest.mark.parametrize(
    ("photograph_space", "band_space", "coding", "messages"),
    [
        (2, None, Coding(), ["has the colours of Adobe RGB"]),
        (2, None, Coding(photograph="srgb"), []),
        (1, 1, Coding(), ["coded as sRGB according to its EXIF"]),
        (1, 1, Coding(bands="linear"), []),
        (65535, 65535, Coding(), []),
    ],
)
def test_colour_space_of_exif(
    tmp_path: Path, photograph_space: int, band_space: int, coding: Coding, messages: list[str]
) -> None:
    files = pair_files(
        written(tmp_path / "a_RGB.jpg", RGB8, exif=exif(photograph_space)),
        {"950": written(tmp_path / "b.jpg", GREY8, exif=exif(band_space))},
    )
    found = [message for _, message in profile_problems(dataclasses.replace(files, coding=coding))]
    assert len(found) == len(messages)
    assert all(re.search(*pair) for pair in zip(messages, found, strict=True))


def test_a_grey_profile_states_the_coding_of_8_bits(tmp_path: Path) -> None:
    rgb = save(tmp_path / "a_RGB.png", RGB8, None)
    for profile, is_problem in ((None, True), (SRGB, True), (grey_profile(2.2), False)):
        files = pair_files(rgb, {"950": save(tmp_path / "b.png", GREY8, profile)})
        assert (coding_problem(files) is not None) == is_problem


def test_hostile_metadata(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "boom">]><x>&a;</x>'
    rgb = written(tmp_path / "a_RGB.png", RGB8, bomb)
    files = pair_files(rgb, {"950": written(tmp_path / "b.png", GREY8)})
    ((file, message),) = profile_problems(files)
    assert file == rgb
    assert "has XMP metadata that declare a document type: they are left out" in message
