"""The whole job on simulated paintings, from pictures to a table of detection scores."""

from dataclasses import dataclass
from pathlib import Path

from artextract_cli.console import progress, talk
from artextract_cli.evaluation import OURS, Evaluation, evaluate
from artextract_cli.figures import loss_figure
from artextract_cli.graph_building import build_dataset
from artextract_cli.inference import open_model
from artextract_cli.pair_view import Look, draw_pair
from artextract_cli.results import find_scene
from artextract_cli.run_directory import read_metrics
from artextract_cli.scene_inference import infer_dataset
from artextract_cli.siamese import uninformative_loss
from artextract_cli.simulate import SceneSettings, simulate_dataset
from artextract_cli.superpixel_graph import GraphRecipe
from artextract_cli.training import train
from artextract_cli.training_settings import TrainingSettings

# A network that two cores train in a minute or two.
SMALL = {"hidden": 32, "out_size": 16, "heads": 2}


@dataclass(frozen=True, kw_only=True)
class Demo:
    """What the demo made, and how well it did."""

    dataset: Path
    graphs: Path
    run: Path
    results: Path
    overlay: Path
    loss: Path
    evaluation: Evaluation


def run_demo(
    out: Path,
    *,
    n_train: int,
    n_val: int,
    size: int,
    epochs: int,
    device: str = "auto",
    engine: str = "auto",
) -> Demo:
    """Simulate, build graphs, train, infer the validation scenes, evaluate and draw."""
    dataset, graphs, run, results = (out / n for n in ("dataset", "graphs", "run", "results"))
    with progress("painting", n_train + n_val) as advance:
        simulate_dataset(
            dataset,
            train=n_train,
            val=n_val,
            settings=SceneSettings(size=size),
            on_scene=advance,
        )
    build_dataset(dataset, graphs, GraphRecipe())
    settings = TrainingSettings(
        options=SMALL, learning_rate=5e-3, epochs=epochs, device=device, engine=engine
    )
    with progress("training", epochs) as advance:
        train(graphs, run, settings, on_epoch=lambda row: advance(f"epoch {row['epoch']}"))
    infer_dataset(dataset, results, open_model(run, device=device, engine=engine), split="val")
    talk("evaluating against the truth and the classical baselines")
    evaluation = evaluate(results, dataset)
    loss = out / "loss.png"
    loss_figure({run.name: read_metrics(run)}, loss, floor=uninformative_loss(settings.margin))
    return Demo(
        dataset=dataset,
        graphs=graphs,
        run=run,
        results=results,
        overlay=_draw_most_hidden(results, evaluation),
        loss=loss,
        evaluation=evaluation,
    )


def _draw_most_hidden(results: Path, evaluation: Evaluation) -> Path:
    """Draw the scene that hides most; it shows best what the tool can and cannot do."""
    name = max(evaluation.scenes, key=lambda scene: evaluation.scenes[scene][OURS].n_positive)
    overlay = results / name / "difference.png"
    result = find_scene(results, name)
    draw_pair(result, overlay, Look())
    return overlay
