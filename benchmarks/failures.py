"""The pictures of docs/detection.md: where the model that comes with artextract fails.

    python benchmarks/failures.py --out docs/images/failures.png [--scenes 20]

Of simulated paintings of palette b, those of `detection.py`, the figure shows the ones whose hidden
layer is found worst, and the clean one with the most false alarms.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from conditions import CLEAN, ROWS, Painting, photographed
from matplotlib.axes import Axes

from artextract_cli.evaluation.metrics import binary_scores
from artextract_cli.imaging.heatmap import colour, overlay
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.pipeline import Model
from artextract_cli.pipelines.scoring import score_scene
from artextract_cli.results.scene_scores import SceneScores
from artextract_cli.scenes.scene import HIDDEN, Scene
from artextract_cli.simulate import SimulatedScene
from artextract_cli.visualization.canvas import new_figure, save, style

SHOWN = 4
COLUMNS = ("photograph", "longest band", "hidden (truth)", "heat map", "what lies beneath")


@dataclass(frozen=True)
class Failure:
    """A painting, what the model says of it, and how badly that is wrong (larger is worse)."""

    scene: Scene
    made: SimulatedScene
    scores: SceneScores
    error: float
    label: str


def missed(model: Model, n: int) -> list[Failure]:
    """The paintings whose hidden layer is found worst."""
    found = []
    for number in range(n):
        scene, made = photographed(Painting(world="b", row=ROWS["plain"], number=number))
        scores = score_scene(model, scene)
        auroc = binary_scores(scores.maps["heatmap"], made.truth).auroc
        if auroc is not None:
            found.append(Failure(scene, made, scores, -auroc, f"AUROC {auroc:.2f}"))
    return sorted(found, key=lambda failure: -failure.error)[:SHOWN]


def false_alarm(model: Model, n: int) -> Failure:
    """The clean painting with the largest share above the 1 % threshold."""
    found = []
    for number in range(n):
        scene, made = photographed(Painting(world="b", row=CLEAN, number=number))
        scores = score_scene(model, scene)
        share = float((scores.maps["heatmap"] >= 2).mean())
        found.append(Failure(scene, made, scores, share, f"clean, {share:.1%} above 1 %"))
    return max(found, key=lambda failure: failure.error)


def draw(row: list[Axes], failure: Failure) -> None:
    """One painting, a picture per column."""
    scene, maps = failure.scene, failure.scores.maps
    shown = (
        scene.rgb,
        scene.bands[..., -1],
        failure.made.truth == HIDDEN,
        overlay(scene.rgb, maps["heatmap"]),
        colour(maps["hidden"], "blue-red", "hidden"),
    )
    for axes, picture in zip(row, shown, strict=True):
        axes.imshow(np.asarray(picture), cmap="gray", interpolation="nearest")
        axes.set(xticks=[], yticks=[])
    row[0].set_ylabel(failure.label)


def main() -> None:
    """Score the paintings and draw the worst."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=Path("gat"))
    parser.add_argument("--scenes", type=int, default=20)
    given = parser.parse_args()
    model = open_model(given.model, device="cpu")
    rows = [*missed(model, given.scenes), false_alarm(model, given.scenes)]
    with style():
        figure = new_figure(9, 1.85 * len(rows), layout="compressed")
        grid = figure.subplots(len(rows), len(COLUMNS))
        for axes, failure in zip(grid, rows, strict=True):
            draw(list(axes), failure)
        for axes, title in zip(grid[0], COLUMNS, strict=True):
            axes.set_title(title)
        save(figure, given.out)


if __name__ == "__main__":
    main()
