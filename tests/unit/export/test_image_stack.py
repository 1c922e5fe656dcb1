"""What is exported of a scene and of its result."""

from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.export.image_stack import open_stack, read_photograph
from tests.helpers.datasets import write_png, write_scene
from tests.helpers.results import make_heatmap, write_result


def test_a_scene_has_its_bands_in_order_and_its_photograph(dataset: Path) -> None:
    stack = open_stack(dataset, "v1")
    assert (stack.scene, stack.shape, stack.depth) == ("v1", (40, 48), np.uint16)
    assert [(each.name, each.nm) for each in stack.channels] == [
        ("450", 450),
        ("650", 650),
        ("850", 850),
    ]
    photograph = read_photograph(stack)
    assert photograph is not None
    assert photograph.shape == (40, 48, 3)
    assert stack.is_reflectance


def test_bands_of_two_depths_get_the_larger_one(tmp_path: Path) -> None:
    write_scene(tmp_path, "val", "a", bands=("450", "850"))
    counts = np.arange(40 * 48, dtype=np.uint16).reshape(40, 48) % 256
    write_png(tmp_path / "val" / "ms_masks" / "a_ms_450.png", counts.astype(np.uint8))
    stack = open_stack(tmp_path, None)
    assert stack.depth == np.uint16
    np.testing.assert_array_equal(stack.channels[0].read(), counts * 257)


def test_bands_saved_for_display_are_no_reflectance(tmp_path: Path) -> None:
    write_scene(tmp_path, "val", "a", bands=("450", "850"))
    (tmp_path / "dataset.yaml").write_text('coding: {bands: {"850": srgb}}')
    assert not open_stack(tmp_path, None).is_reflectance


def test_a_band_of_another_size_is_refused(tmp_path: Path) -> None:
    write_scene(tmp_path, "val", "a")
    write_png(tmp_path / "val" / "ms_masks" / "a_ms_850.png", np.ones((20, 24), np.uint16))
    with pytest.raises(InputError, match=r"a_ms_850\.png is 24 × 20"):
        open_stack(tmp_path, None).channels[2].read()


def test_a_result_has_its_maps_and_the_evidence_of_bands(tmp_path: Path) -> None:
    result = write_result(tmp_path, pixels_per_mm=4.0)
    stack = open_stack(result.path.parent, None)
    assert [each.name for each in stack.channels] == [
        "heatmap", "dark", "light", "hidden", "evidence_450", "evidence_650", "evidence_850"
    ]  # fmt: skip
    np.testing.assert_array_equal(stack.channels[0].read(), make_heatmap())
    assert (stack.channels[-1].read() == 2).all()
    assert [each.nm for each in stack.channels[3:5]] == [None, 450.0]
    assert stack.photograph is None
    assert stack.pixels_per_mm == 4
