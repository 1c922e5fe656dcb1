"""What regressions see of a scene, block by block."""

import gc
import weakref

import numpy as np

from artextract_cli.evidence.scene_view import SceneView, place_terms
from artextract_cli.imaging.blocks import Block, full_block
from tests.helpers.scenes import make_scene


def view(**changes: object) -> SceneView:
    return SceneView(make_scene((24, 30), 3, **changes))


def test_a_small_scene_is_one_block() -> None:
    sight = view()
    (block,) = sight.blocks
    assert sight.linear(block).shape == (24, 30, 3)
    assert sight.log_bands(block, [2, 0]).shape == (24, 30, 2)
    assert sight.n_bands == 3


def test_bands_come_in_the_order_that_is_asked_for() -> None:
    sight = view()
    (block,) = sight.blocks
    both = sight.log_bands(block, [2, 0])
    assert np.array_equal(both[..., :1], sight.log_bands(block, [2]))
    assert np.array_equal(both[..., 1:], sight.log_bands(block, [0]))


def test_the_pixels_to_fit_on_are_painted_and_always_the_same() -> None:
    mask = np.zeros((24, 30), np.bool_)
    mask[4:20, 5:25] = True
    first, second = view(mask=mask).pixels, view(mask=mask).pixels
    assert mask[first.rows, first.columns].all()
    assert np.array_equal(first.rows, second.rows)
    assert np.array_equal(first.columns, second.columns)


def test_beyond_the_mask_the_painting_is_extended() -> None:
    scene = make_scene((24, 30), 3)
    mask = np.zeros((24, 30), np.bool_)
    mask[:, :15] = True
    changed = scene.rgb.copy()
    changed[~mask] = 0
    views = [view(mask=mask), view(mask=mask, rgb=changed)]
    seen = [sight.linear(next(iter(sight.blocks))) for sight in views]
    assert np.array_equal(*seen)


def test_place_is_that_of_the_whole_painting() -> None:
    everything = place_terms(full_block((9, 11)), (9, 11))
    np.testing.assert_allclose(everything[:, 0, 0], [-1, -1, 2])
    np.testing.assert_allclose(everything[:, 4, 5], 0, atol=1e-6)
    part = Block(2, 3, 7, 9)
    np.testing.assert_array_equal(place_terms(part, (9, 11)), everything[:, *part.place])


def test_infrared_channels_follow_the_visible_ones_from_the_shortest() -> None:
    scene = view(wavelengths=(940.0, 600.0, 850.0))
    (block,) = scene.blocks
    logs = scene.logs(block, 2)
    assert logs.shape[-1] == 4 + 2
    np.testing.assert_array_equal(logs[..., :4], scene.visible_logs(block))
    np.testing.assert_array_equal(logs[..., :5], scene.logs(block, 1))
    np.testing.assert_array_equal(
        logs[..., 4:], np.log(np.maximum(scene.blurred_infrared(block), 0) + np.float32(0.03))
    )
    bands = scene.part(block).bands
    of_both = [np.corrcoef(logs[..., 4].ravel(), bands[..., b].ravel())[0, 1] for b in (2, 0)]
    assert of_both[0] > of_both[1]


def test_blocks_are_freed_with_the_view_and_not_by_the_garbage_collector() -> None:
    scene = view()
    (block,) = scene.blocks
    scene.surfaces(block)
    cached = weakref.ref(scene.blurred_infrared(block))
    gc.disable()
    try:
        del scene
        assert cached() is None
    finally:
        gc.enable()
