"""Random outlines: how much they cover, and that they follow from the seed."""

import numpy as np
import pytest

from artextract_cli.pipelines.hidden_layers.underlayer_shapes import (
    LEAST_COVERAGE,
    MOST_COVERAGE,
    MOST_LINE_COVERAGE,
    MOST_SHAPES,
    draw_coverage,
    draw_lines,
    draw_shapes,
)

SHAPES = [(1, 1), (3, 40), (31, 45), (64, 64)]


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_coverage_is_log_uniform() -> None:
    drawn = np.array([draw_coverage(rng(seed)) for seed in range(2000)])
    assert drawn.min() >= LEAST_COVERAGE
    assert drawn.max() <= MOST_COVERAGE
    middle = np.sqrt(LEAST_COVERAGE * MOST_COVERAGE)
    assert (drawn < middle).mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(8))
def test_lines_are_shares_of_pixels(shape: tuple[int, int], seed: int) -> None:
    lines = draw_lines(rng(seed), shape, 0.1)
    assert lines.shape == shape
    assert lines.dtype == np.float32
    assert 0 <= lines.min() <= lines.max() <= 1


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(8))
def test_shapes_are_numbered(shape: tuple[int, int], seed: int) -> None:
    labels = draw_shapes(rng(seed), shape, 0.3)
    assert labels.shape == shape
    assert labels.dtype.kind == "i"
    assert 0 <= labels.min() <= labels.max() <= MOST_SHAPES


@pytest.mark.parametrize(
    ("coverage", "low", "high"), [(0.03, 0.025, 0.15), (0.4, MOST_LINE_COVERAGE, 0.3)]
)
def test_lines_go_on_until_enough_is_covered(coverage: float, low: float, high: float) -> None:
    """Looked at after every eighth line, so that it may become more; never less, save rarely."""
    covered = [draw_lines(rng(seed), (64, 80), coverage).mean() for seed in range(30)]
    assert low < np.median(covered) < high


@pytest.mark.parametrize("coverage", [0.05, 0.3])
def test_shapes_cover_about_what_is_asked(coverage: float) -> None:
    covered = [(draw_shapes(rng(seed), (64, 80), coverage) > 0).mean() for seed in range(30)]
    assert np.median(covered) == pytest.approx(coverage, rel=0.35)
    assert max(covered) < 2 * coverage


@pytest.mark.parametrize("draw", [draw_lines, draw_shapes])
def test_the_seed_decides(draw) -> None:  # type: ignore[no-untyped-def]
    first, again, *others = (draw(rng(seed), (31, 45), 0.1) for seed in (1, 1, 2, 3))
    np.testing.assert_array_equal(first, again)
    assert not any(np.array_equal(first, other) for other in others)


def test_outlines_are_various() -> None:
    drawn = {draw_lines(rng(seed), (31, 45), 0.1).tobytes() for seed in range(40)}
    assert len(drawn) == 40
