"""Detection on simulated paintings not used in training, compared with methods without learning.

    python benchmarks/detection.py [RUN ...] --out FILE.json [--worlds a,b] [--scenes 20] [--jobs 2]

Every RUN is a model of the hidden-layer objective, such as three seeds of one training; the default
is the bundled GAT. A world is a palette of the simulator, a row a condition of `conditions.ROWS`.
The seeds are out of reach of `data simulate`, and the same for every world, row and number of
processes. Values are means over the scenes with detectable hidden content, then mean and standard
deviation over the runs. The gain is that of the fused score over the score without learning with
the best average precision on the plain paintings of the same world (those of the first row if
`plain` is not requested): scene by scene, averaged over the runs, with a 95 % bootstrap interval.
Paintings as a whole are scored by the verdict of the model, and for the other methods by the 97th
percentile of their map.
"""

import argparse
import json
import multiprocessing
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from conditions import CLEAN, ROWS, SIZE, USUAL_ROWS, Painting, photographed

from artextract_cli._typing import FloatArray
from artextract_cli.evaluation.baselines.pixels import BASELINES
from artextract_cli.evaluation.metrics import (
    RECALL_RATES,
    binary_scores,
    image_auroc,
    paired_difference,
)
from artextract_cli.pipelines.hidden_layers.evidence_graph import evidence_graph
from artextract_cli.pipelines.hidden_layers.pixel_scores import raw_scores_by
from artextract_cli.pipelines.hidden_layers.scoring import judge
from artextract_cli.pipelines.hidden_layers.verdict import without_infrared
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.pipeline import Model
from artextract_cli.scenes.scene import HIDDEN, Scene
from artextract_cli.simulate import ALIASES, PALETTES

