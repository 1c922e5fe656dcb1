"""From the counts of a camera to reflectance."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.io.images import read_counts
from artextract_cli.scenes.history import read_history
from tests.helpers.command_line import Ran
from tests.helpers.datasets import write_png

SIZE = (40, 48)
BANDS = ("450", "850")
RNG = np.random.default_rng(0)
PAINT = {band: RNG.uniform(0.1, 0.9, (5, 6)).repeat(8, 0).repeat(8, 1) for band in BANDS}
LIGHT = np.linspace(0.4, 0.8, SIZE[1]) * np.ones((SIZE[0], 1))
DARK = 0.02


def counts(values: np.ndarray) -> np.ndarray:
    return np.uint16(np.rint(values * 65535))


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """A dataset of counts whose pixel (3, 4) is saturated at 850 nm, and frames side by side."""
    made = {name: tmp_path / name for name in ("raw", "white", "dark", "out")}
    rgb = np.uint8(255 * np.stack([PAINT["450"]] * 3, axis=2))
    rgb[..., 0] //= 2
    write_png(made["raw"] / "val" / "rgb_images" / "abbey_RGB.png", rgb)
    for band in BANDS:
        raw = PAINT[band] * LIGHT + DARK
        raw[3, 4] = 1 if band == "850" else raw[3, 4]
        write_png(made["raw"] / "val" / "ms_masks" / f"abbey_ms_{band}.png", counts(raw))
        write_png(made["white"] / f"{band}.png", counts(0.99 * LIGHT + DARK))
        write_png(made["dark"] / f"{band}.png", counts(np.full(SIZE, DARK)))
    mask = np.full(SIZE, 255, np.uint8)
    mask[:2] = 0
    write_png(made["raw"] / "val" / "object" / "abbey_mask.png", mask)
    (made["raw"] / "dataset.yaml").write_text('wavelengths: {"450": 450, "850": 850}\n')
    return made


def calibrate(run: Callable[..., Ran], folders: dict[str, Path], *words: str) -> Ran:
    white, dark = f"--white={folders['white']}", f"--dark={folders['dark']}"
    return run("data", "calibrate", folders["raw"], white, dark, "--out", folders["out"], *words)


def band_file(root: Path, band: str) -> Path:
    return root / "val" / "ms_masks" / f"abbey_ms_{band}.png"


def content(*folders: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for f in folders for path in f.rglob("*") if path.is_file()}


def test_a_calibrated_dataset(run: Callable[..., Ran], folders: dict[str, Path]) -> None:
    inputs = [folders[name] for name in ("raw", "white", "dark")]
    before = content(*inputs)
    ran = calibrate(run, folders, "--json")
    assert ran.exit_code == 0, ran.stderr
    assert content(*inputs) == before
    told = {band["band"]: band for band in json.loads(ran.stdout)["bands"]}
    assert set(told) == set(BANDS)  # the photograph has no frames
    assert told["850"]["saturated"] == pytest.approx(1 / 1920)
    out = folders["out"]
    for band in BANDS:
        found = read_counts(band_file(out, band))[..., 0]
        assert found.dtype == np.uint16
        expected = np.where((np.indices(SIZE) == [[[3]], [[4]]]).all(0), found / 65535, PAINT[band])
        np.testing.assert_allclose(found / 65535, expected, atol=1e-4)
    mask = read_counts(out / "val" / "object" / "abbey_mask.png")[..., 0] > 0
    assert not mask[:2].any()
    assert [[row, column] for row, column in np.argwhere(~mask) if row > 1] == [[3, 4]]
    for name in ("dataset.yaml", "val/rgb_images/abbey_RGB.png"):
        assert (out / name).read_bytes() == (folders["raw"] / name).read_bytes()
    assert run("data", "check", out).exit_code == 0


def test_a_photograph_with_frames(run: Callable[..., Ran], folders: dict[str, Path]) -> None:
    """Linear counts in, sRGB out: half the light of a perfect white is 188 of 255."""
    for name, level in (("raw/val/rgb_images", 0.495), ("white", 0.99), ("dark", 0.0)):
        folder = folders["raw"].parent / name
        write_png(folder / "abbey_RGB.png", counts(np.full((*SIZE, 3), 0.9 * level)))
    ran = calibrate(run, folders)
    assert ran.exit_code == 0, ran.stderr
    assert "photograph" in ran.stdout
    photograph = read_counts(folders["out"] / "val" / "rgb_images" / "abbey_RGB.png")
    # 0.495 of the light that a white of 99 % sends back is a reflectance of 0.495.
    np.testing.assert_allclose(photograph / 65535, 1.055 * 0.495 ** (1 / 2.4) - 0.055, atol=1e-3)


def test_a_saturated_white_is_warned_of(run: Callable[..., Ran], folders: dict[str, Path]) -> None:
    white = counts(0.99 * LIGHT + DARK)
    white[:, 40:] = 65535
    write_png(folders["white"] / "450.png", white)
    ran = calibrate(run, folders)
    assert ran.exit_code == 0
    assert "450.png is saturated: 16.7% of its pixels" in ran.stderr


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (None, "add abbey_ms_850.png, or 850.png for all scenes"),
        (np.full((40, 47), 40000, np.uint16), "47 × 40 pixels"),
        (np.full(SIZE, 65535, np.uint16), "no pixel that is valid in every band"),
    ],
)
def test_frames_that_do_not_fit(
    run: Callable[..., Ran], folders: dict[str, Path], frame: np.ndarray | None, said: str
) -> None:
    path = folders["white"] / "850.png"
    path.unlink()
    if frame is not None:
        write_png(path, frame)
    ran = calibrate(run, folders)
    assert (ran.exit_code, ran.stdout) == (3, "")
    assert said in ran.stderr.splitlines()[-1]
    assert sorted(path.name for path in folders["raw"].parent.iterdir()) == ["dark", "raw", "white"]


@pytest.mark.parametrize("place", ["", "val/ms_masks/"])
@pytest.mark.parametrize("second", ["white_ms_850", "850"])
def test_a_frame_that_is_there_twice(
    run: Callable[..., Ran], folders: dict[str, Path], place: str, second: str
) -> None:
    """One of its own, wherever it lies, beside one for all scenes."""
    white = folders["white"]
    frame = (white / "850.png").rename(white / f"{second}.png")
    (white / place).mkdir(parents=True, exist_ok=True)
    own = white / place / "abbey_ms_850.png"
    own.write_bytes(frame.read_bytes())
    ran = calibrate(run, folders)
    assert (ran.exit_code, ran.stdout) == (3, "")
    assert "contains 2 possible frames for" in ran.stderr
    assert all(str(path.relative_to(white)) in ran.stderr for path in (own, frame))
    frame.unlink()
    assert calibrate(run, folders).exit_code == 0


def test_frames_of_other_scenes_are_left_alone(
    run: Callable[..., Ran], folders: dict[str, Path]
) -> None:
    """Of this dataset and of others; one of another scene is none for a scene that has none."""
    for name in ("white", "dark"):
        frame = (folders[name] / "850.png").rename(folders[name] / "abbey_ms_850.png")
        for scene in ("barn", "elsewhere", "nowhere"):
            (folders[name] / f"{scene}_ms_850.png").write_bytes(frame.read_bytes())
    raw = folders["raw"] / "val"
    for path in list(raw.rglob("*abbey*")):
        path.with_name(path.name.replace("abbey", "barn")).write_bytes(path.read_bytes())
    assert calibrate(run, folders).exit_code == 0
    for name in ("white", "dark"):
        for scene in ("barn", "elsewhere", "nowhere"):
            (folders[name] / f"{scene}_ms_850.png").unlink()
    folders["out"] = folders["out"].with_name("other")
    ran = calibrate(run, folders)
    assert ran.exit_code == 3
    assert "barn_ms_850.png has no frames" in ran.stderr


def test_without_frames(run: Callable[..., Ran], tmp_path: Path) -> None:
    """Uneven light goes away, in 8 bit too, and a broad dark area is warned of."""
    size, raw, out = (96, 120), tmp_path / "raw", tmp_path / "out"
    rng = np.random.default_rng(0)
    light = np.exp(-np.linspace(0, 0.8, size[1])) * np.ones((size[0], 1))
    tones = rng.uniform(0.3, 0.8, (12, 15)).repeat(8, 0).repeat(8, 1)
    paint = {"450": tones, "850": 1.1 - tones}
    for scene, level in (("abbey", 1.0), ("barn", 0.25)):
        seen = {name: np.where(np.arange(size[1]) < 50, level, 1) * p for name, p in paint.items()}
        rgb = coded_rgb(np.float32(np.stack([seen["450"] * light] * 3, axis=2)))
        write_png(raw / "val" / "rgb_images" / f"{scene}_RGB.png", np.uint8(255 * rgb))
        for band in BANDS:
            counts_of_8 = np.uint8(np.rint(255 * seen[band] * light))
            write_png(raw / "val" / "ms_masks" / f"{scene}_ms_{band}.png", counts_of_8)
    (raw / "dataset.yaml").write_text("coding: {bands: linear}\n")
    before = content(raw)
    ran = run("data", "calibrate", raw, "--blind", "--out", out, "--json")
    assert ran.exit_code == 0, ran.stderr
    assert content(raw) == before
    rows = {(b["scene"], b["band"]): b for b in json.loads(ran.stdout)["bands"]}
    assert rows["abbey", "850"]["weakest"] == pytest.approx(np.exp(-0.8), abs=0.05)
    (step,) = read_history(out)["abbey"]
    assert step.parameters == {"method": "blind"}
    light = step.figures["images"]["850"]["weakest_light"]
    assert light == pytest.approx(rows["abbey", "850"]["weakest"], abs=1e-3)
    found = read_counts(band_file(out, "850"))[..., 0]
    assert found.dtype == np.uint16
    assert np.std(np.log(found / 65535) - np.log(paint["850"])) < 0.03
    for scene, is_uncertain in (("abbey", False), ("barn", True)):
        assert (out / "flat_fields" / f"{scene}.png").exists()
        message = f"scene {scene}: the illumination of 3 of 3 images is uncertain"
        assert (message in ran.stderr) == is_uncertain
    assert run("data", "check", out).exit_code == 0
