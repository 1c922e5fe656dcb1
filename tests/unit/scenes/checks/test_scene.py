"""Problems of the images of one scene."""

import cmath
import math
import re
from pathlib import Path

import numpy as np
import pytest
import tifffile
from scipy import ndimage

from artextract_cli.scenes.checks.dataset import check_dataset
from tests.helpers.checked_datasets import (
    BAND,
    BANDS,
    SHAPE,
    counts,
    found,
    only,
    view,
    write,
)

LARGE = (300, 340)
NOTHING = ", so it carries no information; replace it, or leave this band out"


def test_another_size(root: Path) -> None:
    write(root / BAND, counts(view(0)[:-3]))
    message = (
        f"{BAND} is 170 × 147 pixels but its photograph train/rgb_images/a_RGB.png is "
        f"170 × 150 pixels: run `artextract data register {root} --out {root}-registered`"
    )
    only(root, "error", "a", BAND, message)


def test_another_depth(root: Path) -> None:
    write(root / BAND, counts(view(0), np.uint8))
    message = "the bands of scene a differ in depth: 2 of uint16, 1 of uint8"
    only(root, "warning", "a", "train/rgb_images/a_RGB.png", message)
    assert check_dataset(root).rows[0].depth == "uint8 / uint16, uint8"


@pytest.mark.parametrize("value", [0, 7, 65535])
def test_a_constant_band(root: Path, value: int) -> None:
    write(root / BAND, np.full(SHAPE, value, np.uint16))
    only(root, "error", "a", BAND, f"{BAND} is constant: every value is {value / 65535:g}{NOTHING}")


def test_what_is_constant_within_the_object_mask(root: Path) -> None:
    band = counts(view(0))
    band[40:] = 0
    band[50, 60] = 500
    write(root / BAND, band)
    mask = np.zeros(SHAPE, np.uint8)
    mask[40:] = 255
    write(root / "train/object/a_mask.png", mask)
    told = "is constant within the object mask: all but 1 of 18700 values are 0"
    only(root, "error", "a", BAND, f"{BAND} {told}{NOTHING}")


def test_a_band_that_looks_cut_off(root: Path) -> None:
    band = counts(view(0))
    band[100:] = 0
    write(root / BAND, band)
    told = "appears to be cut off: rows 100 to 149 of 150 have one value (0), unlike those of its"
    advice = "replace it, or exclude them with the object mask"
    only(root, "warning", "a", BAND, f"{BAND} {told} photograph; {advice}")


def test_bands_of_another_size_are_surveyed_without_the_mask(root: Path) -> None:
    write(root / "train/object/a_mask.png", np.full(SHAPE, 255, np.uint8))
    band = counts(view(0)[:-3])
    band[60:] = 0
    write(root / BAND, band)
    assert [finding.message.split(":")[0] for finding in found(root)] == [
        f"{BAND} is 170 × 147 pixels but its photograph train/rgb_images/a_RGB.png is "
        "170 × 150 pixels"
    ]


def test_a_saturated_band(root: Path) -> None:
    band = counts(view(0))
    band[:30] = 65535  # a fifth of the rows
    write(root / BAND, band)
    only(root, "warning", "a", BAND, f"{BAND} is saturated: 20.0% of its pixels are at full scale")
    band = counts(view(0))
    band[0] = 65535  # 0.7 %
    write(root / BAND, band)
    assert found(root) == []


def test_a_dark_band(root: Path) -> None:
    write(root / BAND, counts(view(0) * 0.005))
    black, dim = found(root)
    assert (black.level, dim.level) == ("warning", "warning")
    assert black.message.startswith(f"{BAND} is nearly black: 99 % of its values are below 0.4")
    assert dim.message.startswith(f"{BAND} contains nothing brighter than 0.4")


def test_a_coloured_band(root: Path) -> None:
    write(root / BAND, counts(np.dstack([view(0), view(0), view(0) * 0.9])))
    message = f"{BAND} is a colour image: the mean of its channels is used"
    only(root, "warning", "a", BAND, message)


def test_floats_that_are_counts(root: Path) -> None:
    (root / BAND).unlink()
    path = root / "train/ms_masks/a_ms_650.tif"
    tifffile.imwrite(path, (view(0) * 255).astype(np.float32))
    messages = [
        finding.message for finding in found(root) if finding.file == path.relative_to(root)
    ]
    assert any("contains values from 2" in message for message in messages)


@pytest.mark.parametrize(
    ("shift", "level"),
    [
        ((0, 0), None),
        ((1, 0), "warning"),
        ((0, -1), "warning"),
        ((-2, 2), "warning"),
        ((0, 4), "error"),
        ((-9, 6), "error"),
    ],
)
def test_a_shifted_band(root: Path, shift: tuple[int, int], level: str | None) -> None:
    write(root / BAND, counts(1 - view(0, *shift)))
    findings = found(root)
    assert [finding.level for finding in findings] == ([level] if level else [])
    largest = check_dataset(root).rows[0].largest_shift
    assert largest == pytest.approx(np.hypot(*shift), abs=0.1)
    if level:
        assert f"{BAND} is shifted by {largest:.2f} px" in findings[0].message


