"""What regressions see of a scene, block by block."""

import numpy as np

from artextract_cli.evidence.scene_view import SceneView
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
