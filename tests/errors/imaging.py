"""Error messages of artextract_cli.imaging."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from artextract_cli.imaging import heatmap, transform
from artextract_cli.imaging.alignment import bands as alignment
from tests.errors.row import BUILD, Row, put
from tests.helpers.machines import without_module


def without(module: str, call: Callable[[], object]) -> None:
    """Call as if ``module`` were not installed."""
    with pytest.MonkeyPatch.context() as patched:
        without_module(patched, module)
        call()


WAVES = np.float32(np.sin(np.outer(np.linspace(0, 9, 64), np.linspace(0, 7, 64))))
STEP = np.float32(np.indices((64, 64))[0] > 32)
LINES = np.float32(np.indices((64, 64)) % 9 > 4)


ROWS = [
    Row(3, "…/dataset.yaml: coding: expected the keys photograph and bands, such as {bands: srgb}; "
        "a coding is linear, srgb or gamma X with X from 1 to 4 (got 'srgb')", BUILD,
        put("data/dataset.yaml", "coding: srgb")),
    Row(3, "…/dataset.yaml: coding.bands: a coding is linear, srgb or gamma X with X from 1 to 4 "
        "(got 'display')", BUILD, put("data/dataset.yaml", "coding: {bands: display}")),
    Row(2, "there is no colour map 'grey': choose one of …",
        lambda here: heatmap.colour(np.zeros((2, 2)), "grey")),
    Row(3, "the correlation of its edges with those of the photograph is only 0.03",
        lambda here: alignment.align(WAVES, STEP, "shift")),
    Row(3, "its edges do not match those of the photograph",
        lambda here: alignment.align(LINES[0], LINES[1], "shift")),
    Row(4, "registration needs OpenCV, which is not installed: pip install "
        "'artextract[registration]'", lambda here: without("cv2", transform.load_opencv)),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/imaging/test_coding.py::test_words_are_checked_wherever_they_come_from": (
        "photograph: a coding is linear, srgb or gamma X with X from 1 to 4 (got 'rec709')",
    ),
    "unit/imaging/alignment/test_layers.py::test_what_shows_something_else_is_refused": (
        "no place was found at which its values depend on those of the photograph: crop it "
        "roughly to the frame of the photograph",
    ),
    "unit/imaging/alignment/test_layers.py::test_a_constant_image_is_refused": (
        "one of the images is constant",
    ),
    "unit/imaging/alignment/test_bands.py::test_a_constant_band_is_refused": (
        "its edges do not match those of the photograph: one of the images is constant",
    ),
    "plugins/test_cube.py::test_without_the_visible_there_is_no_photograph": (
        "no photograph can be rendered from …: it has 3 bands from 450 to 650 nm, but "
        "bands from 420 to 700 nm, at most 25 nm apart, are needed; give a photograph with "
        "-o photograph=FILE",
    ),
}
