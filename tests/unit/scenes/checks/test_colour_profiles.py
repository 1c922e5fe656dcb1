import dataclasses
import re
from pathlib import Path

import pytest

from artextract_cli.imaging.coding import Coding
from artextract_cli.scenes.checks.colour_profiles import profile_problems
from artextract_cli.scenes.dataset import pair_files
from tests.helpers.image_files import GREY8, RGB8
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
