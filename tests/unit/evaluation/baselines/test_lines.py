"""Baselines of the longest band and of lines, on strokes drawn for the purpose."""

import numpy as np
import pytest

from artextract_cli._typing import FloatArray
from artextract_cli.evaluation.baselines.lines import (
    dark_lines,
    infrared,
    lines_of_infrared,
    nir_tophat,
    photograph_residual,
    residual_lines,
)
from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.scenes.scene import Scene
from tests.helpers.painted_scenes import make_scene, painted_bands

SIZE = (90, 110)


def distance_to_line(angle: float, size: tuple[int, int] = SIZE) -> FloatArray:
    """Distance (H, W) in px to a line through the middle at ``angle`` degrees to the rows."""
    rows, columns = np.indices(size) - (np.array(size)[:, None, None] - 1) / 2
    turned = np.deg2rad(angle)
    return np.abs(np.cos(turned) * rows - np.sin(turned) * columns).astype(np.float32)


def test_infrared_is_how_dark_the_longest_band_is() -> None:
    bands = painted_bands((7, 9), 3)
    np.testing.assert_allclose(infrared(make_scene(bands, (950, 500, 700))), 1 - bands[..., 0])


def test_top_hat_sees_lines_narrower_than_its_disk_and_no_wider_ones() -> None:
    band = np.full((50, 60, 1), 0.8, dtype=np.float32)
    band[:, 10:13] = 0.5
    band[:, 30:45] = 0.5
    score = nir_tophat(make_scene(band), diameter=7)
    np.testing.assert_allclose(score[:, 10:13], 0.3, atol=1e-6)
    assert not np.delete(score, np.s_[10:13], axis=1).any()
    assert nir_tophat(make_scene(band), diameter=19)[25, 37] == pytest.approx(0.3)


@pytest.mark.parametrize("angle", [0, 7.5, 30, 52, 90, 135])
def test_a_dark_line_answers_in_every_direction(angle: float) -> None:
    away = distance_to_line(angle)
    found = dark_lines(np.where(away <= 1.5, 0.0, 1.0).astype(np.float32))
    middle = np.zeros(SIZE, dtype=bool)
    middle[25:-25, 25:-25] = True
    on, off = found[middle & (away <= 0.5)], found[middle & (away > 10)]
    assert on.min() > 0.25
    assert off.max() < 0.02


def test_light_lines_slopes_and_even_paint_do_not_answer() -> None:
    light = np.where(distance_to_line(30) <= 1.5, 1.0, 0.0).astype(np.float32)
    middle = (light > 0) & (np.hypot(distance_to_line(0), distance_to_line(90)) < 25)
    assert np.median(dark_lines(light)[middle]) < 0.05 * np.median(dark_lines(1 - light)[middle])
    slope = np.linspace(0, 1, SIZE[1], dtype=np.float32) * np.ones(SIZE, np.float32)
    np.testing.assert_allclose(dark_lines(slope)[:, 30:-30], 0, atol=1e-3)
    np.testing.assert_allclose(dark_lines(np.full(SIZE, 0.4, np.float32)), 0, atol=1e-6)


def test_a_long_line_answers_more_than_a_spot_of_its_width() -> None:
    away = distance_to_line(0)
    spot = np.hypot(away, distance_to_line(90)) <= 1.5
    line, dot = (dark_lines(np.where(p, 0.0, 1.0).astype(np.float32)) for p in (away <= 1.5, spot))
    assert line.max() > 3 * dot.max()


def crossed() -> tuple[Scene, np.ndarray, np.ndarray]:
    """A stroke that the infrared alone shows, across one that the photograph shows as well."""
    pigments = painted_bands(SIZE, 3)
    hidden, drawn = distance_to_line(20) <= 1.5, distance_to_line(110) <= 1.5
    shown = np.where(drawn[..., None], 0.5 * pigments, pigments).astype(np.float32)
    band = shown.mean(axis=-1) * np.where(hidden, 0.6, 1)
    scene = make_scene(band[..., None].astype(np.float32), (950.0,), rgb=coded_rgb(shown))
    apart = np.maximum(distance_to_line(20), distance_to_line(110)) > 8
    return scene, hidden & apart, drawn & apart


def test_residual_lines_leave_out_what_the_photograph_shows() -> None:
    scene, hidden, drawn = crossed()
    found, plain = residual_lines(scene), lines_of_infrared(scene)
    assert np.median(found[hidden]) > 4 * np.median(found[drawn])
    assert np.median(plain[drawn]) > 0.5 * np.median(plain[hidden])


def test_the_residual_of_the_photograph_is_dark_where_the_infrared_alone_is() -> None:
    scene, hidden, drawn = crossed()
    residual = photograph_residual(scene)
    assert residual.shape == SIZE
    assert np.median(residual[hidden]) < -0.2
    assert abs(np.median(residual[~hidden & ~drawn])) < 0.02
