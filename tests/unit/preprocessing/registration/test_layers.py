"""Registering further layers: what is written, and what is refused."""

import json
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.preprocessing.register_dataset import register_dataset
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.layers import read_unregistered
from tests.helpers.datasets import write_png, write_scene

SIZE = (120, 136)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A scene with a radiograph: inverted, of twice the size, and without its right quarter."""
    root = tmp_path / "data"
    write_scene(root, "val", "a", size=SIZE)
    (root / "dataset.yaml").write_text("layers: {xray: {kind: radiograph}}\n")
    rgb = imagecodecs.png_decode((root / "val/rgb_images/a_RGB.png").read_bytes())
    inverted = 65535 - rgb.mean(axis=2)
    part = inverted[:, : SIZE[1] * 3 // 4]
    canvas = np.zeros((2 * SIZE[0], 2 * SIZE[1]), np.uint16)
    canvas[:, : 2 * part.shape[1]] = cv2.resize(part, None, fx=2, fy=2)
    mask = np.zeros(canvas.shape, np.uint8)
    mask[:, : 2 * part.shape[1]] = 255
    write_png(root / "val/layers/a_layer_xray.png", canvas)
    write_png(root / "val/object/a_layer_xray_mask.png", mask)
    return root


def test_a_layer_lies_on_the_photograph_and_its_mask_says_where(
    dataset: Path, tmp_path: Path
) -> None:
    (row,) = register_dataset(dataset, tmp_path / "out")
    (layer,) = row.layers
    assert (layer.layer, layer.size) == ("xray", (2 * SIZE[1], 2 * SIZE[0]))
    assert layer.scale == pytest.approx(2, rel=0.01)
    assert layer.covered == pytest.approx(0.75, abs=0.05)
    (files,) = open_dataset(tmp_path / "out").scenes
    registered = read_unregistered(files.layers[0])
    rgb = imagecodecs.png_decode(files.rgb.read_bytes())
    assert registered.shape == rgb.shape[:2]
    inside = np.isfinite(registered)
    assert inside.mean() == pytest.approx(0.75, abs=0.06)
    grey = rgb.mean(axis=2)[inside] / 65535
    assert np.corrcoef(grey, registered[inside])[0, 1] < -0.95
    record = json.loads((tmp_path / "out" / "registration.json").read_text())
    assert record["scenes"][0]["layers"][0]["layer"] == "xray"
    history = json.loads((tmp_path / "out" / "history" / "a.json").read_text())
    assert "layer_certainty" in json.dumps(history)


def test_a_layer_of_something_else_is_refused(dataset: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(5).integers(0, 65535, (150, 160), np.uint16)
    write_png(dataset / "val/layers/a_layer_xray.png", noise)
    (dataset / "val/object/a_layer_xray_mask.png").unlink()
    with pytest.raises(InputError, match=r"xray\.png cannot be registered to its photograph: no"):
        register_dataset(dataset, tmp_path / "out")
    assert not (tmp_path / "out").exists()
