"""Layers that are damaged, or have another size than their photograph."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from artextract_cli.scenes.checks.dataset import check_dataset
from artextract_cli.scenes.findings import Finding
from tests.helpers.datasets import write_scene


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    write_scene(tmp_path, "val", "v")
    (tmp_path / "dataset.yaml").write_text("layers: {xray: {kind: radiograph}}")
    (tmp_path / "val/layers").mkdir()
    return tmp_path / "val/layers/v_layer_xray.tif"


def findings_of(layer: Path) -> list[Finding]:
    findings = check_dataset(layer.parents[2]).findings
    return [found for found in findings if found.file and found.file.name == layer.name]


def test_a_layer_of_the_same_size_is_right(layer: Path) -> None:
    tifffile.imwrite(layer, np.ones((40, 48), np.uint16))
    assert findings_of(layer) == []


def test_another_size_is_mended_by_registration(layer: Path) -> None:
    tifffile.imwrite(layer, np.ones((20, 30), np.float32))
    (found,) = findings_of(layer)
    assert (found.level, found.remedy) == ("error", "register")
    assert "is 30 × 20 pixels but its photograph" in found.message


def test_a_damaged_layer_is_no_matter_of_registration(layer: Path) -> None:
    layer.write_bytes(b"no image")
    (found,) = findings_of(layer)
    assert (found.level, found.remedy) == ("error", None)
