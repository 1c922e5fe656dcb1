"""`artextract train`: train a Siamese network on graph files."""

import dataclasses
from pathlib import Path
from typing import Annotated, Literal

import typer

from artextract_cli import console
from artextract_cli.commands.parameters import Device, Engine, Remember
from artextract_cli.config import remember as remember_in_config


def train(
    graphs: Annotated[Path, typer.Argument(help="Folder made by 'artextract graph build'.")],
    out: Annotated[Path, typer.Option(help="Run directory to write.")] = Path("run"),
    backbone: Annotated[
        str, typer.Option(help="Graph backbone; see 'artextract plugins list'.")
    ] = "gat",
    options: Annotated[
        list[str] | None, typer.Option("-o", help="Option of the backbone, e.g. heads=4.")
    ] = None,
    objective: Annotated[
        str, typer.Option(help="What is compared: node-contrastive or graph-contrastive.")
    ] = "node-contrastive",
    pooling: Annotated[
        Literal["max", "mean"], typer.Option(help="How node embeddings become one per picture.")
    ] = "max",
    margin: Annotated[float, typer.Option(help="Distance that negatives should reach.")] = 1.0,
    epochs: Annotated[int, typer.Option(help="Passes over the training scenes, at most.")] = 50,
    batch_size: Annotated[int, typer.Option(help="Scenes per step.")] = 8,
    learning_rate: Annotated[float, typer.Option(help="Learning rate of AdamW.")] = 1e-3,
    weight_decay: Annotated[float, typer.Option(help="Weight decay of AdamW.")] = 1e-2,
    step_size: Annotated[
        int, typer.Option(help="Epochs after which the learning rate is reduced.")
    ] = 3,
    step_factor: Annotated[float, typer.Option(help="What it is then multiplied by.")] = 0.8,
    patience: Annotated[
        int, typer.Option(help="Epochs without a better validation loss before stopping.")
    ] = 10,
    validation_share: Annotated[
        float, typer.Option(help="Share of training scenes held out where there is no val split.")
    ] = 0.2,
    augment: Annotated[
        bool,
        typer.Option("--augment", help="Mirror and turn scenes, photograph and bands together."),
    ] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Seed of everything random.")] = 0,
    device: Device = "auto",
    engine: Engine = "auto",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    remember: Remember = False,
) -> None:
    """Train the network; the best model by validation loss is kept."""
    from artextract_cli.plugin_options import split_words
    from artextract_cli.run_directory import EpochRow
    from artextract_cli.training import train as train_network
    from artextract_cli.training_settings import TrainingSettings

    settings = TrainingSettings(
        backbone=backbone,
        options=split_words(options or []),
        objective=objective,
        pooling=pooling,
        margin=margin,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        weight_decay=weight_decay,
        step_size=step_size,
        step_factor=step_factor,
        patience=patience,
        validation_share=validation_share,
        augment=augment,
        seed=seed,
        device=device,
        engine=engine,
    )
    with console.progress("training", epochs) as advance:

        def tell(row: EpochRow) -> None:
            losses = f"training loss {row['train_loss']:.4f}, validation {row['val_loss']:.4f}"
            advance(losses)

        result = train_network(graphs, out, settings, resume=resume, on_epoch=tell)
    if remember:
        remember_in_config(
            ("train", {"graphs": graphs, "out": out, "backbone": backbone}),
            ("infer", {"model": out}),
        )
    console.emit(
        dataclasses.asdict(result),
        f"{out}: best epoch {result.best_epoch} of {result.epochs}, training loss "
        f"{result.train_loss:.4f}, validation loss {result.val_loss:.4f} "
        f"({result.n_parameters} parameters, {result.engine} on {result.device}, "
        f"{result.seconds:.0f} s)",
    )
