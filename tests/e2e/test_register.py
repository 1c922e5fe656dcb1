"""From pictures that do not lie on each other to a dataset that `data check` is content with."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from artextract_cli.imaging.transform import transform_points
from artextract_cli.io.images import read_counts
from tests.helpers.command_line import Ran
from tests.helpers.datasets import write_png
from tests.helpers.registration import PICTURE, SIDE, known, mean_error, seen_by

TRANSFORMS = {"650": known(1.02, -1.5, 4, -6), "850": known(0.98, 1, -3, 5)}


@pytest.fixture
def shifted(tmp_path: Path) -> Path:
    """A scene with mask and truth whose bands are shifted, turned and scaled; 16 bit."""
    root = tmp_path / "shifted"
    photograph = np.uint16(np.clip(PICTURE[..., None] * [1, 0.9, 0.8], 0, 1) * 65535)
    write_png(root / "train" / "rgb_images" / "abbey_RGB.png", photograph)
    for band, transform in TRANSFORMS.items():
        size = (SIDE - 8, SIDE) if band == "850" else (SIDE, SIDE)
        picture = np.uint16(seen_by(transform, size) * 65535)
        write_png(root / "train" / "ms_masks" / f"abbey_ms_{band}.png", picture)
    mask = np.uint8(255 * (np.indices((SIDE, SIDE))[0] > 60))
    write_png(root / "train" / "object" / "abbey_mask.png", mask)
    write_png(root / "train" / "truth" / "abbey_hidden.png", 255 - mask)
    (root / "dataset.yaml").write_text('wavelengths: {"650": 650, "850": 850}\nnotes: mine\n')
    return root


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_coding_is_carried_over(run: Callable[..., Ran], shifted: Path, tmp_path: Path) -> None:
    with (shifted / "dataset.yaml").open("a") as file:
        file.write("coding: {photograph: linear, bands: {'850': gamma 1.8}}\n")
    ran = run("data", "register", shifted, "--out", tmp_path / "out")
    assert ran.exit_code == 0, ran.stderr
    described = [
        yaml.safe_load((r / "dataset.yaml").read_text()) for r in (shifted, tmp_path / "out")
    ]
    assert described[0]["coding"] == described[1]["coding"]


def test_a_registered_dataset(run: Callable[..., Ran], shifted: Path, tmp_path: Path) -> None:
    before = content(shifted)
    assert run("data", "check", shifted).exit_code == 3
    out = tmp_path / "registered"
    ran = run("data", "register", shifted, "--out", out, "--json")
    assert ran.exit_code == 0, ran.stderr
    assert content(shifted) == before
    (scene,) = json.loads(ran.stdout)["scenes"]
    assert scene == json.loads((out / "registration.json").read_text())["scenes"][0]
    for band in scene["bands"]:
        assert mean_error(np.array(band["transform"]), TRANSFORMS[band["band"]]) < 0.2
        assert band["residual"] < 0.3

    area = np.s_[
        scene["top"] : scene["top"] + scene["size"][1],
        scene["left"] : scene["left"] + scene["size"][0],
    ]
    assert scene["size"][0] * scene["size"][1] > 0.8 * SIDE**2
    for name in ("rgb_images/abbey_RGB", "object/abbey_mask", "truth/abbey_hidden"):
        given, kept = (read_counts(root / f"train/{name}.png") for root in (shifted, out))
        np.testing.assert_array_equal(kept, given[area])
    assert read_counts(out / "train" / "ms_masks" / "abbey_ms_850.png").dtype == np.uint16
    assert (out / "dataset.yaml").read_bytes() == (shifted / "dataset.yaml").read_bytes()
    checked = run("data", "check", out, "--json")
    assert checked.exit_code == 0
    assert not [f for f in json.loads(checked.stdout)["findings"] if "shifted" in f["message"]]


def test_from_pictures_of_different_sizes(
    run: Callable[..., Ran], shifted: Path, tmp_path: Path
) -> None:
    """Imported, calibrated and registered: a saturated pixel is masked where it now lies."""
    raw, folders = tmp_path / "raw", {n: tmp_path / n for n in ("imported", "white", "dark")}
    photograph = next((shifted / "train" / "rgb_images").iterdir())
    write_png(raw / "abbey" / "photo.png", read_counts(photograph))
    point = np.array([[100.0, 70.0]])  # (x, y) of the photograph
    for band, transform in TRANSFORMS.items():
        counts = read_counts(shifted / "train" / "ms_masks" / f"abbey_ms_{band}.png")[..., 0]
        ((x, y),) = np.rint(transform_points(transform, point)).astype(int)
        counts[y, x] = 65535 if band == "850" else counts[y, x]
        write_png(raw / "abbey" / f"abbey_{band}.png", counts)
        for name, value in (("white", 65000), ("dark", 0)):
            write_png(folders[name] / f"{band}.png", np.full_like(counts, value))
    ran = run("data", "import", "bands", raw / "abbey", "--out", folders["imported"])
    assert ran.exit_code == 0, ran.stderr
    assert (
        "band 850 differs in size from the photograph: run `artextract data register " in ran.stderr
    )
    for words in (("data", "check"), ("graph", "build", "--out", tmp_path / "graphs")):
        refused = run(*words, folders["imported"])
        assert refused.exit_code == 3
        assert "run `artextract data register " in refused.stdout + refused.stderr

    frames = (f"--white={folders['white']}", f"--dark={folders['dark']}")
    calibrated, out = tmp_path / "calibrated", tmp_path / "registered"
    ran = run("data", "calibrate", folders["imported"], *frames, "--out", calibrated)
    assert ran.exit_code == 0, ran.stderr
    assert not (calibrated / "train" / "object" / "abbey_mask.png").exists()
    ran = run("data", "register", calibrated, "--out", out, "--json")
    assert ran.exit_code == 0, ran.stderr
    (scene,) = json.loads(ran.stdout)["scenes"]
    masked = np.argwhere(read_counts(out / "train" / "object" / "abbey_mask.png")[..., 0] == 0)
    assert 0 < len(masked) < 60
    middle = masked.mean(axis=0) + np.array([scene["top"], scene["left"]])
    np.testing.assert_allclose(middle, point[0, ::-1], atol=1)
    assert [path.name for path in (out / "train" / "object").iterdir()] == ["abbey_mask.png"]


def test_the_table(run: Callable[..., Ran], shifted: Path, tmp_path: Path) -> None:
    ran = run("data", "register", shifted, "--out", tmp_path / "new")
    (row,) = [line for line in ran.stdout.splitlines() if "850" in line]
    cells = [cell.strip() for cell in row.split("│")[1:-1]]
    assert cells[:2] == ["abbey", "850"]
    assert cells[2] == f"{SIDE} × {SIDE - 8}"
    found = [float(cell) for cell in cells[3:7]]
    assert found == pytest.approx([0.98, 1, -3, 5 + 4], abs=0.2)  # its middle is 4 px higher


def test_too_large_a_residual(run: Callable[..., Ran], shifted: Path, tmp_path: Path) -> None:
    """Shifted alone, a band that is turned and scaled stays where it does not belong."""
    ran = run("data", "register", shifted, "--out", tmp_path / "new", "--model", "shift")
    assert (ran.exit_code, ran.stdout) == (3, "")
    assert "abbey_ms_650.png" in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["shifted"]


def test_another_picture_among_the_bands(
    run: Callable[..., Ran], shifted: Path, tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).integers(0, 65536, (SIDE, SIDE), np.uint16)
    write_png(shifted / "train" / "ms_masks" / "abbey_ms_850.png", noise)
    ran = run("data", "register", shifted, "--out", tmp_path / "new")
    assert (ran.exit_code, ran.stdout) == (3, "")
    assert "abbey_ms_850.png cannot be" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["shifted"]


def test_where_it_may_not_write(run: Callable[..., Ran], shifted: Path) -> None:
    before = content(shifted)
    inside = run("data", "register", shifted, "--out", shifted / "new")
    there = run("data", "register", shifted, "--out", shifted.parent)
    assert (inside.exit_code, there.exit_code) == (2, 2)
    assert "is inside the dataset" in inside.stderr
    assert "is not an empty folder" in there.stderr
    assert content(shifted) == before
