"""`artextract adapt`: adapt a model to the surface of certain paintings."""

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
        help="Run directory or model file to start from: a hidden-layer model, or gat or gcn."
    ),
]


@settings_as_options
def adapt(
    *,
    dataset: Annotated[Path, typer.Argument(help="Dataset folder.")],
    out: Annotated[Path, typer.Option(help="Run directory to write.")] = Path("adapted"),
    model: FirstModel = DEFAULT_MODEL,
    scene: Annotated[
        list[str] | None, typer.Option(help="Only this scene; may be repeated.")
    ] = None,
    captures: LargeCaptures,
    computing: Computing,
    remember: Remember = False,
) -> None:
    """Adapt a model to all scenes of a dataset by inserting layers, and save it.

    If this does not clearly improve their detection, the model is saved unchanged.
    """
    from artextract_cli.inference.adapt_dataset import adapt_to_dataset

    adaptation = adapt_to_dataset(
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
    data = {"run": out, **(adaptation.model.card.adaptation or {})}
    console.emit(data, _sentence(out, model, adaptation))
    console.suggest(
        "infer", dataset, "--model", out, "--out", console.free(f"results-of-{out.name}")
    )


def _sentence(out: Path, model: Path, adaptation: "Adaptation") -> str:
    if not adaptation.n_windows:
        return f"{out}: too little painting to insert layers; {model} saved unchanged"
    before, after = f"{adaptation.before:.3f}", f"{adaptation.after:.3f}"
    auroc = f"AUROC of inserted layers {before} before, {after} after"
    if not adaptation.share:
        return f"{out}: adaptation does not clearly help ({auroc}); {model} saved unchanged"
    share = f"{adaptation.share:.0%}"
    return f"{out}: {model} adapted, with {share} of the learnt change ({auroc})"
