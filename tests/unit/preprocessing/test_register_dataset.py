"""Bands are moved onto their photograph, and what does not fit is refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError, UsageError
from artextract_cli.preprocessing.register_dataset import RECORD, register_dataset
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.history import read_history
from artextract_cli.scenes.layers import read_layer
from artextract_cli.scenes.reading import read_scene
from tests.helpers.datasets import write_png
from tests.helpers.registration import PICTURE, known, seen_by
from tests.helpers.results import contents

pytest.importorskip("cv2")


def shifted(root: Path, right: float, down: float, **others: float) -> Path:
    """A scene of a band that was moved, and of others that were moved to the right."""
    grey = np.uint16(np.clip(PICTURE, 0, 1) * 65535)
    write_png(root / "train" / "rgb_images" / "a_RGB.png", np.stack([grey, grey // 2, grey], -1))
    moves = {"650": (right, down)} | {name: (move, 0) for name, move in others.items()}
    for name, move in moves.items():
        band = seen_by(known(1, 0, *move), PICTURE.shape)
        write_png(root / "train" / "ms_masks" / f"a_ms_{name}.png", np.uint16(band * 65535))
    return root


def test_a_shift_is_measured_and_recorded(tmp_path: Path) -> None:
    data = shifted(tmp_path / "data", 3, -2)
    (row,) = register_dataset(data, tmp_path / "out", model="shift")
    (band,) = row.bands
    assert (abs(band.right), abs(band.down)) == pytest.approx((3, 2), abs=0.1)
    assert band.residual < 0.2
    record = json.loads((tmp_path / "out" / RECORD).read_text(encoding="utf-8"))
    assert record["scenes"][0]["scene"] == "a"
    (step,) = read_history(tmp_path / "out")["a"]
    assert (step.name, step.parameters["model"]) == ("register", "shift")
    assert step.figures["residual_px"] == {"650": round(band.residual, 3)}
    assert (step.figures["width_px"], step.figures["left_px"]) == (row.size[0], row.left)


def test_two_jobs_give_the_bytes_of_one(tmp_path: Path) -> None:
    data = shifted(tmp_path / "data", 3, -2)
    for path in data.rglob("a_*.png"):
        shutil.copy(path, path.with_name(path.name.replace("a_", "b_", 1)))
    done: list[str] = []
    one = register_dataset(data, tmp_path / "1", model="shift")
    two = register_dataset(data, tmp_path / "2", model="shift", jobs=2, on_scene=done.append)
    assert (two, sorted(done)) == (one, ["a", "b"])
    assert contents(tmp_path / "2") == contents(tmp_path / "1")


def test_a_band_of_something_else_is_refused(tmp_path: Path) -> None:
    data = shifted(tmp_path / "data", 0, 0)
    noise = np.random.default_rng(0).integers(0, 65535, PICTURE.shape, np.uint16)
    write_png(data / "train" / "ms_masks" / "a_ms_650.png", noise)
    with pytest.raises(InputError, match=r"a_ms_650\.png"):
        register_dataset(data, tmp_path / "out", model="shift")
    assert not (tmp_path / "out").exists()


def test_bands_that_share_too_little_are_refused(tmp_path: Path) -> None:
    """Each lies on half of the photograph, and both on a narrow strip of it."""
    data = shifted(tmp_path / "data", 85, 0, other=-85)
    with pytest.raises(
        InputError, match=r"the bands of scene a share only 1\d × 1\d\d pixels with .*a_RGB\.png"
    ):
        register_dataset(data, tmp_path / "out", model="shift")
    assert not (tmp_path / "out").exists()


def test_a_painting_outside_of_every_band_is_refused(tmp_path: Path) -> None:
    """Its mask has painting only where the moved band has no pixels."""
    data = shifted(tmp_path / "data", 0, 9)
    mask = np.zeros(PICTURE.shape, np.uint8)
    mask[-4:] = 255
    write_png(data / "train" / "object" / "a_mask.png", mask)
    with pytest.raises(InputError, match="scene a has no pixel that is painting and valid in"):
        register_dataset(data, tmp_path / "out", model="shift")
    mask[:9] = 255
    write_png(data / "train" / "object" / "a_mask.png", mask)
    assert len(register_dataset(data, tmp_path / "out", model="shift")) == 1


def test_nothing_is_written_into_the_dataset(dataset: Path) -> None:
    with pytest.raises(UsageError, match="is inside the dataset"):
        register_dataset(dataset, dataset / "registered")


def test_a_negative_layer_is_moved_and_does_not_crop(tmp_path: Path) -> None:
    data = shifted(tmp_path / "data", 0, 0)
    (without,) = register_dataset(data, tmp_path / "without")
    (data / "dataset.yaml").write_text("layers: {xray: {kind: radiograph}}")
    negative = 1 - seen_by(known(1, 0, 6, -4), PICTURE.shape)
    layer = data / "train" / "layers" / "a_layer_xray.png"
    write_png(layer, np.uint16(np.clip(negative, 0, 1) * 65535))
    (row,) = register_dataset(data, tmp_path / "out")
    (files,) = open_dataset(tmp_path / "out").scenes
    scene = read_scene(files)
    values = read_layer(files, files.layers[0], scene.shape)
    assert values.shape == row.size[::-1]
    assert row.size == without.size
    photograph = scene.bands[..., 0]
    seen = np.isfinite(values)
    assert 0.9 < seen.mean() < 1
    assert np.corrcoef(values[seen], photograph[seen])[0, 1] < -0.98


def test_a_layer_of_something_else_is_refused(tmp_path: Path) -> None:
    data = shifted(tmp_path / "data", 0, 0)
    (data / "dataset.yaml").write_text("layers: {xray: {kind: radiograph}}")
    noise = np.random.default_rng(0).integers(0, 65535, PICTURE.shape, np.uint16)
    write_png(data / "train" / "layers" / "a_layer_xray.png", noise)
    with pytest.raises(InputError, match=r"a_layer_xray\.png"):
        register_dataset(data, tmp_path / "out")
