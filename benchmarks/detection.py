"""Detection of hidden layers in one table: fused, network alone and robust residual alone.

    python benchmarks/detection.py RUN [RUN ...] --out FILE.json [--scenes 40]

Every RUN is a model of the hidden-layer objective, such as three seeds of one training. The tests
are simulated paintings that no training sees: their seed is one that `data simulate` cannot reach.
Figures are means over the scenes that hide something detectable, then mean and standard deviation
over the runs; differences are per scene, averaged over the runs, with a 95 % bootstrap interval.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from artextract_cli.evidence_graph import evidence_graph
from artextract_cli.hidden_layer_scores import RawScores, raw_scores
from artextract_cli.inference import Model, open_model
from artextract_cli.metrics import binary_scores, image_auroc, paired_difference
from artextract_cli.robustness import as_scene
from artextract_cli.scene import Scene
from artextract_cli.scene_scores import whole_score
from artextract_cli.simulate import PALETTES, SceneSettings, SimulatedScene, simulate_scene

LETTERS = ("a", "b")  # palettes that the published figures are of
STREAM = 7  # of the seed; training and validation scenes have 0 and 1
METHODS = ("fused", "network", "residual")
MEASURES = ("auroc", "average_precision", "aupro")


@dataclass(frozen=True)
class Test:
    """Simulated paintings of one kind, and the bands that are kept of them (None: all)."""

    name: str
    settings: SceneSettings
    kept: tuple[float, ...] | None = None


def tests() -> list[Test]:
    """The tests, each on both palettes."""
    made = []
    for letter in LETTERS:
        palette = PALETTES[letter]
        every = SceneSettings(palette=palette)
        made += [
            Test(f"{letter}: all confounders", every),
            Test(
                f"{letter}: dark lines, craquelure",
                replace(every, dark_lines=0.025, craquelure=0.3),
            ),
            Test(f"{letter}: photograph + 950 nm", every, (950.0,)),
            Test(f"{letter}: three visible bands + 950 nm", every, (470.0, 530.0, 650.0, 950.0)),
            Test(f"{letter}: a third covered", replace(every, coverage=1 / 3)),
            Test(f"{letter}: bright underlayer", replace(every, kinds=("light",))),
            Test(f"{letter}: displaced 1.5 px", replace(every, misregistration=1.5)),
        ]
    return made


def photographed(test: Test, n: int) -> Iterator[tuple[Scene, SimulatedScene]]:
    """The scenes of a test."""
    for i in range(n):
        made = simulate_scene((2024, STREAM, i), test.settings)
        yield as_scene(made, test.kept or test.settings.wavelengths), made


def raw(models: list[Model], scene: Scene) -> list[RawScores]:
    """Raw scores of a scene by every model, on evidence that is gathered once."""
    graph = evidence_graph(scene, models[0].card.recipe)
    return [
        raw_scores(
            model.network,  # type: ignore[arg-type]
            graph,
            scene.mask,
            model.scorer,
            engine=model.engine,
            device=model.device,
        )
        for model in models
    ]


def open_models(runs: list[Path]) -> list[Model]:
    """The models, which must be made of graphs of one recipe."""
    models = [open_model(run, device="cpu") for run in runs]
    if any(model.card.recipe != models[0].card.recipe for model in models):
        sys.exit("the runs are of graphs of different recipes")
    return models


def run_test(models: list[Model], test: Test, n: int) -> dict[str, Any]:
    """Measures of every method and run, and the paired differences to the residual."""
    found = np.full((len(models), len(METHODS), len(MEASURES), n), np.nan)
    wholes = np.zeros((len(models), n))
    for i, (scene, made) in enumerate(photographed(test, n)):
        for m, scores in enumerate(raw(models, scene)):
            wholes[m, i] = whole_score(scores.fused, None)
            for k, name in enumerate(METHODS):
                measured = binary_scores(scores.maps()[name], made.truth)
                values = [getattr(measured, measure) for measure in MEASURES]
                found[m, k, :, i] = [np.nan if v is None else v for v in values]
    rows = {
        name: {
            measure: _mean_and_sd(np.nanmean(found[:, k, j], axis=-1))
            for j, measure in enumerate(MEASURES)
        }
        for k, name in enumerate(METHODS)
    }
    return {
        "n_scenes": int(np.isfinite(found[0, 0, 0]).sum()),
        "methods": rows,
        "fused_minus_residual": {
            measure: vars(
                paired_difference(list(found[:, 0, j].mean(0)), list(found[:, 2, j].mean(0)))
            )
            for j, measure in enumerate(MEASURES)
        },
        "whole": wholes.tolist(),
    }


def run_clean(models: list[Model], letter: str, n: int) -> dict[str, Any]:
    """Shares of clean paintings above the promised rates, and their whole scores."""
    test = Test(letter, SceneSettings(palette=PALETTES[letter], kinds=()))
    shares, wholes = [], np.zeros((len(models), n))
    for i, (scene, _) in enumerate(photographed(test, n)):
        for m, (model, scores) in enumerate(zip(models, raw(models, scene), strict=True)):
            level = model.card.calibration["fused"](scores.fused)
            shares.append([m, *[(level >= -np.log10(rate)).mean() for rate in (0.01, 0.05)]])
            wholes[m, i] = whole_score(scores.fused, None)
    by_run = np.array(shares).reshape(n, len(models), 3)[..., 1:].mean(0)
    called = [
        float((model.card.calibration["whole"](w) >= -np.log10(0.05)).mean())
        for model, w in zip(models, wholes, strict=True)
    ]
    return {
        "share_above_1_percent": _mean_and_sd(by_run[:, 0]),
        "share_above_5_percent": _mean_and_sd(by_run[:, 1]),
        "paintings_called_hidden": _mean_and_sd(np.array(called)),
        "whole": wholes.tolist(),
    }


def _mean_and_sd(values: np.ndarray) -> dict[str, float]:
    return {"mean": float(np.mean(values)), "sd": float(np.std(values))}


def main() -> None:
    """Run all tests, print a table and write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--scenes", type=int, default=40)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    models = open_models(given.runs)
    made: dict[str, Any] = {"runs": [str(run) for run in given.runs], "tests": {}, "clean": {}}
    for letter in LETTERS:
        made["clean"][letter] = clean = run_clean(models, letter, given.scenes)
        above = clean["share_above_1_percent"]["mean"], clean["share_above_5_percent"]["mean"]
        print(f"{letter}: clean paintings: {above[0]:.4f} above 1 %, {above[1]:.4f} above 5 %")
    for test in tests():
        made["tests"][test.name] = row = run_test(models, test, given.scenes)
        print(_line(test.name, row), flush=True)
    for letter in LETTERS:
        hidden = made["tests"][f"{letter}: all confounders"]["whole"]
        clean = made["clean"][letter]["whole"]
        values = [image_auroc(h, c) or np.nan for h, c in zip(hidden, clean, strict=True)]
        made["clean"][letter]["image_auroc"] = _mean_and_sd(np.array(values))
        print(f"{letter}: image-level AUROC {np.mean(values):.3f} ± {np.std(values):.3f}")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(made, indent=1), encoding="utf-8")


def _line(name: str, row: dict[str, Any]) -> str:
    parts = [
        f"{method} {values['auroc']['mean']:.3f}±{values['auroc']['sd']:.3f}"
        f"/{values['average_precision']['mean']:.3f}±{values['average_precision']['sd']:.3f}"
        for method, values in row["methods"].items()
    ]
    gains = [
        f"{d['mean']:+.3f} [{d['low']:+.3f}, {d['high']:+.3f}]"
        for d in (row["fused_minus_residual"][m] for m in MEASURES[:2])
    ]
    return f"{name:34}{'  '.join(parts)}  gain {'  '.join(gains)}  ({row['n_scenes']} scenes)"


if __name__ == "__main__":
    main()
