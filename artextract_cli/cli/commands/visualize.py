"""`artextract visualize`: figures of pairs, losses, graphs and embeddings; image pyramids."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from artextract_cli.cli import console
from artextract_cli.cli.completion import band_names, scene_names
from artextract_cli.cli.config import remembered
from artextract_cli.cli.derived_options import Options, settings_as_options
from artextract_cli.cli.help.layout import HelpCommand, HelpGroup
from artextract_cli.cli.option_groups import Codings, Pair, ScorerChoice, View
from artextract_cli.errors import UsageError
from artextract_cli.visualization.settings import EmbeddingOptions, Page, PairOptions

if TYPE_CHECKING:
    from artextract_cli.results.scene_result import SceneResult

app = typer.Typer(
    cls=HelpGroup,
    no_args_is_help=True,
    help="Figures of pairs, losses, graphs and embeddings; image pyramids.",
)
SceneName = Annotated[
    str | None,
    typer.Option(help="Scene to show; default: the first one.", autocompletion=scene_names),
]


@dataclass(frozen=True, kw_only=True)
class CodedPair(Pair):
    """A pair with the transfer function of its counts."""

    coding: Codings


@dataclass(frozen=True, kw_only=True)
class NewPair(ScorerChoice, CodedPair):
    """A pair that is scored only for the figure."""

    @property
    def words(self) -> list[str | Path]:
        """The options that give the same pair to `infer`."""
        words: list[str | Path] = [] if self.rgb is None else ["--rgb", self.rgb]
        for name, path in self.bands.items():
            words += ["--band", f"{name}={path}"]
        for option in self.coding.options:
            words += ["--coding", option]
        return [*words, "--model", self.model]


@app.command(cls=HelpCommand)
@settings_as_options
def pair(
    *,
    results: Annotated[
        Path | None, typer.Argument(help="Results directory; alternatively give --rgb and --band.")
    ] = None,
    scene: SceneName = None,
    out: Annotated[Path | None, typer.Option(help="Figure to write: .png, .svg or .pdf.")] = None,
    look: Annotated[PairOptions, Options(completion={"show_bands": band_names})],
    page: Page,
    new: NewPair,
) -> None:
    """Show photograph, bands, the heat map and its overlay, with distance and similarity."""
    from artextract_cli.visualization.pair_figure import draw_pair

    with _result(results, scene, new) as (result, prefix):
        target = out or Path(f"{prefix}{look.mode}.png")
        draw_pair(result, target, **vars(look), page=page)
    data = {"figure": target, "scene": result.name, "mode": look.mode}
    console.emit(data, str(target))
    if results is not None:
        _suggest_report(results)
    else:
        console.suggest("infer", *new.words, "--out", console.free("results"))


def _suggest_report(results: Path) -> None:
    console.suggest("report", results, "--out", console.free("report.html"))


@contextlib.contextmanager
def _result(
    results: Path | None, scene: str | None, new: NewPair
) -> "Iterator[tuple[SceneResult, str]]":
    """Yield a scene of the results, or a new pair, and the prefix of the figure path."""
    from artextract_cli.results.reader import find_scene
    from artextract_cli.scenes.checks.registration import registration_of, warn_of_registration

    if (files := new.files(new.coding)) is not None:
        from artextract_cli.inference.infer_dataset import infer_scenes

        # The results must exist until the figure is drawn: it is drawn while this generator waits
        # at its yield.
        with tempfile.TemporaryDirectory() as folder:
            infer_scenes([files], Path(folder), new.open())
            yield find_scene(Path(folder), files.name), f"{files.name}_"
    elif results is not None and new.is_absent:
        if new.expect != "either":
            msg = "--expect requires --rgb and --band; for results give it to `infer`"
            raise UsageError(msg)
        result = find_scene(results, scene)
        registration = registration_of(result.description["registration"])
        shape = result.description["shape"]
        warn_of_registration(result.name, result.dataset_root, registration, shape)
        yield result, f"{result.path}/"
    else:
        msg = "give either a results directory, or --rgb FILE with --band NM=FILE"
        raise UsageError(msg)


@app.command(cls=HelpCommand)
@settings_as_options
def loss(
    *,
    runs: Annotated[list[Path], typer.Argument(help="Run directories.")],
    out: Annotated[Path, typer.Option(help="Figure to write: .png, .svg or .pdf.")] = Path(
        "loss.png"
    ),
    page: Page,
) -> None:
    """Show training and validation loss of one or more runs."""
    from artextract_cli.visualization.loss_figure import draw_loss

    draw_loss(runs, out, page=page)
    console.emit({"figure": out, "runs": runs}, str(out))
    # Graph files and runs do not name the dataset.
    dataset, results = remembered("infer", "dataset") or "DATASET", f"results-of-{runs[0].name}"
    console.suggest("infer", dataset, "--model", runs[0], "--out", console.free(results))


@app.command(cls=HelpCommand)
@settings_as_options
def graph(
    *,
    file: Annotated[Path, typer.Argument(help="A graph file (.npz).")],
    out: Annotated[Path, typer.Option(help="Figure to write: .png, .svg or .pdf.")] = Path(
        "graph.png"
    ),
    view: View = 0,
    page: Page,
) -> None:
    """Show superpixels and edges over the photograph."""
    from artextract_cli.visualization.graph_figure import draw_graph

    drawn = draw_graph(file, out, view=view, page=page)
    console.emit({"figure": out, "superpixels": drawn.n_nodes}, str(out))
    console.suggest("graph", "export", file, "--out", console.free(f"{file.stem}.graphml"))


@app.command(cls=HelpCommand)
@settings_as_options
def embedding(
    *,
    results: Annotated[Path, typer.Argument(help="Results directory.")],
    scene: SceneName = None,
    out: Annotated[Path, typer.Option(help="Figure to write: .png, .svg or .pdf.")] = Path(
        "embedding.png"
    ),
    look: EmbeddingOptions,
    page: Page,
) -> None:
    """Show the embeddings of superpixels in two dimensions, coloured by their scores."""
    from artextract_cli.results.reader import find_scene
    from artextract_cli.visualization.embedding_figure import draw_embedding

    result = find_scene(results, scene)
    drawn = draw_embedding(result, out, method=look.method, colours=look.colours, page=page)
    data = {
        "figure": out,
        "scene": result.name,
        "method": look.method,
        "embeddings": len(drawn.points),
    }
    console.emit(data, str(out))
    _suggest_report(results)


@app.command(cls=HelpCommand)
def pyramid(
    results: Annotated[Path, typer.Argument(help="Results directory.")],
    scene: SceneName = None,
    out: Annotated[Path, typer.Option(help="Image to write: .tif, .tiff or .ptif.")] = Path(
        "pyramid.tif"
    ),
    show: Annotated[
        Literal["overlay", "heatmap", "hidden"],
        typer.Option(
            help="Heat map over the photograph, heat map alone, or hidden-layer image.",
            rich_help_panel="Figure",
        ),
    ] = "overlay",
    compression: Annotated[
        Literal["jpeg", "deflate"],
        typer.Option(
            help="Compression of tiles: smaller (jpeg), or lossless (deflate).",
            rich_help_panel="Figure",
        ),
    ] = "jpeg",
) -> None:
    """Write a multi-resolution tiled TIFF for IIIF image servers."""
    from artextract_cli.export.image_pyramid import write_pyramid
    from artextract_cli.results.reader import find_scene

    result = find_scene(results, scene)
    sizes = write_pyramid(result, out, show=show, compression=compression)
    data = {"picture": out, "scene": result.name, "show": show, "sizes": sizes}
    console.emit(data, str(out))
    _suggest_report(results)
