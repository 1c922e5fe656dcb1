"""Detection and false alarms on real images, compared with methods without learning.

    python benchmarks/real_pictures.py FOLDER [--model RUN ...] [--decode [NAME ...]] [--out FILE]

Every dataset in FOLDER is scored with every model (by default the bundled GAT), and each map of the
model is evaluated: a signed one by its absolute value, and as dark content. If a scene has a truth
image, detection is measured; in others no hidden content is known, and only the share of false
alarms counts. The images are not part of the project.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import open_dataset, open_model, read_scene, read_truth, score_scene
from artextract_cli._typing import FloatArray
from artextract_cli.evaluation.baselines.lines import nir_tophat
from artextract_cli.evaluation.baselines.pixels import BASELINES
from artextract_cli.evaluation.metrics import binary_scores, false_alarm_share
from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.pipelines.pipeline import Model
from artextract_cli.results.scene_scores import WholeScore
from artextract_cli.scenes.scene import CLEAN, HIDDEN, Scene
from artextract_cli.scenes.spectrum import infrared_bands

DISPLAY_CODED = ("mummy", "rijmbijbel", "soldier", "visible-nir")
"""Datasets whose infrared is coded for display; these are decoded by `--decode` without names."""

FIGURES = {"auroc": "AUROC", "average_precision": "AP", "recall_at_1_percent": "recall at 1 %"}
RATES = {"above_1_percent": 0.01, "above_5_percent": 0.05}
BESIDE: Mapping[str, Callable[[Scene], FloatArray]] = {
    "infrared": BASELINES["infrared"],
    "top-hat 5 px": partial(nir_tophat, diameter=5),
    "residual_lines": BASELINES["residual_lines"],
    "lines_of_infrared": BASELINES["lines_of_infrared"],
}

Truth = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A scene and its truth (H, W), all clean if no hidden content is known."""

    dataset: str
    scene: Scene
    truth: Truth


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Measurements of one image; values of ``methods`` are None where nothing can be measured."""

    dataset: str
    scene: str
    size: tuple[int, int]
    share_hidden: float
    methods: Mapping[str, Mapping[str, float | None]]
    verdicts: Mapping[str, WholeScore | None]


def pictures(folder: Path, decoded: Sequence[str]) -> Iterator[Picture]:
    """Yield the images of all datasets in a folder."""
    for root in sorted(path.parent for path in folder.glob("*/dataset.yaml")):
        for files in open_dataset(root).scenes:
            scene = read_scene(files)
            if root.name in decoded:
                scene = with_linear_infrared(scene)
            blank = np.full(scene.shape, CLEAN, np.uint8)
            truth = blank if files.truth is None else read_truth(files.truth, scene.shape)
            yield Picture(dataset=root.name, scene=scene, truth=truth)


def with_linear_infrared(scene: Scene) -> Scene:
    """The scene with its infrared bands decoded from sRGB to linear light."""
    bands, infrared = scene.bands.copy(), infrared_bands(scene)
    bands[..., infrared] = linear_rgb(bands[..., infrared])
    return replace(scene, bands=bands)


def measure(models: Mapping[str, Model], picture: Picture) -> Measured:
    """Measure every map of every model, and the methods without learning."""
    methods: dict[str, Mapping[str, float | None]] = {}
    verdicts = {}
    for label, model in models.items():
        scores = score_scene(model, picture.scene)
        verdicts[label] = scores.whole
        for name, view in views(scores.maps):
            methods[f"{name}{label}"] = figures(picture, view, calibrated=name in scores.maps)
    for name, find in BESIDE.items():
        methods[name] = figures(picture, find(picture.scene), calibrated=False)
    return Measured(
        dataset=picture.dataset,
        scene=picture.scene.name,
        size=picture.scene.shape,
        share_hidden=float((picture.truth == HIDDEN).mean()),
        methods=methods,
        verdicts=verdicts,
    )


def is_signed(name: str) -> bool:
    """Whether a map is a hidden-layer image, dark where negative; others are scores."""
    return name.startswith("hidden")


def views(maps: Mapping[str, FloatArray]) -> Iterator[tuple[str, FloatArray]]:
    """Maps as scores, larger = more likely hidden; signed ones by absolute value and darkness."""
    for name, values in maps.items():
        if is_signed(name):
            yield f"|{name}|", np.abs(values)
            yield f"-{name}", -values
        else:
            yield name, values


def figures(picture: Picture, score: FloatArray, *, calibrated: bool) -> dict[str, float | None]:
    """Detection, and for a calibrated map the shares of clean pixels above the promised rates."""
    score, mask = np.nan_to_num(score), picture.scene.mask
    detection = binary_scores(score, picture.truth, mask)
    measured: dict[str, float | None] = {name: getattr(detection, name) for name in FIGURES}
    for name, rate in RATES.items():
        level = -np.log10(rate)
        share = false_alarm_share(score, picture.truth, mask, level) if calibrated else None
        measured[name] = share
    return measured


def show(measured: Measured) -> None:
    """Print the measurements of one image."""
    height, width = measured.size
    what = f"{measured.share_hidden:.2%} hidden" if measured.share_hidden else "nothing known"
    print(f"\n{measured.dataset}: {measured.scene}, {height} x {width}, {what}")
    for label, verdict in measured.verdicts.items():
        print(f"  {_verdict(verdict)}{label}")
    _show_methods(measured.methods)


def _show_methods(methods: Mapping[str, Mapping[str, float | None]]) -> None:
    for name, values in methods.items():
        cells = [f"{text} {_number(values[key])}" for key, text in FIGURES.items()]
        cells += [f"above {rate:.0%}: {_share(values[key])}" for key, rate in RATES.items()]
        if any(value is not None for value in values.values()):
            print(f"  {name:24}{'   '.join(cells)}", flush=True)


def _verdict(verdict: WholeScore | None) -> str:
    if verdict is None:
        return "no verdict"
    answer = "something is there" if verdict.something_is_there else "nothing found"
    return f"{answer}: {verdict.false_alarm_rate:.1%} of clean paintings score as high"


def _number(value: float | None) -> str:
    return "    -" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "     -" if value is None else f"{value:6.2%}"


def show_datasets(measured: Sequence[Measured]) -> None:
    """Print the means of every dataset with several images."""
    for dataset in dict.fromkeys(one.dataset for one in measured):
        own = [one for one in measured if one.dataset == dataset]
        if len(own) == 1:
            continue
        answers = [w.something_is_there for one in own for w in one.verdicts.values() if w]
        count = f"{sum(answers)} of {len(answers)}"
        print(f"\n{dataset}: means of {len(own)} images; something is there: {count}")
        _show_methods(
            {
                name: {key: _mean([one.methods[name][key] for one in own]) for key in values}
                for name, values in own[0].methods.items()
            }
        )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", nargs="+", type=Path, default=[Path("gat")])
    parser.add_argument("--decode", nargs="*", default=None, metavar="NAME")
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def main() -> None:
    """Measure all images, print tables, and write them if requested."""
    given = arguments()
    decoded = DISPLAY_CODED if given.decode == [] else tuple(given.decode or ())
    runs = [str(run) for run in given.model]
    labels = [""] if len(runs) == 1 else [f" ({run})" for run in runs]
    models = {label: open_model(Path(run)) for label, run in zip(labels, runs, strict=True)}
    measured = []
    for picture in pictures(given.folder, decoded):
        measured.append(measure(models, picture))
        show(measured[-1])
    show_datasets(measured)
    print(f"\n{len(measured)} images; infrared decoded: {', '.join(decoded) or 'none'}")
    if given.out is not None:
        results: dict[str, Any] = {"models": runs, "decoded": decoded}
        results["pictures"] = [asdict(one) for one in measured]
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