def turned(degrees: float, scale: float) -> np.ndarray:
    """Tones of a larger picture, turned and scaled about its middle."""
    middle = np.array([LARGE[0] - 1, LARGE[1] - 1]) / 2
    turn = cmath.rect(1 / scale, math.radians(degrees))
    back = np.array([[turn.real, turn.imag], [-turn.imag, turn.real]])
    noise = np.random.default_rng(5).normal(0, 1, LARGE)
    blots = np.tanh(6 * ndimage.gaussian_filter(noise, 2.5)) * 0.4 + 0.5
    return np.asarray(
        ndimage.affine_transform(blots, back, middle - back @ middle, order=3, mode="mirror")
    )


@pytest.mark.parametrize(
    ("degrees", "scale", "level"),
    [(0, 1, None), (0.02, 1.0005, None), (0.4, 1, "warning"), (-1, 1.012, "error")],
)
def test_a_turned_band(tmp_path: Path, degrees: float, scale: float, level: str | None) -> None:
    """The shift of its middle does not tell that its corners do not lie on the photograph."""
    write(tmp_path / "train/rgb_images/a_RGB.png", counts(np.dstack([turned(0, 1)] * 3)))
    write(tmp_path / BAND, counts(np.clip(1 - turned(degrees, scale), 0, 1)))
    findings = found(tmp_path)
    assert [finding.level for finding in findings] == ([level] if level else [])
    if level:
        told = re.search(r"rotated by (.*)°, (.*)% larger, up to (.*) px at", findings[0].message)
        assert told
        corner = abs(scale * cmath.rect(1, math.radians(degrees)) - 1) * math.hypot(*LARGE) / 2
        wanted = [abs(degrees), 100 * (scale - 1), corner]
        assert [float(number) for number in told.groups()] == pytest.approx(wanted, abs=0.15)
        assert "`artextract data register " in findings[0].message


ELSEWHERE = (
    "shares no edges with its photograph, nor with a band that does: does it show this painting? "
    "If so, run `artextract data register {root} --out {root}-registered`"
)


def test_bands_of_another_painting(root: Path) -> None:
    """What they share with each other does not make them belong."""
    paths = [f"train/ms_masks/a_ms_{band}.png" for band in BANDS]
    for path in paths:
        write(root / path, counts(view(99)))
    check = check_dataset(root).brief
    assert [finding.message for finding in check.findings] == [
        f"{p} {ELSEWHERE.format(root=root)}" for p in paths
    ]
    assert {finding.level for finding in check.findings} == {"warning"}
    assert check.rows[0].largest_shift is None


@pytest.mark.parametrize("band", BANDS)
def test_exchanged_bands(root: Path, band: str) -> None:
    one, other = (root / f"train/ms_masks/{scene}_ms_{band}.png" for scene in "ab")
    one.rename(root / "one.png")
    other.rename(one)
    (root / "one.png").rename(other)
    assert [(f.scene, f.message) for f in found(root)] == [
        (scene, f"train/ms_masks/{scene}_ms_{band}.png {ELSEWHERE.format(root=root)}")
        for scene in "ab"
    ]


def test_a_band_that_is_like_its_neighbour_alone_belongs(root: Path) -> None:
    """What infrared shows need not be what the photograph shows, if it comes in gradually."""
    write(root / BAND, counts(view(0) / 2 + view(99) / 2))
    write(root / "train/ms_masks/a_ms_850.png", counts(view(99)))
    assert found(root) == []


def test_small_pictures_do_not_tell_where_they_belong(root: Path) -> None:
    for path in (root / "train").glob("*/a_*.png"):
        write(path, counts(view(99 if path.stem == "a_ms_650" else 0)[:90, :90]))
    assert [
        finding.message for finding in found(root) if "of this painting" in finding.message
    ] == []


def test_bands_that_lie_far_off(root: Path) -> None:
    for band in BANDS[:2]:
        write(root / f"train/ms_masks/a_ms_{band}.png", counts(view(0, 0, 14)))
    *shifts, hint = found(root)
    assert [finding.level for finding in shifts] == ["error", "error"]
    assert (hint.level, str(hint.file)) == ("warning", "train/rgb_images/a_RGB.png")
    assert hint.message == (
        "2 bands of scene a are shifted by more than 10 px: if they come from a cube, its header "
        "may state a wrong size or interleave"
    )


def test_an_unreadable_photograph_hides_nothing(root: Path) -> None:
    (root / "train/rgb_images/a_RGB.png").write_text("text")
    write(root / BAND, np.full(SHAPE, 7, np.uint16))
    write(root / "train/truth/a_hidden.png", np.full(SHAPE, 9, np.uint8))
    check = check_dataset(root).brief
    assert [str(finding.file) for finding in check.findings] == [
        "train/rgb_images/a_RGB.png",
        BAND,
        "train/truth/a_hidden.png",
    ]
    row = check.rows[0]
    assert (row.size, row.depth, row.largest_shift) == (None, "? / uint16", None)
