"""`artextract adapt`: a model that is used to the surface of certain paintings."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from artextract_cli.cli import console
from artextract_cli.cli.config import Remember
from artextract_cli.cli.config import remember as remember_in_config
from artextract_cli.cli.derived_options import settings_as_options
from artextract_cli.cli.option_groups import DEFAULT_MODEL, Computing, LargeCaptures

if TYPE_CHECKING:
    from artextract_cli.pipelines.hidden_layers.adaptation import Adaptation


FirstModel = Annotated[
    Path,
    typer.Option(
        help="Run directory or model file to start from: one that looks for hidden layers, gat "
        "or gcn."
    ),
]


@settings_as_options
def adapt(
    *,
    dataset: Annotated[Path, typer.Argument(help="Dataset folder.")],
    out: Annotated[Path, typer.Option(help="Run directory to write.")] = Path("adapted"),
    model: FirstModel = DEFAULT_MODEL,
    scene: Annotated[
        list[str] | None, typer.Option(help="Only this scene; may be given many times.")
    ] = None,
    captures: LargeCaptures,
    computing: Computing,
    remember: Remember = False,
) -> None:
    """Adapt a model once to all scenes of a dataset, with inserted layers, and keep it.

    If this does not clearly improve their detection, the model is written unchanged.
    """
    from artextract_cli.inference.adapt_dataset import adapt_to_dataset

    made = adapt_to_dataset(
        dataset,
        out,
        model,
        names=scene or (),
        wavelengths=captures.wavelengths,
        coding=captures.coding,
        device=computing.device,
        engine=computing.engine,
        max_memory=captures.max_memory,
    )
    if remember:
        remember_in_config(
            ("adapt", {"dataset": dataset, "out": out, "model": model}), ("infer", {"model": out})
        )
    data = {"run": out, **(made.model.card.adaptation or {})}
    console.emit(data, _sentence(out, model, made))


def _sentence(out: Path, model: Path, made: "Adaptation") -> str:
    if not made.n_windows:
        return f"{out}: too little painting to insert layers; it is {model} as it was"
    found = f"AUROC of inserted layers {made.before:.3f} before, {made.after:.3f} after"
    if not made.share:
        return f"{out}: adaptation does not clearly help here ({found}); it is {model} as it was"
    return f"{out}: {model} adapted, {made.share:.0%} of the way to what it learnt ({found})"
