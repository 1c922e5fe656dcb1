import cmath
import math
import re
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from scipy import ndimage

from artextract_cli.errors import InputError
from artextract_cli.scenes.checks.dataset import SplitRow, check_dataset
from artextract_cli.scenes.checks.scene import SceneRow
from artextract_cli.scenes.layout import Finding

SHAPE = (150, 170)
LARGE = (300, 340)
BANDS = ("450", "650", "850")


def write(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(imagecodecs.png_encode(np.ascontiguousarray(values)))


def counts(values: np.ndarray, dtype: type = np.uint16) -> np.ndarray:
    return np.rint(values * np.iinfo(dtype).max).astype(dtype)


def view(seed: int, down: int = 0, right: int = 0) -> np.ndarray:
    """Smooth blots, 0.1..0.9, seen through a window that is shifted by whole pixels."""
    noise = np.random.default_rng(seed).normal(0, 1, (SHAPE[0] + 40, SHAPE[1] + 40))
    blots = np.tanh(6 * ndimage.gaussian_filter(noise, 2.5)) * 0.4 + 0.5
    return np.asarray(blots[20 - down :, 20 - right :][: SHAPE[0], : SHAPE[1]])


def write_scene(root: Path, split: str, name: str, seed: int) -> None:
    write(
        root / split / f"rgb_images/{name}_RGB.png", counts(np.dstack([view(seed)] * 3), np.uint8)
    )
    for i, band in enumerate(BANDS):
        write(root / split / f"ms_masks/{name}_ms_{band}.png", counts(view(seed) * (0.5 + 0.2 * i)))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two training scenes and one validation scene without a fault."""
    for seed, (split, name) in enumerate([("train", "a"), ("train", "b"), ("val", "c")]):
        write_scene(tmp_path, split, name, seed)
    return tmp_path


def found(root: Path) -> list[Finding]:
    return list(check_dataset(root).findings)


def only(root: Path, level: str, scene: str, file: str, message: str) -> None:
    assert [(f.level, f.scene, str(f.file), f.message) for f in found(root)] == [
        (level, scene, file, message)
    ]


def test_a_good_dataset(root: Path) -> None:
    (root / "dataset.yaml").write_text("wavelengths: {450: 450, 650: 650, 850: 850}\n")
    write(root / "val/truth/c_hidden.png", np.full(SHAPE, 255, np.uint8))
    write(root / "val/object/c_mask.png", np.full(SHAPE, 1, np.uint8))
    check = check_dataset(root)
    assert check.findings == ()
    assert [row.scene for row in check.rows] == ["a", "b", "c"]
    assert check.rows[2] == SceneRow(
        split="val",
        scene="c",
        size=SHAPE,
        depth="uint8 / uint16",
        bands=3,
        wavelengths=(450.0, 650.0, 850.0),
        truth=True,
        mask=True,
        largest_shift=0.0,
    )
    source = "dataset.yaml"
    assert check.splits == (
        SplitRow(split="train", scenes=2, bands=6, wavelengths_from=source),
        SplitRow(split="val", scenes=1, bands=3, wavelengths_from=source),
    )


@pytest.mark.parametrize(
    ("given", "source"), [((450, 650, 850), "--wavelengths"), (None, "unknown")]
)
def test_where_wavelengths_come_from(
    root: Path, given: tuple[float, ...] | None, source: str
) -> None:
    check = check_dataset(root, wavelengths=given)
    assert {split.wavelengths_from for split in check.splits} == {source}
    assert {row.wavelengths for row in check.rows} == {given}


BAND = "train/ms_masks/a_ms_650.png"
NOTHING = ", which tells nothing; replace it, or leave this band out"


def test_a_band_missing_beside_other_scenes(root: Path) -> None:
    (root / BAND).unlink()
    message = "scene a has no band 650, unlike other scenes"
    only(root, "error", "a", "train/rgb_images/a_RGB.png", message)


def test_a_band_missing_beside_the_description(root: Path) -> None:
    (root / "dataset.yaml").write_text("wavelengths: {450: 450, 650: 650, 850: 850}\n")
    (root / BAND).unlink()
    message = "scene a has no band 650, which dataset.yaml lists"
    only(root, "error", "a", "train/rgb_images/a_RGB.png", message)


def test_two_bands_of_one_wavelength(root: Path) -> None:
    (root / "dataset.yaml").write_text("wavelengths: {450: 450, 650: 850, 850: 850.0}\n")
    contradiction, finding = found(root)
    assert contradiction.message == (
        "band 650 is 850 nm by dataset.yaml, but 650 nm by its name: correct one of them, unless "
        "it is so"
    )
    assert (finding.level, finding.scene, finding.file) == ("warning", "", None)
    assert finding.message == (
        "bands 650 and 850 are both 850 nm by dataset.yaml: correct one of them, unless it is so"
    )
    _, finding = check_dataset(root, wavelengths=(450, 450, 850)).findings
    assert finding.message.startswith("bands 450 and 650 are both 450 nm by --wavelengths: ")


def test_another_size(root: Path) -> None:
    write(root / BAND, counts(view(0)[:-3]))
    message = (
        f"{BAND} is 170 × 147 pixels but its photograph train/rgb_images/a_RGB.png is "
        "170 × 150 pixels; 'artextract data register' brings it onto the photograph"
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
    told = "looks cut off: rows 100 to 149 of 150 hold one value (0), unlike those of its"
    advice = "replace it, or leave them out by the object mask"
    only(root, "warning", "a", BAND, f"{BAND} {told} photograph; {advice}")


def test_bands_of_another_size_are_surveyed_without_the_mask(root: Path) -> None:
    write(root / "train/object/a_mask.png", np.full(SHAPE, 255, np.uint8))
    band = counts(view(0)[:-3])
    band[60:] = 0
    write(root / BAND, band)
    assert [finding.message.split(";")[0] for finding in found(root)] == [
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
    assert dim.message.startswith(f"{BAND} holds nothing brighter than 0.4")


def test_a_coloured_band(root: Path) -> None:
    write(root / BAND, counts(np.dstack([view(0), view(0), view(0) * 0.9])))
    message = f"{BAND} is coloured: the mean of its channels is taken"
    only(root, "warning", "a", BAND, message)


def test_floats_that_are_counts(root: Path) -> None:
    (root / BAND).unlink()
    path = root / "train/ms_masks/a_ms_650.tif"
    tifffile.imwrite(path, (view(0) * 255).astype(np.float32))
    messages = [
        finding.message for finding in found(root) if finding.file == path.relative_to(root)
    ]
    assert any("holds values from 2" in message for message in messages)


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
        told = re.search(r"turned by (.*)°, (.*)% larger, up to (.*) px at", findings[0].message)
        assert told
        corner = abs(scale * cmath.rect(1, math.radians(degrees)) - 1) * math.hypot(*LARGE) / 2
        wanted = [abs(degrees), 100 * (scale - 1), corner]
        assert [float(number) for number in told.groups()] == pytest.approx(wanted, abs=0.15)
        assert "'artextract data register'" in findings[0].message


ELSEWHERE = (
    "shows no outlines of its photograph, nor of a band that does: is it of this painting? If it "
    "is, 'artextract data register' brings it onto the photograph"
)


def test_bands_of_another_painting(root: Path) -> None:
    """What they share with each other does not make them belong."""
    paths = [f"train/ms_masks/a_ms_{band}.png" for band in BANDS]
    for path in paths:
        write(root / path, counts(view(99)))
    check = check_dataset(root)
    assert [finding.message for finding in check.findings] == [f"{p} {ELSEWHERE}" for p in paths]
    assert {finding.level for finding in check.findings} == {"warning"}
    assert check.rows[0].largest_shift is None


@pytest.mark.parametrize("band", BANDS)
def test_exchanged_bands(root: Path, band: str) -> None:
    one, other = (root / f"train/ms_masks/{scene}_ms_{band}.png" for scene in "ab")
    one.rename(root / "one.png")
    other.rename(one)
    (root / "one.png").rename(other)
    assert [(f.scene, f.message) for f in found(root)] == [
        (scene, f"train/ms_masks/{scene}_ms_{band}.png {ELSEWHERE}") for scene in "ab"
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
        "may tell a wrong size or interleave"
    )


def test_an_unreadable_photograph_hides_nothing(root: Path) -> None:
    (root / "train/rgb_images/a_RGB.png").write_text("text")
    write(root / BAND, np.full(SHAPE, 7, np.uint16))
    write(root / "train/truth/a_hidden.png", np.full(SHAPE, 9, np.uint8))
    check = check_dataset(root)
    assert [str(finding.file) for finding in check.findings] == [
        "train/rgb_images/a_RGB.png",
        BAND,
        "train/truth/a_hidden.png",
    ]
    row = check.rows[0]
    assert (row.size, row.depth, row.largest_shift) == (None, "? / uint16", None)


def test_every_problem_at_once(root: Path) -> None:
    (root / "dataset.yaml").write_text("wavelenghts: {450: 450}\n")
    (root / "train/ms_masks/a_ms_450.png").unlink()
    content = (root / BAND).read_bytes()
    (root / BAND).write_bytes(content[: len(content) // 2])
    write(root / "train/ms_masks/a_ms_850.png", counts(view(0)[:50]))
    write(root / "val/truth/c_hidden.png", np.zeros((3, 3), np.uint8))
    write(root / "val/object/c_mask.png", np.zeros(SHAPE, np.uint8))
    write(root / "val/ms_masks/z_ms_450.png", counts(view(0)))
    write(root / "val/rgb_images/d_RGB.png", counts(view(4)))
    check = check_dataset(root)
    assert {(finding.level, str(finding.file)) for finding in check.findings} == {
        ("error", "dataset.yaml"),
        ("error", "train/rgb_images/a_RGB.png"),
        ("error", BAND),
        ("error", "train/ms_masks/a_ms_850.png"),
        ("error", "val/truth/c_hidden.png"),
        ("error", "val/object/c_mask.png"),
        ("error", "val/ms_masks/z_ms_450.png"),
        ("error", "val/rgb_images/d_RGB.png"),
    }
    assert len(check.findings) == 8
    assert all(str(root) not in finding.message for finding in check.findings)
    assert len(check.rows) == 4


def test_no_scenes(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rgb_images/<scene>_RGB"):
        check_dataset(tmp_path)


def test_thirty_bands_of_odd_size(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    write(tmp_path / "train/rgb_images/a_RGB.png", rng.integers(0, 255, (7, 3, 3), np.uint8))
    for band in range(30):
        write(
            tmp_path / f"train/ms_masks/a_ms_{band}.png", rng.integers(0, 65535, (7, 3), np.uint16)
        )
    check = check_dataset(tmp_path)
    (finding,) = check.findings
    assert "a_RGB.png shows 21 pixels of painting, about 1 superpixel: so few" in finding.message
    assert check.rows[0].bands == 30
    assert check.rows[0].largest_shift is None
