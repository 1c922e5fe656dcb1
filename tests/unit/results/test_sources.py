from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.results import sources
from tests.helpers.results import described, with_layers, write_result


def test_sources_that_are_still_the_same(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    photograph, bands = sources.photograph(result), sources.bands(result)
    assert photograph.check() == tmp_path / "dataset" / "val" / "rgb_images" / "made_RGB.png"
    assert [band.role for band in bands] == ["band 450", "band 650", "band 850"]
    assert all(band.check() == band.path for band in bands)
    assert sources.object_mask(result) is None


def test_a_changed_source_is_one_clear_sentence(tmp_path: Path) -> None:
    source = sources.photograph(write_result(tmp_path))
    source.path.write_bytes(source.path.read_bytes() + b" ")
    with pytest.raises(InputError, match=r"made_RGB.png has changed since it was scored: restore"):
        source.check()


def test_a_missing_band_is_reported_with_the_advice_that_is_given(tmp_path: Path) -> None:
    band = sources.bands(write_result(tmp_path), "; look for it")[1]
    band.path.unlink()
    with pytest.raises(
        InputError, match=r"made_ms_1.png, from.* not exist: restore .*`; look for it$"
    ):
        band.check()


def test_the_object_mask_is_a_source_too(tmp_path: Path) -> None:
    mask = tmp_path / "mask.png"
    mask.write_bytes(b"a mask")
    found = sources.object_mask(write_result(tmp_path, object_mask=described(mask)))
    assert found is not None
    assert found.check() == mask


def test_results_of_before_masks_were_noted(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    del result.description["object_mask"]  # type: ignore[attr-defined]
    assert sources.object_mask(result) is None


def test_further_layers_and_their_masks(tmp_path: Path) -> None:
    result = with_layers(tmp_path)
    assert [layer.role for layer in sources.layers(result).values()] == ["layer xray", "layer uv"]
    (mask,) = sources.layer_masks(result)
    assert (mask.role, mask.check().name) == ("mask of layer xray", "mask.png")
    assert sources.layers(write_result(tmp_path, folder="plain")) == {}
