"""The figure of failures in docs/detection.md: where the bundled model fails.

    python benchmarks/failures.py --out docs/images/failures.png [--scenes 20]

Of the simulated paintings of palette b of `detection.py`, the figure shows those whose hidden layer
is detected worst, and the clean one with the most false alarms.
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
COLUMNS = ("Photograph", "Longest band", "Ground truth", "Heat map", "Hidden-layer image")


@dataclass(frozen=True)
class Failure:
    """A painting, its scores by the model, and their error (larger is worse)."""

    scene: Scene
    simulated: SimulatedScene
    scores: SceneScores
    error: float
    label: str


def missed(model: Model, n: int) -> list[Failure]:
    """The paintings whose hidden layer is detected worst."""
    failures = []
    for number in range(n):
        scene, simulated = photographed(Painting(world="b", row=ROWS["plain"], number=number))
        scores = score_scene(model, scene)
        auroc = binary_scores(scores.maps["heatmap"], simulated.truth).auroc
        if auroc is not None:
            failures.append(Failure(scene, simulated, scores, -auroc, f"AUROC {auroc:.2f}"))
    return sorted(failures, key=lambda failure: -failure.error)[:SHOWN]


def false_alarm(model: Model, n: int) -> Failure:
    """The clean painting with the largest share above the 1 % threshold."""
    failures = []
    for number in range(n):
        scene, simulated = photographed(Painting(world="b", row=CLEAN, number=number))
        scores = score_scene(model, scene)
        share = float((scores.maps["heatmap"] >= 2).mean())
        failures.append(Failure(scene, simulated, scores, share, f"clean, {share:.1%} above 1 %"))
    return max(failures, key=lambda failure: failure.error)


def draw(row: list[Axes], failure: Failure) -> None:
    """Draw one painting, an image per column."""
    scene, maps = failure.scene, failure.scores.maps
    shown = (
        scene.rgb,
        scene.bands[..., -1],
        failure.simulated.truth == HIDDEN,
        overlay(scene.rgb, maps["heatmap"]),
        colour(maps["hidden"], "blue-red", "hidden"),
    )
    for axes, image in zip(row, shown, strict=True):
        axes.imshow(np.asarray(image), cmap="gray", interpolation="nearest")
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
