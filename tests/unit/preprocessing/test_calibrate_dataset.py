"""Raw counts become reflectance by frames of white and dark."""

from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.io.images import read_counts
from artextract_cli.preprocessing.calibrate_dataset import calibrate_dataset
from artextract_cli.scenes.history import read_history
from tests.helpers.datasets import write_png, write_scene
from tests.helpers.results import contents

SIZE = (40, 48)
WHITE, DARK = 60_000, 600


def captured(root: Path) -> Path:
    """A scene of three bands, and frames without structure."""
    write_scene(root / "raw", "val", "a")
    for band in ("450", "650", "850"):
        write_png(root / "white" / f"{band}.png", np.full(SIZE, WHITE, np.uint16))
        write_png(root / "dark" / f"{band}.png", np.full(SIZE, DARK, np.uint16))
    return root / "raw"


def test_reflectance_by_hand(tmp_path: Path) -> None:
    raw = captured(tmp_path)
    rows = calibrate_dataset(
        raw, tmp_path / "white", tmp_path / "dark", tmp_path / "out", white_reflectance=0.9
    )
    assert [(row.scene, row.band) for row in rows] == [("a", b) for b in ("450", "650", "850")]
    place = Path("val") / "ms_masks" / "a_ms_650.png"
    before, after = (read_counts(root / place)[..., 0] for root in (raw, tmp_path / "out"))
    wanted = np.clip(0.9 * (before.astype(float) - DARK) / (WHITE - DARK), 0, 1)
    assert after / 65535 == pytest.approx(wanted, abs=2e-5)
    (step,) = read_history(tmp_path / "out")["a"]
    assert step.parameters["method"] == "white and dark frames"
    assert (step.parameters["white_reflectance"], step.parameters["exposure_ratio"]) == (0.9, 1)
    assert list(step.figures["images"]) == ["450", "650", "850"]
    assert step.figures["images"]["650"]["median_reflectance"] == round(rows[1].median, 4)


def test_two_jobs_give_the_bytes_of_one(tmp_path: Path) -> None:
    raw = captured(tmp_path)
    write_scene(raw, "val", "b", seed=5)
    frames, done = (tmp_path / "white", tmp_path / "dark"), []
    one = calibrate_dataset(raw, *frames, tmp_path / "1")
    two = calibrate_dataset(raw, *frames, tmp_path / "2", jobs=2, on_scene=done.append)
    assert (two, sorted(done)) == (one, ["a", "b"])
    assert contents(tmp_path / "2") == contents(tmp_path / "1")


def test_a_band_without_frames_is_named(tmp_path: Path) -> None:
    raw = captured(tmp_path)
    for folder in ("white", "dark"):
        (tmp_path / folder / "650.png").unlink()
    with pytest.raises(InputError, match=r"a_ms_650\.png has no frames in .*or 650\.png for all"):
        calibrate_dataset(raw, tmp_path / "white", tmp_path / "dark", tmp_path / "out")
    assert not (tmp_path / "out").exists()
