"""`artextract train`: train a Siamese network on graph files."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from artextract_cli.cli import console
from artextract_cli.cli.completion import option_keys, plugin_names
from artextract_cli.cli.config import Remember, remembered
from artextract_cli.cli.config import remember as remember_in_config
from artextract_cli.cli.derived_options import Options, settings_as_options
from artextract_cli.errors import UsageError
from artextract_cli.pipelines.settings import TrainingSettings, settings_for
from artextract_cli.utils import events

if TYPE_CHECKING:
    from artextract_cli.training.run_directory import EpochRow, TrainingResult

OPTIONS_OF = (
    ("", "backbones", "backbone", "gat"),
    ("objective.", "objectives", "objective", "hidden-layer"),
    ("scorer.", "scorers", "scorer", "distance"),
)
SuitedSettings = Annotated[
    TrainingSettings,
    Options(
        build=settings_for,
        names={"options": ("-o",)},
        completion={
            "backbone": plugin_names("backbones"),
            "options": option_keys(*OPTIONS_OF),
            "objective": plugin_names("objectives"),
            "scorer": plugin_names("scorers"),
        },
    ),
]


@settings_as_options
def train(
    *,
    graphs: Annotated[Path, typer.Argument(help="Folder written by 'artextract graph build'.")],
    out: Annotated[Path, typer.Option(help="Run directory to write.")] = Path("run"),
    settings: SuitedSettings,
    seeds: Annotated[
        str | None,
        typer.Option(
            help="Train once per seed, e.g. 0,1,2 into OUT-0, OUT-1, OUT-2.", metavar="N,..."
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in --out.")] = False,
    remember: Remember = False,
) -> None:
    """Train the network; keep the model with the best validation loss."""
    from artextract_cli.training.run_directory import RunDirectory

    runs = _runs(out, settings, seeds)
    # All of them first: the third run must not be refused after hours of the first two.
    if not resume:
        for run in runs:
            RunDirectory(path=run).check_free()
    # Of several runs, the last ones may not have started.
    results = [
        _train(graphs, run, chosen, resume and (seeds is None or run.exists()))
        for run, chosen in runs.items()
    ]
    if remember:
        remember_in_config(
            ("train", {"graphs": graphs, "out": out, "backbone": settings.backbone}),
            ("infer", {"model": results[0].run}),
        )
    data = [dataclasses.asdict(result) for result in results]
    console.emit(data if seeds else data[0], [_sentence(result) for result in results])
    _suggest(results[0].run)


def _suggest(run: Path) -> None:
    """Suggest to infer the dataset of artextract.yaml; graph files do not name theirs."""
    dataset = remembered("infer", "dataset")
    if dataset is None:
        console.suggest("visualize", "loss", run, "--out", console.free("loss.png"))
    else:
        console.suggest(
            "infer", dataset, "--model", run, "--out", console.free(f"results-of-{run.name}")
        )


def _runs(out: Path, settings: TrainingSettings, seeds: str | None) -> dict[Path, TrainingSettings]:
    """Run directories and their settings: one, or one per seed."""
    if seeds is None:
        return {out: settings}
    numbers = seeds.split(",")
    # Below 2**31, as for --seed.
    is_number = all(n.strip().isdecimal() and int(n) < 2**31 for n in numbers)
    if not is_number or len({int(n) for n in numbers}) < len(numbers):
        msg = f"--seeds takes distinct comma-separated numbers, such as 0,1,2; got {seeds!r}"
        raise UsageError(msg)
    if not out.name:
        msg = f"--out {out} has no name to append seeds to: give a folder, such as run"
        raise UsageError(msg)
    return {
        out.with_name(f"{out.name}-{int(number)}"): dataclasses.replace(settings, seed=int(number))
        for number in numbers
    }


def _train(graphs: Path, run: Path, settings: TrainingSettings, resume: bool) -> "TrainingResult":
    from artextract_cli.training.trainer import train as train_network

    with events.progress(f"training {run}", settings.epochs) as advance:

        def report(row: "EpochRow") -> None:
            advance(f"training loss {row['train_loss']:.4f}, validation {row['val_loss']:.4f}")

        return train_network(graphs, run, settings, resume=resume, on_epoch=report)


def _sentence(result: "TrainingResult") -> str:
    quality = ", ".join(f"{name} {value:.3f}" for name, value in result.quality.items())
    return (
        f"{result.run}: best epoch {result.best_epoch} of {result.epochs}, training loss "
        f"{result.train_loss:.4f}, validation loss {result.val_loss:.4f} "
        f"({result.n_parameters} parameters, {result.engine} on {result.device}, "
        f"{result.seconds:.0f} s)" + (f"; AUROC on validation layers: {quality}" if quality else "")
    )
