"""Layers of a scene: which there are, and the pixels of each."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from artextract_cli.errors import InputError
from artextract_cli.export.iiif import layers
from artextract_cli.export.iiif.layers import SceneImages
from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.imaging.heatmap import colour, overlay
from artextract_cli.report.images import white_of
from artextract_cli.results.scene_result import SceneResult
from tests.helpers.results import (
    HIGH,
    LOW,
    NOT_PAINTED,
    SIZE,
    STRONG,
    described,
    make_heatmap,
    make_photograph,
    sealed_again,
    with_layers,
    write_result,
)


@pytest.fixture(autouse=True)
def small_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "TILE", 16)


def images_of(result: SceneResult) -> SceneImages:
    return SceneImages(result=result, scratch=result.path.parent)


def pixels(result: SceneResult, key: str) -> np.ndarray:
    """The image (H, W, C) of a layer."""
    found = {layer.key: layer for layer in images_of(result).layers(with_bands=True)}
    strips = list(found[key].strips())
    assert [len(strip) for strip in strips] == [16, 16, 16, 12]
    return np.concatenate(strips)


def test_the_layers_in_their_order(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    images = images_of(result)
    expected = ["photograph", "overlay", "heatmap", "dark", "light", "hidden"]
    assert [layer.key for layer in images.layers(with_bands=False)] == expected
    bands = images.layers(with_bands=True)[len(expected) :]
    assert [layer.key for layer in bands] == ["false-colour", "band-0", "band-1", "band-2"]
    assert [layer.label for layer in bands[1:]] == ["450 nm", "650 nm", "850 nm"]


def test_without_wavelengths_and_signs(tmp_path: Path) -> None:
    result = write_result(tmp_path, wavelengths_nm=None, learns_from="views")
    shown = [layer.label for layer in images_of(result).layers(with_bands=True)]
    assert shown[-3:] == ["Band 450", "Band 650", "Band 850"]
    assert not {"False-colour infrared", "Heat map, darker than expected"} & {*shown}


def test_scores_and_photograph(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    photograph = pixels(result, "photograph")
    np.testing.assert_array_equal(photograph, make_photograph())
    heatmap = pixels(result, "heatmap")
    assert (heatmap[STRONG] == colour(np.full((1, 1), HIGH, np.float32))).all()
    assert (heatmap[30] == colour(np.full((1, 1), LOW, np.float32))).all()
    assert (heatmap[NOT_PAINTED] == 255).all()
    score = make_heatmap()
    expected = overlay(
        (photograph / np.float32(255)).astype(np.float32),
        np.nan_to_num(score),
        mask=np.isfinite(score),
    )
    np.testing.assert_array_equal(pixels(result, "overlay"), expected)


def test_a_band_has_one_white_for_all_of_its_strips(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    counts = np.tile(np.arange(SIZE[0], dtype=np.uint16)[:, None] * 500, (1, SIZE[1]))
    path = Path(result.description["bands"][2]["path"])
    tifffile.imwrite(path, counts, rowsperstrip=7, photometric="minisblack", metadata=None)
    bands = [*result.description["bands"][:2], {"id": "850", **described(path)}]
    result = sealed_again(result, bands=bands)
    linear = (counts / 65535).astype(np.float32)
    greys = np.rint(255 * coded_rgb(np.clip(linear / white_of(linear), 0, 1)))
    np.testing.assert_allclose(pixels(result, "band-2")[..., 0], greys, atol=1)
    false_colour = pixels(result, "false-colour")
    np.testing.assert_allclose(false_colour[..., 0], greys, atol=1)
    np.testing.assert_array_equal(false_colour[..., 1:], make_photograph()[..., :2])


def test_a_linear_photograph_is_coded_for_display(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    photograph = {**result.description["photograph"], "coding": "linear"}
    shown = pixels(sealed_again(result, photograph=photograph), "photograph")
    linear = (make_photograph() / 255).astype(np.float32)
    np.testing.assert_allclose(shown, 255 * coded_rgb(linear), atol=1)


def test_images_of_another_size_or_content(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    other = sealed_again(result, shape=(9, 9))
    with pytest.raises(InputError, match=r"_RGB\.png does not have the size of the heat map"):
        list(images_of(other).layers(with_bands=False)[0].strips())
    band = Path(result.description["bands"][0]["path"])
    band.write_bytes(band.read_bytes() + b"0")
    with pytest.raises(InputError, match=r"has changed since it was scored: .*--no-bands exports"):
        pixels(result, "band-0")


def test_further_layers(tmp_path: Path) -> None:
    result = with_layers(tmp_path)
    keys = [layer.key for layer in images_of(result).layers(with_bands=True)]
    assert keys[6:9] == ["layer-xray", "evidence-of-xray", "layer-uv"]
    assert "layer-xray" not in [layer.key for layer in images_of(result).layers(with_bands=False)]
    xray = pixels(result, "layer-xray")
    assert (xray[:, 0].max(), xray[:, -1].min()) == (0, 255)
    np.testing.assert_array_equal(pixels(result, "layer-uv"), make_photograph())
    score = pixels(result, "evidence-of-xray")
    np.testing.assert_array_equal(score[STRONG], colour(np.full((10, 20), 3.0)))
    np.testing.assert_array_equal(score[40, 40], colour(np.zeros((1, 1)))[0, 0])
