"""Further layers of a scene: which files they are, what is wrong with them, and their values."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from artextract_cli.errors import InputError
from artextract_cli.scenes.dataset import list_dataset, open_dataset
from artextract_cli.scenes.layers import LayerFile, read_layer
from tests.helpers.datasets import write_png, write_scene
from tests.helpers.folders import make, refused, scene

XRAY = "layers: {xray: {kind: radiograph}}"


def test_layers_are_found_by_name(tmp_path: Path) -> None:
    make(
        tmp_path,
        *scene("a", "1"),
        *scene("a_layer_b", "1"),
        "train/layers/a_layer_xray.tif",
        "train/layers/a_layer_b_layer_xray.png",
        "train/object/a_layer_xray_mask.png",
        yaml=XRAY,
    )
    plain, other = open_dataset(tmp_path).scenes
    layers, mask = tmp_path / "train/layers", tmp_path / "train/object/a_layer_xray_mask.png"
    assert plain.layers == (
        LayerFile(name="xray", kind="radiograph", path=layers / "a_layer_xray.tif", mask=mask),
    )
    assert [layer.path.name for layer in other.layers] == ["a_layer_b_layer_xray.png"]


def test_a_scene_may_lack_layers(tmp_path: Path) -> None:
    files = *scene("a", "1"), *scene("b", "1"), "train/layers/a_layer_xray.png"
    make(tmp_path, *files, yaml=XRAY)
    dataset, findings = list_dataset(tmp_path)
    assert findings == []
    assert [len(files.layers) for files in dataset.scenes] == [1, 0]


@pytest.mark.parametrize(
    ("yaml", "said"),
    [
        ("notes: none", "a_layer_xray.png has no kind in .*dataset.yaml: add `layers: "),
        ("layers: {uv: {kind: fluorescence}, xray: {kind: element}}", "layers names uv, which no"),
        ("layers: {xray: {kind: photo}}", "layers.xray.kind: expected one of radiograph, fluor"),
        ("layers: {x y: {kind: raking}}", "letters A-Z, digits, _ and - only"),
        ("layers: {xray: {}}", "layers.xray.kind: Field required"),
    ],
)
def test_wrong_statements(tmp_path: Path, yaml: str, said: str) -> None:
    make(tmp_path, *scene("a", "1"), "train/layers/a_layer_xray.png", yaml=yaml)
    refused(tmp_path, said)


def test_files_of_no_scene(tmp_path: Path) -> None:
    make(tmp_path, *scene("a", "1"), "train/layers/b_layer_x.png", "train/layers/a_x.png")
    said = [finding.message for finding in list_dataset(tmp_path)[1]]
    assert any("a_x.png is left out: it is not named <scene>_layer_<name>.png" in m for m in said)
    assert any("b_layer_x.png has no photograph b_RGB" in m for m in said)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_scene(tmp_path, "val", "v")
    (tmp_path / "dataset.yaml").write_text(XRAY)
    (tmp_path / "val/layers").mkdir()
    return tmp_path


@pytest.mark.parametrize("shape", [(40, 48), (40, 48, 3)])
def test_values_and_mask(root: Path, shape: tuple[int, ...]) -> None:
    counts = np.random.default_rng(0).integers(0, 2**16, shape, np.uint16)
    tifffile.imwrite(root / "val/layers/v_layer_xray.tif", counts)
    mask = np.full((40, 48), 255, np.uint8)
    mask[:, :5] = 0
    write_png(root / "val/object/v_layer_xray_mask.png", mask)
    (files,) = open_dataset(root).scenes
    values = read_layer(files, files.layers[0], (40, 48))
    assert np.isnan(values[:, :5]).all()
    np.testing.assert_allclose(values[:, 5:], counts[:, 5:] / 65535, rtol=1e-6)


def test_grey_saved_as_rgb_is_grey(root: Path) -> None:
    write_png(root / "val/layers/v_layer_xray.png", np.full((40, 48, 3), 51, np.uint8))
    (files,) = open_dataset(root).scenes
    np.testing.assert_allclose(read_layer(files, files.layers[0], (40, 48)), np.full((40, 48), 0.2))


def test_another_size_is_registered_first(root: Path) -> None:
    tifffile.imwrite(root / "val/layers/v_layer_xray.tif", np.ones((20, 30), np.float32))
    (files,) = open_dataset(root).scenes
    with pytest.raises(InputError, match=r"is 30 × 20 pixels but its photograph .*data register"):
        read_layer(files, files.layers[0], (40, 48))
