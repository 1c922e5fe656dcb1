"""Structure of images whose lines and spots are known by construction."""

import numpy as np

from artextract_cli.evidence.structure import (
    DETAIL_SIZES,
    LINES,
    WINDOWS,
    detail_maps,
    line_maps,
    local_maps,
)

SHAPE = (40, 50)


def test_a_dark_spot_is_a_dark_detail_and_a_wide_one_is_not() -> None:
    image = np.zeros(SHAPE, np.float32)
    image[10:13, 10:13] = -1
    image[20:35, 20:35] = -1
    maps = [*detail_maps(image)]
    assert len(maps) == 2 * len(DETAIL_SIZES) + 1
    dark, light = maps[:2]
    assert (dark[11, 11], dark[27, 27]) == (1, 0)
    assert not light[5:15, 5:15].any()
    assert maps[-1][27, 20] > 0.1 > maps[-1][27, 27]


def test_a_line_is_strong_with_its_axis() -> None:
    image = np.zeros(SHAPE, np.float32)
    image[20] = -1
    strengths, (cosine, sine) = line_maps(image, (slice(15, 30), slice(20, 40)))
    assert len(strengths) == 2 * len(LINES)
    for dark, light in zip(strengths[::2], strengths[1::2], strict=True):
        assert dark.shape == (15, 20)
        assert dark[5, 5] > 10 * light[5, 5]
    assert cosine[5, 5] > 0 == round(float(sine[5, 5]), 6)


def test_what_follows_the_surface_leaves_no_local_residual() -> None:
    surface = np.random.default_rng(0).normal(size=(*SHAPE, 2)).astype(np.float32)
    followed = surface @ np.array([[1, 0, 2], [0, 1, -1]], np.float32)
    spot = np.zeros((*SHAPE, 3), np.float32)
    spot[20, 25, 1] = 1
    maps = [*local_maps(surface, followed + spot)]
    assert len(maps) == 3 * len(WINDOWS)
    for without, of_spot, _ in (maps[:3], maps[3:]):
        assert of_spot[20, 25] > 10 * np.abs(without).max()
