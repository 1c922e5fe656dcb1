import io
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artextract_cli.errors import InputError
from artextract_cli.report.layers import Layer
from artextract_cli.report.scene_layers import read_layers
from tests.helpers.report_layers import layers
from tests.helpers.results import (
    HIGH,
    LOW,
    NOT_PAINTED,
    SIZE,
    STRONG,
    make_photograph,
    sealed_again,
    with_layers,
    write_result,
)


def pixels(layer: Layer) -> np.ndarray:
    content = b64decode(layer.encoded.uri.partition(",")[2])
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture)


def test_all_layers_in_the_order_of_their_groups(tmp_path: Path) -> None:
    made = layers(write_result(tmp_path))
    bands = ["band-0", "band-1", "band-2"]
    components = ["component-1", "component-2", "component-3"]
    scores = ["heatmap", "dark", "light", "evidence-0", "evidence-1", "evidence-2"]
    pictures = ["photograph", "hidden", "hidden-absolute", "false-colour"]
    assert list(made) == [*pictures, *bands, *components, *scores]
    assert {layer.encoded.width for layer in made.values()} == {SIZE[1]}
    assert [made[key].label for key in ("band-2", "dark", "light", "evidence-2")] == [
        "850 nm",
        "Darker than expected",
        "Lighter than expected",
        "Heat map, 850 nm only",
    ]


def test_pictures_show_what_was_read(tmp_path: Path) -> None:
    made = layers(write_result(tmp_path))
    photograph = pixels(made["photograph"]).astype(int)
    assert np.abs(photograph - make_photograph()).mean() < 3
    heatmap = pixels(made["heatmap"])
    assert (heatmap[NOT_PAINTED] == 0).all()
    assert (heatmap[STRONG] == round(HIGH / 0.02) + 1).all()
    assert heatmap[40, 40] == round(LOW / 0.02) + 1
    dark, light = (pixels(made[sign]) for sign in ("dark", "light"))
    np.testing.assert_array_equal(dark, heatmap)
    assert (light[STRONG] == round(LOW / 0.02) + 1).all()
    assert (light[NOT_PAINTED] == 0).all()
    assert pixels(made["evidence-0"])[0, 0] == 128 - 50
    assert pixels(made["hidden"])[0, 0] == pytest.approx(128, abs=2)
    assert pixels(made["hidden-absolute"])[0, 0] == pytest.approx(153, abs=2)
    assert not made["hidden-absolute"].has_plate
    assert "stretched from 0.1 % darker (black) to 0.1 % lighter (white)" in made["hidden"].note


def test_other_models_have_scores_for_bands_and_nothing_beneath(tmp_path: Path) -> None:
    result = write_result(tmp_path, learns_from="views", wavelengths_nm=None)
    (result.path / "hidden.tif").unlink()
    made = layers(sealed_again(result))
    assert not {"hidden", "dark", "light", "false-colour"} & made.keys()
    assert made["evidence-2"].scale == "false-alarm"
    assert pixels(made["evidence-2"])[0, 0] == round(2 / 0.02) + 1
    assert made["evidence-2"].label == "Heat map, band 850 only"


def test_without_bands_they_are_not_even_looked_for(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    for band in result.description["bands"]:
        Path(band["path"]).unlink()
    made = layers(result, with_bands=False)
    assert {"photograph", "hidden", "heatmap", "evidence-0"} <= made.keys()
    assert not {"band-0", "component-1", "false-colour"} & made.keys()
    with pytest.raises(InputError, match="does not exist"):
        read_layers(result)


def test_further_layers_and_what_they_show_beyond_the_surface(tmp_path: Path) -> None:
    made = layers(with_layers(tmp_path))
    keys = list(made)
    assert keys[4:6] == ["layer-xray", "layer-uv"]
    assert keys[-1] == "evidence-of-xray"
    assert [made[key].label for key in ("layer-xray", "layer-uv", "evidence-of-xray")] == [
        "X-ray radiograph (xray)",
        "Ultraviolet fluorescence (uv)",
        "X-ray radiograph (xray), beyond the surface",
    ]
    assert made["layer-xray"].has_plate
    xray = pixels(made["layer-xray"]).astype(int)
    assert xray.ndim == 2
    assert (xray[:, :30].max(), xray[:, 50:].min()) == (0, 255)
    coloured = pixels(made["layer-uv"]).astype(int)
    assert np.abs(coloured - make_photograph()).mean() < 3
    # Darker than expected is no evidence: paint only adds to what absorbs X-rays.
    score = pixels(made["evidence-of-xray"])
    assert (score[STRONG] == round(3 / 0.02) + 1).all()
    assert score[40, 40] == 1
    assert (score[NOT_PAINTED] == 0).all()


def test_without_band_images_the_evidence_of_layers_stays(tmp_path: Path) -> None:
    made = layers(with_layers(tmp_path), with_bands=False)
    assert "evidence-of-xray" in made
    assert "layer-xray" not in made


def test_a_layer_that_has_changed(tmp_path: Path) -> None:
    result = with_layers(tmp_path)
    path = Path(result.description["layers"]["uv"]["path"])
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(InputError, match=r"uv.png has changed since it was scored: .*--no-bands"):
        read_layers(result)
