"""Dead lines of a sensor, and lines that are painted."""

from pathlib import Path

import numpy as np
import pytest

from artextract_cli.scenes.checks.dead_lines import dead_line_problems, dead_lines
from tests.helpers.checked_datasets import BAND, counts, found, view, write

NOISE = np.random.default_rng(4).normal(0, 0.01, view(0).shape)


def band() -> np.ndarray:
    return np.clip(view(0) + NOISE, 0, 1).astype(np.float32)


@pytest.mark.parametrize("value", [0.0, 1.0, None])
@pytest.mark.parametrize("lines", [[2], [40], [40, 41], [17, 90]])
def test_dead_lines_are_found(lines: list[int], value: float | None) -> None:
    dead = band()
    dead[lines] = dead[lines] * 0.7 if value is None else value
    assert dead_lines(dead, view(0)).tolist() == lines


def test_nothing_is_found_in_a_clean_band() -> None:
    assert not len(dead_lines(band(), view(0)))
    assert not len(dead_lines(1 - band(), view(0)))
    assert not len(dead_lines(np.full_like(band(), 0.5), view(0)))


def test_a_line_that_the_photograph_shows_is_painted() -> None:
    lined, photograph = band(), view(0)
    lined[40], photograph[40] = 0, 0
    assert not len(dead_lines(lined, photograph))


def test_an_edge_across_the_band_is_not_a_line() -> None:
    edge = band()
    edge[75:] *= 0.3
    assert not len(dead_lines(edge, view(0)))


def test_half_a_line_is_not_dead() -> None:
    half = band()
    half[40, :80] = 0
    assert not len(dead_lines(half, view(0)))
    mask = np.zeros(half.shape, np.bool_)
    mask[:, :80] = True
    assert not len(dead_lines(half, view(0), mask))  # too little of it is painted
    mask[:, :100] = True
    half[40, :100] = 0
    assert dead_lines(half, view(0), mask).tolist() == [40]


def test_what_is_said(tmp_path: Path) -> None:
    dead = band()
    dead[:, 5] = 0
    dead[np.arange(10, 70, 10)] = 1
    rows, column = dead_line_problems(tmp_path, dead, view(0), None)
    assert rows.startswith(f"{tmp_path} has 6 dead rows (10, 20, 30, 40, 50, ...): they differ")
    assert column.startswith(f"{tmp_path} has a dead column (5): it differs from the columns on")


def test_in_a_dataset(root: Path) -> None:
    dead = band()
    dead[:, 31] = 0
    write(root / BAND, counts(dead))
    (finding,) = found(root)
    assert (finding.level, str(finding.file)) == ("warning", BAND)
    assert finding.message.startswith(f"{BAND} has a dead column (31)")
