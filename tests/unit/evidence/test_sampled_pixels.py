"""Random pixels of a painting, and what is gathered at them from blocks."""

import numpy as np
import pytest

from artextract_cli.evidence import sampled_pixels as module
from artextract_cli.evidence.sampled_pixels import Pixels, gather, random_pixels
from artextract_cli.imaging.blocks import Block, Blocks

SHAPE = (31, 45)
PICTURE = np.random.default_rng(0).random((*SHAPE, 2), np.float32)


def window_of(blocks: Blocks, block: Block) -> np.ndarray:
    return PICTURE[blocks.window(block).place]


def test_pixels_are_gathered_in_their_order_from_any_blocks() -> None:
    pixels = random_pixels(None, SHAPE, 200)
    expected = PICTURE[pixels.rows, pixels.columns]
    for side in (None, 8, 13):
        blocks = Blocks(SHAPE, side, 2)
        first, second = gather(
            blocks,
            lambda block, blocks=blocks: [window_of(blocks, block), -window_of(blocks, block)],  # type: ignore[misc]
            pixels,
        )
        np.testing.assert_array_equal(first, expected)
        np.testing.assert_array_equal(second, -expected)


def test_pixels_are_chosen_once_and_always_the_same() -> None:
    chosen, again = (random_pixels(None, (70, 80), 3000) for _ in range(2))
    assert len(np.unique(chosen.rows * 80 + chosen.columns)) == 3000
    np.testing.assert_array_equal(chosen.rows, again.rows)
    mask = np.zeros((70, 80), bool)
    mask[10:20, 5:9] = True
    painted = random_pixels(mask, (70, 80), 3000)
    np.testing.assert_array_equal(
        np.sort(painted.rows * 80 + painted.columns), np.flatnonzero(mask)
    )


def test_a_mask_without_painting_counts_as_none() -> None:
    empty, every = (random_pixels(m, SHAPE, 50) for m in (np.zeros(SHAPE, bool), None))
    np.testing.assert_array_equal(empty.columns, every.columns)


def test_of_huge_pictures_every_nth_pixel_may_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SAMPLED_PIXELS", 500)
    pixels = random_pixels(np.ones(SHAPE, bool), SHAPE, 10_000)
    np.testing.assert_array_equal(
        np.sort(pixels.rows * 45 + pixels.columns), np.arange(0, 31 * 45, 3)
    )


def test_few_pixels_are_computed_without_their_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SPOT_PIXELS", 4)
    corners = Pixels(np.array([0, 1, 19, 30]), np.array([0, 1, 40, 44]))
    blocks, made = Blocks(SHAPE, 20, 1), []

    def make(block: Block) -> list[np.ndarray]:
        made.append(block)
        return [PICTURE[block.place]]

    (found,) = gather(blocks, make, corners, margin=0)
    np.testing.assert_array_equal(found, PICTURE[corners.rows, corners.columns])
    # The first two are near enough to share a rectangle, and most blocks have no pixel.
    assert sorted(block.shape for block in made) == [(1, 1), (1, 1), (2, 2)]
