"""`artextract train`: train a Siamese network on graph files."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from artextract_cli.cli import console
from artextract_cli.cli.completion import option_keys, plugin_names
from artextract_cli.cli.config import remember as remember_in_config
from artextract_cli.cli.parameters import Device, Engine, Remember
from artextract_cli.errors import UsageError
from artextract_cli.utils import events

if TYPE_CHECKING:
    from artextract_cli.pipelines.settings import TrainingSettings
    from artextract_cli.training.run_directory import EpochRow, TrainingResult

OPTIONS_OF = (
    ("", "backbones", "backbone", "gat"),
    ("objective.", "objectives", "objective", "hidden-layer"),
    ("scorer.", "scorers", "scorer", "distance"),
)


def train(
    graphs: Annotated[Path, typer.Argument(help="Folder made by 'artextract graph build'.")],
    out: Annotated[Path, typer.Option(help="Run directory to write.")] = Path("run"),
    backbone: Annotated[
        str,
        typer.Option(
            help="Graph backbone; see 'artextract plugins list'.",
            autocompletion=plugin_names("backbones"),
        ),
    ] = "gat",
    options: Annotated[
        list[str] | None,
        typer.Option(
            "-o",
            help="Option of the backbone, e.g. heads=4, of the objective, e.g. "
            "objective.margin=2, or of the scorer, scorer.KEY=VALUE.",
            autocompletion=option_keys(*OPTIONS_OF),
        ),
    ] = None,
    objective: Annotated[
        str | None,
        typer.Option(
            help="What is learnt: hidden-layer (default; needs an infrared band), "
            "node-contrastive (default where no band is infrared), graph-contrastive, or a "
            "plugin's; see 'artextract plugins list'.",
            autocompletion=plugin_names("objectives"),
        ),
    ] = None,
    scorer: Annotated[
        str | None,
        typer.Option(
            help="How the embeddings of a superpixel become a score: distance (default), cosine, "
            "attention, or a plugin's. Named here, it makes the heat map; else hidden-layer makes "
            "one of pixels. With --resume it gives a trained model another scorer.",
            autocompletion=plugin_names("scorers"),
        ),
    ] = None,
    pooling: Annotated[
        Literal["max", "mean"], typer.Option(help="How node embeddings become one per picture.")
    ] = "max",
    epochs: Annotated[
        int | None,
        typer.Option(
            help="Passes over the training scenes, at most: 30 for hidden-layer, else 50."
        ),
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(help="Scenes per step: 4 for hidden-layer, else 8.")
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(help="Learning rate of AdamW: 0.003 for hidden-layer, else 0.001."),
    ] = None,
    weight_decay: Annotated[float, typer.Option(help="Weight decay of AdamW.")] = 1e-2,
    schedule: Annotated[
        Literal["one-cycle", "steps"] | None,
        typer.Option(help="Course of the learning rate: one-cycle for hidden-layer, else steps."),
    ] = None,
    step_size: Annotated[
        int, typer.Option(help="Epochs after which the learning rate is reduced, for steps.")
    ] = 3,
    step_factor: Annotated[float, typer.Option(help="What it is then multiplied by.")] = 0.8,
    patience: Annotated[
        int | None,
        typer.Option(
            help="Epochs without a better validation loss before stopping: 30 for hidden-layer, "
            "else 10."
        ),
    ] = None,
    validation_share: Annotated[
        float, typer.Option(help="Share of training scenes held out where there is no val split.")
    ] = 0.2,
    augment: Annotated[
        bool,
        typer.Option("--augment", help="Mirror and turn scenes, photograph and bands together."),
    ] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Seed of everything random.")] = 0,
    seeds: Annotated[
        str | None,
        typer.Option(help="Train once with each, e.g. 0,1,2, into OUT-0, OUT-1, OUT-2."),
    ] = None,
    device: Device = "auto",
    engine: Engine = "auto",
    precision: Annotated[
        str,
        typer.Option(
            help="Multiply by weights in fp32, or while training in bf16: weights, sums and "
            "distances stay in fp32."
        ),
    ] = "fp32",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    remember: Remember = False,
) -> None:
    """Train the network; the best model by validation loss is kept."""
    from artextract_cli.pipelines.settings import settings_for
    from artextract_cli.plugin.options import split_words
    from artextract_cli.training.run_directory import RunDirectory

    settings = settings_for(
        objective,
        backbone=backbone,
        options=split_words(options or []),
        scorer=scorer,
        pooling=pooling,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        weight_decay=weight_decay,
        schedule=schedule,
        step_size=step_size,
        step_factor=step_factor,
        patience=patience,
        validation_share=validation_share,
        augment=augment,
        seed=seed,
        device=device,
        engine=engine,
        precision=precision,
    )
    runs = _runs(out, settings, seeds)
    if not resume:
        for run in runs:
            RunDirectory(path=run).check_free()
    # Of several runs, those that come last may not have begun.
    results = [
        _train(graphs, run, chosen, resume and (seeds is None or run.exists()))
        for run, chosen in runs.items()
    ]
    if remember:
        remember_in_config(
            ("train", {"graphs": graphs, "out": out, "backbone": backbone}),
            ("infer", {"model": results[0].run}),
        )
    data = [dataclasses.asdict(result) for result in results]
    console.emit(data if seeds else data[0], [_sentence(result) for result in results])


def _runs(
    out: Path, settings: "TrainingSettings", seeds: str | None
) -> "dict[Path, TrainingSettings]":
    """Run directories and their settings: one, or one for each seed."""
    if seeds is None:
        return {out: settings}
    numbers = seeds.split(",")
    is_number = all(n.strip().isdecimal() and int(n) < 2**31 for n in numbers)
    if not is_number or len({int(n) for n in numbers}) < len(numbers):
        msg = f"--seeds takes different numbers parted by commas, such as 0,1,2; got {seeds!r}"
        raise UsageError(msg)
    if not out.name:
        msg = f"--out {out} has no name to put seeds behind: name a folder, such as run"
        raise UsageError(msg)
    return {
        out.with_name(f"{out.name}-{int(number)}"): dataclasses.replace(settings, seed=int(number))
        for number in numbers
    }


def _train(graphs: Path, run: Path, settings: "TrainingSettings", resume: bool) -> "TrainingResult":
    from artextract_cli.training.trainer import train as train_network

    with events.progress(f"training {run}", settings.epochs) as advance:

        def tell(row: "EpochRow") -> None:
            advance(f"training loss {row['train_loss']:.4f}, validation {row['val_loss']:.4f}")

        return train_network(graphs, run, settings, resume=resume, on_epoch=tell)


def _sentence(result: "TrainingResult") -> str:
    found = ", ".join(f"{name} {value:.3f}" for name, value in result.quality.items())
    return (
        f"{result.run}: best epoch {result.best_epoch} of {result.epochs}, training loss "
        f"{result.train_loss:.4f}, validation loss {result.val_loss:.4f} "
        f"({result.n_parameters} parameters, {result.engine} on {result.device}, "
        f"{result.seconds:.0f} s)" + (f"; AUROC on validation layers: {found}" if found else "")
    )
