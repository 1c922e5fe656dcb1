"""What a radiograph adds to the bands, on simulated paintings of several worlds.

    python benchmarks/layers.py [--model gat] [--worlds a,b,c,d] [--scenes 8]

For every kind of hidden content and every world: AUROC and average precision of the radiograph as
it is (light or dark), of its residual, of the heat map of the bands, and of both by the product of
the two false-alarm rates (`artextract_cli.evaluation.layers`); and in clean paintings the share of
pixels at false-alarm rates of 5 and 1 % by the calibrated maps. Values are means over the
paintings, which are others than those that the residual was developed on.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.evaluation.layers import combined_levels
from artextract_cli.evaluation.metrics import binary_scores
from artextract_cli.evidence.layer_residuals import RADIOGRAPH, layer_residuals
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.pipelines.layer_scores import layer_evidence
from artextract_cli.pipelines.scoring import open_scorer
from artextract_cli.results.scene_scores import SceneScorer
from artextract_cli.scenes.scene import CLEAN, HIDDEN, Scene
from artextract_cli.simulate import KINDS, SceneSettings, palette_named, simulate_scene
from artextract_cli.simulate.scene import SimulatedScene

SEED, FIRST = 2026, 500  # out of reach of the paintings of the development, seeds 77 and 78
LEAST_HIDDEN = 50  # px; less in a painting is not measured
XRAY = "xray"
MAPS = ("light", "dark", "residual", "bands", "both")
CALIBRATED = ("residual", "bands", "both")
RATES = (0.05, 0.01)


def maps_of(model: SceneScorer, simulated: SimulatedScene, nm: Sequence[float]) -> list[FloatArray]:
    """The `MAPS` (H, W) of a painting."""
    scene = Scene(
        name="simulated",
        rgb=simulated.rgb,
        bands=simulated.bands,
        band_ids=tuple(f"{each:g}" for each in nm),
        wavelengths=tuple(nm),
        mask=None,
    )
    layer = simulated.layers[XRAY]
    residuals = layer_residuals(scene, SceneView(scene), layer, RADIOGRAPH)
    of_layer = layer_evidence(scene, residuals, RADIOGRAPH).levels(residuals)
    of_bands = model.score(scene).maps["heatmap"]
    return [layer, -layer, of_layer, of_bands, combined_levels(of_bands, of_layer)]


def measured(model: SceneScorer, settings: SceneSettings, scenes: int) -> FloatArray:
    """AUROC and average precision of each of the `MAPS` (scenes, maps, 2)."""
    figures: list[list[tuple[float, float]]] = []
    for number in range(FIRST, FIRST + 4 * scenes):
        simulated = simulate_scene((SEED, 1, number), settings)
        truth = simulated.truth
        if np.count_nonzero(truth == HIDDEN) < LEAST_HIDDEN or not (truth == CLEAN).any():
            continue
        maps = maps_of(model, simulated, settings.wavelengths)
        scores = [binary_scores(score, truth) for score in maps]
        figures.append([(s.auroc or np.nan, s.average_precision or np.nan) for s in scores])
        if len(figures) == scenes:
            break
    return np.array(figures)


def alarms(model: SceneScorer, settings: SceneSettings, scenes: int) -> FloatArray:
    """Shares (scenes, calibrated maps, rates) of the pixels of clean paintings."""
    shares = []
    for number in range(FIRST, FIRST + scenes):
        simulated = simulate_scene((SEED, 0, number), settings)
        maps = maps_of(model, simulated, settings.wavelengths)[-len(CALIBRATED) :]
        shares.append([[(m >= -np.log10(rate)).mean() for rate in RATES] for m in maps])
    return np.array(shares)


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=Path("gat"))
    parser.add_argument("--worlds", default="a,b,c,d")
    parser.add_argument("--scenes", type=int, default=8, help="paintings per world and kind")
    given = parser.parse_args()
    model = open_scorer(given.model, device="cpu")
    worlds = given.worlds.split(",")
    print("| hidden | world | n | " + " | ".join(MAPS) + " |")
    print("|---|---|---|" + len(MAPS) * "---|")
    for kind in KINDS:
        every = []
        for world in worlds:
            palette = palette_named(world)
            settings = SceneSettings(palette=palette, kinds=(kind,), layers=(XRAY,))
            every.append(measured(model, settings, given.scenes))
            print(_row(kind, world, every[-1]), flush=True)
        print(_row(kind, "all", np.concatenate(every)), flush=True)
    print("\n| clean, at 5 / 1 % | " + " | ".join(CALIBRATED) + " |\n|---|---|---|---|")
    for world in worlds:
        settings = SceneSettings(palette=palette_named(world), kinds=(), layers=(XRAY,))
        means = 100 * alarms(model, settings, given.scenes).mean(axis=0)
        cells = [" / ".join(f"{share:.1f}" for share in of_map) for of_map in means]
        print(f"| {world} | " + " | ".join(cells) + " |", flush=True)


def _row(kind: str, world: str, figures: FloatArray) -> str:
    cells = [f"{auroc:.3f} / {ap:.3f}" for auroc, ap in np.nanmean(figures, axis=0)]
    return f"| {kind} | {world} | {len(figures)} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
