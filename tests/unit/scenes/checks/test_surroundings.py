"""Backdrops and charts that no mask excludes."""

from pathlib import Path

import numpy as np

from artextract_cli.imaging.painting_mask import averaged
from artextract_cli.scenes.checks.surroundings import surroundings_problems
from tests.helpers.charts import chart_colours, with_patches
from tests.helpers.checked_datasets import view

SHAPE = (240, 300)


def problems(photograph: np.ndarray, mask: np.ndarray | None = None) -> list[str]:
    band = averaged(photograph.mean(axis=2))
    problems = surroundings_problems(Path("x.png"), averaged(photograph), [band], mask)
    return [sentence for sentence, _ in problems]


def painting() -> np.ndarray:
    return np.dstack([view(seed, shape=SHAPE) for seed in range(3)]).astype(np.float32)


def test_a_backdrop_without_mask() -> None:
    mounted = np.full((*SHAPE, 3), 0.85, np.float32)
    mounted[40:200, 50:250] = painting()[40:200, 50:250]
    (problem,) = problems(mounted)
    share = float(problem.split("backdrop on ")[1].split("%")[0])
    assert abs(share - 100 * (1 - 160 * 200 / 240 / 300)) < 3
    mask = np.zeros(SHAPE, np.bool_)
    mask[40:200, 50:250] = True
    assert problems(mounted, mask) == []


def test_a_chart_without_mask_or_inside_it() -> None:
    charted = with_patches(painting(), chart_colours(4, 6), 12, (30, 60))
    where = "at 13% to 35% of its height and 21% to 48% of its width, and"
    (problem,) = problems(charted)
    assert problem.startswith("x.png shows 24 even patches in a regular grid")
    assert f"{where} it is scored as paint" in problem
    mask = np.ones(SHAPE, np.bool_)
    (problem,) = problems(charted, mask)
    assert f"{where} its object mask includes it" in problem
    mask[20:110, 50:170] = False
    assert problems(charted, mask) == []


def test_a_painting_that_fills_the_image() -> None:
    assert problems(painting()) == []