FUSED = "fused"
WHOLE_QUANTILE = 0.97  # of a map: the score of a painting, as in the verdict of the model
# Scores that involve learning; all others do not.
LEARNED = (FUSED, "dark", "light", "network")
MEASURES = ("auroc", "average_precision", "aupro", *RECALL_RATES)
SHOWN = {"auroc": "AUROC", "average_precision": "AP", "recall_at_1_percent": "recall at 1 %"}
RATES = (0.01, 0.05)
BESIDE = (
    *("infrared", "nir_tophat", "lines_of_infrared", "residual_lines", "plain_residual"),
    *("structural_dissimilarity", "local_anomaly", "graph_change"),
)


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Measurements of one painting, by method and then by run; baselines have one run.

    ``figures`` (runs, measures) are NaN if nothing is detectable, ``wholes`` (runs,) the scores of
    the painting as a whole. ``above`` (runs, rates) are shares of a clean painting at or above the
    promised rates of the fused score, ``called`` (runs,) whether it is called hidden at 5 %.
    """

    painting: Painting
    share_hidden: float
    figures: Mapping[str, FloatArray]
    wholes: Mapping[str, FloatArray]
    above: FloatArray
    called: FloatArray


def score_painting(models: Sequence[Model], beside: Sequence[str], painting: Painting) -> Scored:
    """Every score of one painting, by every model and by methods without learning."""
    scene, simulated = photographed(painting)
    maps = _maps(models, beside, scene)
    wholes = {
        name: np.array([np.quantile(m, WHOLE_QUANTILE) for m in by_run])
        for name, by_run in maps.items()
    }
    nulls = _maps(models, (), without_infrared(scene))[FUSED]
    verdicts = [
        judge(model, odds, null, None)
        for model, odds, null in zip(models, maps[FUSED], nulls, strict=True)
    ]
    wholes[FUSED] = np.array([np.nan if v is None else v.score for v in verdicts])
    levels = [-np.log10(rate) for rate in RATES]
    fused = [model.card.calibration[FUSED](m) for model, m in zip(models, maps[FUSED], strict=True)]
    return Scored(
        painting=painting,
        share_hidden=float((simulated.truth == HIDDEN).mean()),
        figures={
            name: np.array([_figures(one, simulated.truth) for one in by_run])
            for name, by_run in maps.items()
        },
        wholes=wholes,
        above=np.array([[(level >= least).mean() for least in levels] for level in fused]),
        called=np.array([v is not None and v.something_is_there for v in verdicts]),
    )


def _maps(
    models: Sequence[Model], beside: Sequence[str], scene: Scene
) -> dict[str, list[FloatArray]]:
    """Maps by method and run, on evidence that is computed once."""
    graph = evidence_graph(scene, models[0].card.recipe)
    by_run = [raw_scores_by(model, graph, scene.mask).maps() for model in models]
    own = {name: [maps[name] for maps in by_run] for name in by_run[0]}
    return own | {name: [BASELINES[name](scene)] for name in beside}


def _figures(score: FloatArray, truth: Any) -> list[float]:
    measured = binary_scores(score, truth)
    values = [getattr(measured, measure) for measure in MEASURES]
    return [np.nan if value is None else value for value in values]


def open_models(runs: Sequence[Path]) -> list[Model]:
    """Open the models, which must have been trained on graphs of one recipe."""
    torch.set_num_threads(1)  # for the same rounding with any number of processes
    models = [open_model(run, device="cpu") for run in runs]
    if any(model.card.recipe != models[0].card.recipe for model in models):
        sys.exit("the runs were trained on graphs of different recipes")
    return models


_in_this_process: dict[str, Any] = {}


def _prepare(runs: Sequence[Path], beside: Sequence[str]) -> None:
    _in_this_process["score"] = partial(score_painting, open_models(runs), beside)


def _score(painting: Painting) -> Scored:
    scored: Scored = _in_this_process["score"](painting)
    return scored


def score_all(
    runs: Sequence[Path], beside: Sequence[str], paintings: Sequence[Painting], jobs: int
) -> Iterator[Scored]:
    """Score paintings in the given order, in ``jobs`` processes."""
    if jobs == 1:
        _prepare(runs, beside)
        yield from map(_score, paintings)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(jobs, _prepare, (runs, beside)) as pool:
        yield from pool.imap(_score, paintings)


def world_summary(scored: Sequence[Scored]) -> dict[str, Any]:
    """All results of one world; ``scored`` includes its clean paintings."""
    by_row: dict[str, list[Scored]] = {}
    for one in scored:
        by_row.setdefault(one.painting.row.name, []).append(one)
    clean = by_row.pop(CLEAN.name)
    plain = by_row.get(ROWS["plain"].name) or next(iter(by_row.values()))
    best = best_unlearned(plain)
    return {
        "best_without_learning": best,
        "rows": {name: row_summary(row, best) for name, row in by_row.items()},
        "clean": clean_summary(clean),
        "image_auroc": {
            method: _mean_and_sd(_image_aurocs(plain, clean, method)) for method in plain[0].wholes
        },
    }


def best_unlearned(scored: Sequence[Scored]) -> str:
    """The method without learning with the best mean average precision."""
    names = [name for name in scored[0].figures if name not in LEARNED]
    precision = MEASURES.index("average_precision")
    return max(names, key=lambda name: float(np.nanmean(_by_run(scored, name)[..., precision])))


def row_summary(scored: Sequence[Scored], best: str) -> dict[str, Any]:
    """Means of every method, and the gain of the fused score over the ``best`` one."""
    figures = {name: _by_run(scored, name) for name in scored[0].figures}
    ours, theirs = (np.mean(figures[name], axis=0) for name in (FUSED, best))
    return {
        "n_scenes": int(np.isfinite(ours[:, 0]).sum()),
        "share_hidden": float(np.mean([one.share_hidden for one in scored])),
        "methods": {
            name: {
                measure: _mean_and_sd(np.nanmean(by_run[..., j], axis=1))
                for j, measure in enumerate(MEASURES)
            }
            for name, by_run in figures.items()
        },
        "gain": {
            measure: vars(paired_difference(ours[:, j], theirs[:, j]))
            for j, measure in enumerate(MEASURES)
        },
    }


def clean_summary(scored: Sequence[Scored]) -> dict[str, Any]:
    """False alarms of the fused score."""
    above = np.mean([one.above for one in scored], axis=0)
    called = np.mean([one.called for one in scored], axis=0)
    return {
        "share_above_1_percent": _mean_and_sd(above[:, 0]),
        "share_above_5_percent": _mean_and_sd(above[:, 1]),
        "paintings_called_hidden": _mean_and_sd(called),
    }


def _by_run(scored: Sequence[Scored], method: str) -> FloatArray:
    """Values (runs, scenes, measures) of a method."""
    return np.stack([one.figures[method] for one in scored], axis=1)


def _image_aurocs(hidden: Sequence[Scored], clean: Sequence[Scored], method: str) -> FloatArray:
    """AUROC (runs,) of a method for paintings as a whole, with detectable content against clean."""
    rows = [[one.wholes[method] for one in group] for group in (hidden, clean)]
    rows[0] = [w for w, one in zip(rows[0], hidden, strict=True) if one.share_hidden > 0]
    pairs = zip(np.transpose(rows[0]), np.transpose(rows[1]), strict=True)
    return np.array([image_auroc(h, c) or np.nan for h, c in pairs])


def _mean_and_sd(values: FloatArray) -> dict[str, float]:
    return {"mean": float(np.mean(values)), "sd": float(np.std(values))}


def show(world: str, summary: Mapping[str, Any]) -> None:
    """Print the results of one world."""
    for name, row in summary["rows"].items():
        print(f"\n{world}: {name} ({row['n_scenes']} scenes, {row['share_hidden']:.1%} hidden)")
        for method, values in row["methods"].items():
            cells = [f"{label} {_with_sd(values[key])}" for key, label in SHOWN.items()]
            print(f"  {method:26}{'   '.join(cells)}")
        cells = [f"{label} {_with_interval(row['gain'][key])}" for key, label in SHOWN.items()]
        print(f"  fused - {summary['best_without_learning']}: {'   '.join(cells)}")
    clean, whole = summary["clean"], summary["image_auroc"]
    above = [_with_sd(clean[f"share_above_{rate}_percent"]) for rate in (1, 5)]
    print(f"\n{world}: clean paint above 1 %: {above[0]}, above 5 %: {above[1]}")
    print(f"{world}: clean paintings called hidden {_with_sd(clean['paintings_called_hidden'])}")
    cells = [f"{method} {value['mean']:.3f}" for method, value in whole.items()]
    print(f"{world}: whole paintings, AUROC: {', '.join(cells)}", flush=True)


def _with_sd(value: Mapping[str, float]) -> str:
    return f"{value['mean']:.3f} ± {value['sd']:.3f}"


def _with_interval(value: Mapping[str, float]) -> str:
    return f"{value['mean']:+.3f} [{value['low']:+.3f}, {value['high']:+.3f}]"


def _names(known: Mapping[str, Any]) -> Callable[[str], tuple[str, ...]]:
    """A parser of comma-separated names of ``known``."""

    def parse(text: str) -> tuple[str, ...]:
        names = tuple(name for name in text.split(",") if name)
        if unknown := set(names) - set(known):
            msg = f"unknown: {', '.join(sorted(unknown))}; choose from {', '.join(known)}"
            raise argparse.ArgumentTypeError(msg)
        return names

    return parse


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="*", type=Path, default=[Path("gat")])
    parser.add_argument("--worlds", type=_names({**PALETTES, **ALIASES}), default=tuple(PALETTES))
    parser.add_argument("--rows", type=_names(ROWS), default=USUAL_ROWS)
    parser.add_argument("--baselines", type=_names(BASELINES), default=BESIDE)
    parser.add_argument("--scenes", type=int, default=20)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def main() -> None:
    """Score all worlds and rows, print tables and write the results."""
    given = arguments()
    rows = (*(ROWS[name] for name in given.rows), CLEAN)
    results: dict[str, Any] = {"runs": [str(run) for run in given.runs], "worlds": {}}
    results |= {"scenes": given.scenes, "size": given.size}
    paintings = [
        Painting(world=world, row=row, number=number, size=given.size)
        for world in given.worlds
        for row in rows
        for number in range(given.scenes)
    ]
    scored: list[Scored] = []
    for one in score_all(given.runs, given.baselines, paintings, given.jobs):
        scored.append(one)
        if len(scored) == len(rows) * given.scenes:
            world = one.painting.world
            results["worlds"][world] = world_summary(scored)
            show(world, results["worlds"][world])
            scored = []
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
