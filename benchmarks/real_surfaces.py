"""Hidden layers inserted into real surfaces: networks trained on some scenes, tested on others.

    python benchmarks/real_surfaces.py DATASET --out FILE.json [--folds 3]

DATASET holds clean scenes of eight visible bands, such as the CAVE set. None of the bands is
infrared, so the wavelengths are stretched: 560-700 nm stand for 500-950 nm. Surfaces, noise and
registration are real, the hidden layers are simulated; the behaviour of pigments in the infrared is
not tested. Each fold trains on the scenes of the other folds and tests on its own.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from artextract_cli.evaluation.metrics import binary_scores, paired_difference
from artextract_cli.graphs.build_dataset import build_dataset
from artextract_cli.graphs.recipe import GraphRecipe, resized
from artextract_cli.pipelines.hidden_layers.evidence_graph import evidence_graph
from artextract_cli.pipelines.hidden_layers.injection import inject
from artextract_cli.pipelines.hidden_layers.pixel_scores import raw_scores_by
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.settings import HIDDEN_LAYER, settings_for
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.reading import read_scene
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.training.trainer import train

METHODS = ("fused", "network", "residual")
LAYERS_PER_SCENE = 4
RECIPE = GraphRecipe(size=256)


def stretched(wavelengths: tuple[float, ...]) -> tuple[float, ...]:
    """Wavelengths stretched linearly to 500-950 nm."""
    low, high = min(wavelengths), max(wavelengths)
    return tuple(500 + (nm - low) * 450 / (high - low) for nm in wavelengths)


def link_fold(root: Path, scenes: list[SceneFiles], held_out: set[str]) -> None:
    """Create a dataset of symbolic links, with the held-out scenes as its val split."""
    for scene in scenes:
        folder = root / ("val" if scene.name in held_out else "train")
        files = [("rgb_images", scene.rgb), *(("ms_masks", band) for band in scene.bands)]
        if scene.mask is not None:
            files.append(("object", scene.mask))
        for part, path in files:
            (folder / part).mkdir(parents=True, exist_ok=True)
            (folder / part / path.name).symlink_to(path.resolve())
    nm = stretched(scenes[0].wavelengths or ())
    bands = dict(zip(scenes[0].band_ids, nm, strict=True))
    text = yaml.safe_dump({"wavelengths": bands, "clean": "all"})
    (root / "dataset.yaml").write_text(text, encoding="utf-8")


def run_fold(work: Path, scenes: list[SceneFiles], held_out: set[str], seed: int) -> list[Any]:
    """Train on the other scenes, and score layers inserted into the held-out ones."""
    link_fold(work / "scenes", scenes, held_out)
    build_dataset(work / "scenes", work / "graphs", RECIPE, jobs=2)
    settings = settings_for(
        HIDDEN_LAYER,
        options={"hidden": 48, "out_size": 48, "layers": 4, "dropout": 0},
        seed=seed,
    )
    train(work / "graphs", work / "run", settings)
    model = open_model(work / "run", device="cpu")
    rows = []
    for files in (s for s in open_dataset(work / "scenes").scenes if s.split == "val"):
        scene = resized(read_scene(files), RECIPE)
        for number in range(LAYERS_PER_SCENE):
            injected, truth = inject(np.random.default_rng([777, len(rows), number]), scene)
            graph = evidence_graph(injected, RECIPE)
            scores = raw_scores_by(model, graph, scene.mask).maps()
            measured = [binary_scores(scores[name], truth, scene.mask) for name in METHODS]
            rows.append([[m.auroc, m.average_precision] for m in measured])
    return rows


def main() -> None:
    """Run all folds, print the means and the paired differences, and write them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    scenes = list(open_dataset(given.dataset).scenes)
    order = np.random.default_rng(0).permutation(len(scenes))
    rows: list[Any] = []
    for fold in range(given.folds):
        held_out = {scenes[i].name for i in order[fold :: given.folds]}
        with tempfile.TemporaryDirectory() as work:
            rows += run_fold(Path(work), scenes, held_out, fold)
        print(f"fold {fold + 1} of {given.folds}: {len(rows)} scenes scored", flush=True)
    values = np.array(rows, float)  # (scenes, methods, measures)
    means = {
        method: dict(zip(("auroc", "average_precision"), np.nanmean(values[:, k], 0), strict=True))
        for k, method in enumerate(METHODS)
    }
    gains = {
        f"{method}_minus_residual": {
            measure: vars(paired_difference(list(values[:, k, j]), list(values[:, 2, j])))
            for j, measure in enumerate(("auroc", "average_precision"))
        }
        for k, method in enumerate(METHODS[:2])
    }
    print(json.dumps({"means": means, **gains}, indent=1))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"means": means, **gains, "scenes": rows}, indent=1)
    given.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
