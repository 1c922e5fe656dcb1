"""`artextract train`: train a Siamese network on graph files."""

import dataclasses
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from artextract_cli.cli import console
from artextract_cli.cli.completion import option_keys, plugin_names
from artextract_cli.cli.config import Remember, remembered
from artextract_cli.cli.config import remember as remember_in_config
from artextract_cli.cli.derived_options import Options, settings_as_options
from artextract_cli.errors import INTERRUPTED, ArtextractError, UsageError
from artextract_cli.pipelines.settings import TrainingSettings, settings_for
from artextract_cli.utils import events

if TYPE_CHECKING:
    import rich.table

    from artextract_cli.training.place import Place
    from artextract_cli.training.run_directory import EpochRow, TrainingResult

OPTIONS_OF = (
    ("", "backbones", "backbone", "gat"),
    ("objective.", "objectives", "objective", "hidden-layer"),
    ("scorer.", "scorers", "scorer", "distance"),
    ("logger.", "loggers", "log", "tensorboard"),
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
            "log": plugin_names("loggers"),
        },
    ),
]

Seeds = Annotated[
    str | None,
    typer.Option(help="Train once per seed, e.g. 0,1,2 into OUT-0, OUT-1, OUT-2.", metavar="N,..."),
]
SeedJobs = Annotated[
    int, typer.Option(min=1, help="Seeds to train at a time.", rich_help_panel="Computing")
]


@settings_as_options
def train(
    *,
    graphs: Annotated[Path, typer.Argument(help="Folder written by 'artextract graph build'.")],
    out: Annotated[Path, typer.Option(help="Run directory to write.")] = Path("run"),
    settings: SuitedSettings,
    seeds: Seeds = None,
    jobs: SeedJobs = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in --out.")] = False,
    remember: Remember = False,
) -> None:
    """Train the network; keep the model with the best validation loss."""
    from artextract_cli.training.place import place_in_environment

    place = place_in_environment()
    runs = _runs(out, settings, seeds)
    if seeds is None and jobs > 1:
        msg = "--jobs trains several seeds at a time: add --seeds; for one model, use --processes"
        raise UsageError(msg)
    if seeds is not None and place.count > 1:
        msg = "torchrun trains one model: omit --seeds, or start without torchrun"
        raise UsageError(msg)
    with _only_first_prints(place):
        if seeds is None:
            result = _train(graphs, out, settings, resume)
            first = result.run
            console.emit(dataclasses.asdict(result), _sentence(result))
        else:
            first = _train_seeds(graphs, runs, jobs, resume)
        if place.rank > 0:
            return
    if remember:
        remember_in_config(
            ("train", {"graphs": graphs, "out": out, "backbone": settings.backbone}),
            ("infer", {"model": first}),
        )
    _suggest(first)


@contextmanager
def _only_first_prints(place: "Place") -> Iterator[None]:
    """Silence this process unless it is the first of those that torchrun started."""
    if place.rank == 0:
        yield
        return
    from artextract_cli.training.ranks import LostRankError, MeetingError

    console.mute()
    try:
        yield
    except (LostRankError, MeetingError):
        raise  # the first process may not know
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except ArtextractError as error:
        raise typer.Exit(error.exit_code) from error


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
        return train_network(
            graphs, run, settings, resume=resume, on_epoch=lambda row: advance(_losses(row))
        )


def _losses(row: "EpochRow") -> str:
    return f"training loss {row['train_loss']:.4f}, validation {row['val_loss']:.4f}"


def _train_seeds(
    graphs: Path, runs: Mapping[Path, TrainingSettings], jobs: int, resume: bool
) -> Path:
    from artextract_cli.training.seeds import train_seeds

    n_epochs = sum(settings.epochs for settings in runs.values())
    with events.progress(f"training {len(runs)} seeds", n_epochs) as advance:
        trained = train_seeds(
            graphs,
            runs,
            jobs=jobs,
            resume=resume,
            on_epoch=lambda run, row: advance(f"{run.name}: {_losses(row)}"),
        )
    if trained.results:
        table = _seed_table(trained.results)
        console.emit([dataclasses.asdict(result) for result in trained.results], table)
    trained.raise_failures()
    return trained.results[0].run


def _seed_table(results: "Sequence[TrainingResult]") -> "rich.table.Table":
    """A row per run, then mean and standard deviation."""
    columns: dict[str, list[float]] = {
        "best epoch": [result.best_epoch for result in results],
        "training loss": [result.train_loss for result in results],
        "validation loss": [result.val_loss for result in results],
    }
    for name in results[0].quality:
        columns[f"AUROC {name}"] = [result.quality[name] for result in results]
    rows = [
        [str(result.run), *(values[i] for values in columns.values())]
        for i, result in enumerate(results)
    ]
    rows.append(["mean", *map(statistics.fmean, columns.values())])
    if len(results) > 1:
        rows.append(["± deviation", *map(statistics.stdev, columns.values())])
    return console.table("Runs by seed", ["run", *columns], rows)


def _sentence(result: "TrainingResult") -> str:
    quality = ", ".join(f"{name} {value:.3f}" for name, value in result.quality.items())
    return (
        f"{result.run}: best epoch {result.best_epoch} of {result.epochs}, training loss "
        f"{result.train_loss:.4f}, validation loss {result.val_loss:.4f} "
        f"({result.n_parameters} parameters, {result.engine} on {result.device}, "
        f"{result.seconds:.0f} s)" + (f"; AUROC on validation layers: {quality}" if quality else "")
    )
