"""The demo with training: the complete workflow on simulated paintings, with detection scores."""

from dataclasses import dataclass
from pathlib import Path

from artextract_cli.cli.option_groups import DemoSettings
from artextract_cli.evaluation.evaluate import evaluate
from artextract_cli.evaluation.scores import OURS, Evaluation
from artextract_cli.graphs.build_dataset import build_dataset
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.inference.infer_dataset import infer_dataset
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.settings import HIDDEN_LAYER, settings_for
from artextract_cli.report.writing import write_report
from artextract_cli.results.reader import find_scene
from artextract_cli.simulate import SceneSettings, simulate_dataset
from artextract_cli.training.run_directory import read_metrics
from artextract_cli.training.trainer import train
from artextract_cli.utils.events import progress
from artextract_cli.visualization.loss_figure import loss_figure
from artextract_cli.visualization.pair_figure import draw_pair

# A network small enough to train on two cores in two minutes.
SMALL = {"hidden": 48, "out_size": 48, "layers": 3, "dropout": 0}


@dataclass(frozen=True, kw_only=True)
class TrainingDemo:
    """Files written by the demo, and its evaluation."""

    dataset: Path
    graphs: Path
    run: Path
    results: Path
    picture: Path
    loss: Path
    report: Path
    evaluation: Evaluation


def run_training_demo(out: Path, settings: DemoSettings) -> TrainingDemo:
    """Simulate, build graphs, train, infer validation scenes, evaluate, draw and report."""
    dataset, graphs, run, results = (out / n for n in ("dataset", "graphs", "run", "results"))
    _simulate(dataset, settings)
    build_dataset(dataset, graphs, GraphRecipe())
    _train(graphs, run, settings)
    model = open_model(run, device=settings.device, engine=settings.engine)
    infer_dataset(dataset, results, model, split="val")
    evaluation = evaluate([results], dataset)
    loss = out / "loss.png"
    loss_figure({run.name: read_metrics(run)}, loss)
    picture = _draw_most_hidden(results, evaluation)
    report = out / "report.html"
    write_report(results, report)
    return TrainingDemo(
        dataset=dataset,
        graphs=graphs,
        run=run,
        results=results,
        picture=picture,
        loss=loss,
        report=report,
        evaluation=evaluation,
    )


def _simulate(dataset: Path, settings: DemoSettings) -> None:
    train_scenes, val_scenes = settings.train_scenes, settings.val_scenes
    with progress("painting", train_scenes + val_scenes) as advance:
        simulate_dataset(
            dataset,
            train=train_scenes,
            val=val_scenes,
            settings=SceneSettings(size=settings.size),
            clean_splits=("train",),
            on_scene=advance,
        )


def _train(graphs: Path, run: Path, settings: DemoSettings) -> None:
    small = settings_for(
        HIDDEN_LAYER,
        options=SMALL,
        epochs=settings.epochs,
        device=settings.device,
        engine=settings.engine,
    )
    with progress("training", settings.epochs) as advance:
        train(graphs, run, small, on_epoch=lambda row: advance(f"epoch {row['epoch']}"))


def _draw_most_hidden(results: Path, evaluation: Evaluation) -> Path:
    """Draw the heat map of the scene with the largest hidden layer."""
    n_hidden = {
        name: scene.methods[OURS].detection.n_positive for name, scene in evaluation.scenes.items()
    }
    name = max(n_hidden, key=lambda scene: n_hidden[scene])
    picture = results / name / "difference.png"
    draw_pair(find_scene(results, name), picture)
    return picture
