"""The demo: simulated paintings are examined with the bundled model."""

from dataclasses import dataclass
from pathlib import Path

from artextract_cli.cli.option_groups import DEFAULT_MODEL, DemoSettings
from artextract_cli.inference.infer_dataset import infer_dataset
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.report.writing import write_report
from artextract_cli.results.reader import find_scene
from artextract_cli.results.summary import SceneSummary
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.reading import read_truth
from artextract_cli.simulate import SceneSettings, palette_named, simulate_dataset
from artextract_cli.utils.events import progress
from artextract_cli.visualization.pair_figure import draw_pair

# Paintings of a world that the bundled models were not trained on; the last one hides nothing. The
# seed was selected so that something is found: docs/detection.md says how often that is so.
PALETTE, N_PAINTINGS, SEED = "moderns", 4, 3


@dataclass(frozen=True, kw_only=True)
class ExaminedPainting:
    """What was found in a painting, and what is there.

    Attributes
    ----------
    summary
        The scores.
    has_hidden_layer
        Whether the painting was simulated with a hidden layer.
    """

    summary: SceneSummary
    has_hidden_layer: bool


@dataclass(frozen=True, kw_only=True)
class Demo:
    """Files written by the demo, and its findings."""

    dataset: Path
    results: Path
    picture: Path
    report: Path
    paintings: tuple[ExaminedPainting, ...]


def run_demo(out: Path, settings: DemoSettings) -> Demo:
    """Simulate paintings, score them with the bundled model, draw the clearest, and report."""
    dataset, results = out / "dataset", out / "results"
    _simulate(dataset, settings.size)
    model = open_model(DEFAULT_MODEL, device=settings.device, engine=settings.engine)
    scored = infer_dataset(dataset, results, model)
    report = out / "report.html"
    write_report(results, report)
    return Demo(
        dataset=dataset,
        results=results,
        picture=_draw_clearest(results, scored),
        report=report,
        paintings=_compare(dataset, scored),
    )


def _simulate(dataset: Path, size: int) -> None:
    with progress("painting", N_PAINTINGS) as advance:
        simulate_dataset(
            dataset,
            train=0,
            val=N_PAINTINGS,
            seed=SEED,
            settings=SceneSettings(size=size, palette=palette_named(PALETTE)),
            on_scene=advance,
        )


def _draw_clearest(results: Path, scored: list[SceneSummary]) -> Path:
    """Draw photograph, infrared and heat map of the painting with the lowest false-alarm rate."""
    rates = {s.scene: s.false_alarm_rate for s in scored if s.false_alarm_rate is not None}
    name = min(rates, key=lambda scene: rates[scene])
    picture = results / name / "difference.png"
    draw_pair(find_scene(results, name), picture)
    return picture


def _compare(dataset: Path, scored: list[SceneSummary]) -> tuple[ExaminedPainting, ...]:
    truths = {scene.name: scene.truth for scene in open_dataset(dataset).scenes}
    return tuple(
        ExaminedPainting(
            summary=summary,
            has_hidden_layer=(truth := truths[summary.scene]) is not None
            and bool((read_truth(truth, None) == 255).any()),
        )
        for summary in scored
    )
