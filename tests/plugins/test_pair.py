from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artextract_cli import Capture, InputError
from artextract_pair import PairOptions
from artextract_pair.reading import read
from tests.helpers.datasets import write_png

RNG = np.random.default_rng(0)
COLOURS = RNG.integers(0, 256, (7, 9, 3), np.uint8)
GREY = RNG.integers(0, 65536, (7, 9), np.uint16)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Write pictures, by file name, into a folder."""

    def lay_out(**pictures: Any) -> Path:
        for stem, picture in pictures.items():
            write_png(tmp_path / "abbey" / f"{stem}.png", picture)
        return tmp_path / "abbey"

    return lay_out


def only(source: Path, **options: Any) -> Capture:
    (capture,) = read(source, PairOptions(**options))
    return capture


def test_of_two_pictures_the_one_in_colour_is_the_photograph(folder: Callable[..., Path]) -> None:
    capture = only(folder(a=GREY, b=COLOURS))
    assert (capture.name, capture.wavelengths) == ("abbey", (950.0,))
    np.testing.assert_array_equal(capture.rgb, COLOURS)
    np.testing.assert_array_equal(capture.bands, GREY[None])
    assert capture.bands[0].dtype == np.uint16


def test_options_say_more(folder: Callable[..., Path]) -> None:
    capture = only(folder(a=GREY, b=COLOURS), nm=1050.0, name="cloister")
    assert (capture.name, capture.wavelengths) == ("cloister", (1050.0,))


@pytest.mark.parametrize(
    "options",
    [{"rgb": "a.png", "infrared": "b.png"}, {"rgb": "a.png"}, {"infrared": "b.png"}],
    ids=["both", "rgb", "infrared"],
)
def test_pictures_may_be_named(folder: Callable[..., Path], options: dict[str, str]) -> None:
    capture = only(folder(a=GREY, b=GREY[::-1]), **options)
    np.testing.assert_array_equal(capture.rgb, np.repeat(GREY[..., None], 3, axis=2))
    np.testing.assert_array_equal(capture.bands[0], GREY[::-1])


def test_named_pictures_may_lie_among_others(folder: Callable[..., Path]) -> None:
    source = folder(a=GREY, b=COLOURS, c=GREY[::-1])
    np.testing.assert_array_equal(only(source, rgb="b.png", infrared="c.png").rgb, COLOURS)


def test_the_infrared_may_have_a_size_of_its_own(folder: Callable[..., Path]) -> None:
    capture = only(folder(a=GREY[:5], b=COLOURS))
    np.testing.assert_array_equal(capture.bands[0], GREY[:5])


@pytest.mark.parametrize(
    ("pictures", "options", "said"),
    [
        ({"a": GREY, "b": GREY}, {}, "neither is in colour"),
        ({"a": COLOURS, "b": COLOURS}, {}, "both are in colour"),
        ({"a": COLOURS}, {}, "1 image instead of 2"),
        ({"a": COLOURS, "b": GREY, "c": GREY}, {}, "3 images instead of 2"),
        ({"a": COLOURS, "b": GREY, "c": GREY}, {"rgb": "a.png"}, "3 images instead of"),
    ],
)
def test_a_pair_that_is_not_clear(
    folder: Callable[..., Path], pictures: dict[str, Any], options: dict[str, str], said: str
) -> None:
    with pytest.raises(InputError, match=said) as raised:
        only(folder(**pictures), **options)
    assert "-o rgb=FILE -o infrared=FILE" in str(raised.value)


def test_what_is_no_pair(folder: Callable[..., Path]) -> None:
    source = folder(a=COLOURS, b=GREY)
    with pytest.raises(InputError, match=r"none.png: No such file"):
        only(source, rgb="none.png", infrared="b.png")
    with pytest.raises(InputError, match="is not a folder"):
        only(source / "a.png")
