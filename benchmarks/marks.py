"""Re-ranking by the marks of a person, on simulated paintings of worlds not used in training.

    python benchmarks/marks.py [--model gat] [--worlds b,c,d] [--row lines] [--scenes 20]

A person is simulated who goes through the strong regions of the heat map in the order of the
table, and marks alternately the strongest false alarm (at most 10 % of its strong pixels hide
something) as retouching and the strongest true region (at least 50 %) as of interest, until there
are no more or enough. Marks are boxes around regions, as the report draws them. AUROC and average
precision are given for all pixels, and for those outside of all boxes of the longest list: there,
nothing was marked, and the pixels are the same for every number of marks. The infrared and the
envelope, a score without learning, are given beside them. Values are means over the paintings with
hidden content; differences to the heat map without marks have 95 % bootstrap intervals.
"""

import argparse
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from conditions import ROWS, Painting, photographed

from artextract_cli._typing import BoolArray, FloatArray
from artextract_cli.evaluation.baselines.pixels import infrared
from artextract_cli.evaluation.metrics import binary_scores, paired_difference
from artextract_cli.pipelines.reranking import RERANKED, reranked
from artextract_cli.pipelines.scoring import open_scorer
from artextract_cli.results.marks import Mark, SceneMarks
from artextract_cli.results.regions import STRONG_LEVEL, strong_regions, superpixel_side
from artextract_cli.results.scene_scores import SceneScorer, SceneScores
from artextract_cli.scenes.scene import CLEAN, HIDDEN

# Out of reach of the paintings that the constants of the re-ranking were chosen on, 0 to 9.
FIRST = 100
LEAST_AREA = 6  # px of a region: a spot that is seen
LEAST_TRUE, MOST_FALSE = 0.5, 0.1  # share of a region's strong pixels that hide something
# Names of lists of marks, and the number of marks in each; "20" is the longest.
LISTS = {"5": 5, "20": 20, "5, false alarms only": 5, "5, true regions only": 5}
MEASURES = ("AUROC", "AP", "AUROC outside", "AP outside")
LEAST_OUTSIDE = 20  # hidden pixels outside of all marks, for a measurement there


def regions_by_truth(scores: SceneScores, truth: Any) -> tuple[list[Mark], list[Mark]]:
    """Marks on the false alarms and on the true regions of a heat map, the strongest first."""
    heat = scores.maps["heatmap"]
    reach = superpixel_side(heat.shape, int(scores.labels.max()) + 1) // 2
    found: tuple[list[Mark], list[Mark]] = ([], [])
    for region in strong_regions(heat, lambda rows, _: np.zeros((len(rows), 1)), ["-"], reach):
        box = region["left"], region["top"], region["right"], region["bottom"]
        place = slice(box[1], box[3]), slice(box[0], box[2])
        hidden = float((truth[place][heat[place] >= STRONG_LEVEL] == HIDDEN).mean())
        if region["area_px"] < LEAST_AREA or MOST_FALSE < hidden < LEAST_TRUE:
            continue
        kind = "interest" if hidden >= LEAST_TRUE else "retouching"
        found[kind == "interest"].append(Mark(kind=kind, box=box, date="2026-11-30"))
    return found


def chosen(name: str, false: Sequence[Mark], true: Sequence[Mark]) -> list[Mark]:
    """The marks of a list."""
    if name.endswith("false alarms only"):
        true = ()
    if name.endswith("true regions only"):
        false = ()
    pairs = zip_longest(false, true)
    return [mark for pair in pairs for mark in pair if mark is not None][: LISTS[name]]


def figures(score: FloatArray, truth: Any, outside: BoolArray) -> list[float]:
    """The `MEASURES`; NaN where they do not exist."""
    everywhere, rest = binary_scores(score, truth), binary_scores(score, truth, outside)
    if np.count_nonzero(truth[outside] == HIDDEN) < LEAST_OUTSIDE:
        return [everywhere.auroc or np.nan, everywhere.average_precision or np.nan, np.nan, np.nan]
    values = everywhere.auroc, everywhere.average_precision, rest.auroc, rest.average_precision
    return [np.nan if value is None else value for value in values]


def measured(model: SceneScorer, painting: Painting) -> dict[str, tuple[int, list[float]]] | None:
    """Number of marks and measures of every list; None for a painting that hides nothing."""
    scene, simulated = photographed(painting)
    truth = simulated.truth
    if not ((truth == HIDDEN).any() and (truth == CLEAN).any()):
        return None
    scores = model.score(scene)
    false, true = regions_by_truth(scores, truth)
    outside = np.ones(truth.shape, np.bool_)
    for mark in chosen("20", false, true):
        left, top, right, bottom = mark.box
        outside[top:bottom, left:right] = False
    alone = {"0": scores.maps["heatmap"], "infrared": infrared(scene)}
    alone["envelope"] = scores.maps["envelope"]
    result = {name: (0, figures(score, truth, outside)) for name, score in alone.items()}
    for name in LISTS:
        marks = tuple(chosen(name, false, true))
        score = scores.maps["heatmap"]
        if marks:
            entry = SceneMarks(
                scene=scene.name, photograph_sha256=64 * "0", shape=scene.shape, marks=marks
            )
            score = reranked(scores, scene, entry, Path("marks.json")).maps[RERANKED]
        result[name] = len(marks), figures(score, truth, outside)
    return result


def table(world: str, paintings: Sequence[dict[str, tuple[int, list[float]]]]) -> str:
    """Rows of a table in Markdown."""
    values = {name: np.array([one[name][1] for one in paintings]) for name in paintings[0]}
    lines = []
    for name, of_list in values.items():
        number = np.mean([one[name][0] for one in paintings])
        cells = [f"{mean:.3f}" for mean in np.nanmean(of_list, axis=0)]
        if name != "0":
            gains = [_gain(of_list[:, j], values["0"][:, j]) for j in range(len(MEASURES))]
            cells = [f"{cell} {gain}" for cell, gain in zip(cells, gains, strict=True)]
        worse = int((of_list[:, 1] < values["0"][:, 1]).sum())
        row = (world, name, f"{number:.1f}", *cells, f"{worse} of {len(paintings)}")
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)


def _gain(ours: Any, theirs: Any) -> str:
    gain = paired_difference(ours, theirs)
    return f"({gain.mean:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}])"


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=Path("gat"))
    parser.add_argument("--worlds", default="b,c,d")
    # Dark lines and craquelure cause false alarms.
    parser.add_argument("--row", default="lines", choices=ROWS, help="condition of all paintings")
    parser.add_argument("--scenes", type=int, default=20, help="paintings per world")
    given = parser.parse_args()
    model = open_scorer(given.model, device="cpu")
    print("| world | marks | drawn | " + " | ".join(MEASURES) + " | AP lower |")
    print("|---|---|---|" + len(MEASURES) * "---|" + "---|")
    every = []
    for world in given.worlds.split(","):
        paintings = [
            Painting(world=world, row=ROWS[given.row], number=number)
            for number in range(FIRST, FIRST + given.scenes)
        ]
        found = [one for painting in paintings if (one := measured(model, painting)) is not None]
        print(table(world, found), flush=True)
        every += found
    print(table("all", every))


if __name__ == "__main__":
    main()
