from typing import Any

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.plugin.protocols import Capture
from artextract_cli.preprocessing.capture_validation import checked_capture, planes

RGB = np.zeros((4, 5, 3), np.uint8)
BANDS = np.zeros((4, 5, 2), np.uint16)
FLOATS = np.zeros((4, 5, 2), np.float32)
BAD_950 = FLOATS.copy()
BAD_950[2, 3, 1] = 1.25
NAN_950 = np.where(BAD_950, np.float32(np.nan), BAD_950)


def capture(**changes: Any) -> Capture:
    return Capture(
        **{"name": "abbey", "rgb": RGB, "bands": BANDS, "wavelengths": (850, 950)} | changes
    )


def test_band_ids_are_wavelengths_or_numbers() -> None:
    assert checked_capture(capture()).band_ids == ("850", "950")
    assert checked_capture(capture(wavelengths=[850.5, 950])).band_ids == ("850.5", "950")
    assert checked_capture(capture(wavelengths=None)).band_ids == ("1", "2")
    made = checked_capture(capture(band_ids=["ir", "swir"], wavelengths=np.array([850, 1600])))
    assert (made.band_ids, made.wavelengths) == (("ir", "swir"), (850.0, 1600.0))


def test_bands_may_have_sizes_of_their_own() -> None:
    bands = [BANDS[..., 0], np.zeros((7, 3), np.uint16)]
    assert checked_capture(capture(bands=bands)).band_ids == ("850", "950")
    assert [band.shape for band in planes(capture(bands=bands))] == [(4, 5), (7, 3)]
    assert [band.shape for band in planes(capture())] == [(4, 5), (4, 5)]


@pytest.mark.parametrize(
    "name", ["abbey 2 (left)", "Überzug", "a_b", "a_RGB_b", "a..b", "a_msx", "confession"]
)
def test_names_that_are_good_file_names(name: str) -> None:
    assert checked_capture(capture(name=name)).name == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "is not text"),
        (3, "is not text"),
        ("../abbey", "contains /"),
        ("a/b", "contains /"),
        ("a\\b", r"contains \\"),
        ("a:b*", r"contains \* :"),
        ("..", "is not allowed on every operating system"),
        (".hidden", "is not allowed on every operating system"),
        ("a ", "is not allowed on every operating system"),
        ("a.", "is not allowed on every operating system"),
        ("CON", "is not allowed on every operating system"),
        ("lpt1.left", "is not allowed on every operating system"),
        ("a\0b", "contains unprintable characters"),
        ("a\nb", "contains unprintable characters"),
        ("a\udcff", "contains unprintable characters"),
        ("ä" * 51, "is longer than 100 bytes"),
        ("abbey_RGB", "must not end in _RGB or contain _ms_"),
        ("a_ms_b", "must not end in _RGB or contain _ms_"),
        ("a_ms", "must not end in _RGB or contain _ms_"),
    ],
)
def test_names_that_are_none(name: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        checked_capture(capture(name=name))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rgb": None}, "must be NumPy arrays"),
        ({"rgb": RGB[..., 0]}, r"photograph must be \(H, W, 3\), not \(4, 5\)"),
        ({"rgb": RGB[:0], "bands": BANDS[:0]}, r"photograph must be \(H, W, 3\), not \(0, 5, 3\)"),
        ({"bands": BANDS[..., 0]}, r"\(H, W\) each, not \(4, 5\)"),
        ({"bands": BANDS[..., :0]}, r"\(H, W\) each, not \(4, 5, 0\)"),
        ({"bands": [BANDS[..., 0], BANDS]}, r"\(H, W\) each, not \(4, 5, 2\)"),
        ({"bands": [BANDS[..., 0], None]}, "must be NumPy arrays"),
        ({"bands": [BANDS[..., 0], FLOATS[..., 0]]}, "differ in data type"),
        ({"bands": []}, "it has no bands"),
        ({"bands": BANDS.astype(np.int32)}, "uint8, uint16 or floats from 0 to 1, not int32"),
        ({"rgb": RGB.astype(bool)}, "uint8, uint16 or floats from 0 to 1, not bool"),
        ({"bands": NAN_950}, "band 950 has 1 value that is not .*row 2, column 3; replace"),
        ({"bands": BAD_950}, "band 950 has 1 value outside .*row 2, column 3; divide"),
        ({"rgb": RGB - np.float32(0.5)}, "photograph has 60 values outside 0 to 1"),
        ({"wavelengths": (850,)}, "1 wavelengths for 2 bands"),
        ({"wavelengths": ("red", "ir")}, "wavelengths are not numbers: .'red', 'ir'."),
        ({"wavelengths": 850}, "wavelengths are not numbers: 850"),
        ({"band_ids": (1, 2)}, "the band id 1 is not text"),
        ({"wavelengths": (850, -1)}, "-1 is not a wavelength between 100 and 100000 nm"),
        ({"wavelengths": (850, float("nan"))}, "nan is not a wavelength"),
        ({"wavelengths": (850, 850)}, "band id '850' occurs twice"),
        ({"band_ids": ("a",)}, "1 band ids for 2 bands"),
        ({"band_ids": ("a", "A")}, "band id 'a' occurs twice"),
        ({"band_ids": ("a", "b/c")}, "band id 'b/c' contains /"),
        ({"band_ids": ("a", "ms_1")}, "band id 'ms_1' contains ms_"),
        ({"mask": np.ones((4, 5))}, "array of booleans"),
        ({"mask": np.ones((5, 4), bool)}, "must be .H, W. like its photograph"),
        ({"mask": np.zeros((4, 5), bool)}, "contains no painting"),
        ({"split": "test"}, "split is 'test', not one of train, val"),
    ],
)
def test_what_cannot_be_a_scene(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match="scene 'abbey': ") as raised:
        checked_capture(capture(**changes))
    assert raised.match(said)


def test_only_captures_are_taken() -> None:
    with pytest.raises(InputError, match="Capture objects, not dict"):
        checked_capture({"name": "abbey"})


@pytest.mark.parametrize("scale", [0, -1.0, float("nan"), float("inf"), "12"])
def test_a_scale_is_a_positive_number(scale: Any) -> None:
    assert checked_capture(capture(pixels_per_mm=12)).pixels_per_mm == 12
    with pytest.raises(InputError, match="its scale must be a positive number of pixels per mm"):
        checked_capture(capture(pixels_per_mm=scale))
