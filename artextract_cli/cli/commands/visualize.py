"""`artextract visualize`: figures of pairs, losses, graphs and embeddings; image pyramids."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import typer

from artextract_cli.cli import console
from artextract_cli.cli.completion import band_names, scene_names
from artextract_cli.cli.derived_options import Options, settings_as_options
from artextract_cli.cli.option_groups import Codings, Pair, ScorerChoice, View
from artextract_cli.errors import UsageError
from artextract_cli.utils import events
from artextract_cli.visualization.settings import EmbeddingLook, Look, Page

if TYPE_CHECKING:
    from artextract_cli.results.reader import SceneResult

app = typer.Typer(
    no_args_is_help=True, help="Figures of pairs, losses, graphs and embeddings; image pyramids."
)
SceneName = Annotated[
    str | None,
    typer.Option(help="Which scene; the first one if left out.", autocompletion=scene_names),
]


@dataclass(frozen=True, kw_only=True)
class CodedPair(Pair):
    """A pair, and how its counts stand for light."""

    coding: Codings


@dataclass(frozen=True, kw_only=True)
class NewPair(ScorerChoice, CodedPair):
    """A pair that is scored for the figure alone."""


@app.command()
@settings_as_options
def pair(
    *,
    results: Annotated[
        Path | None, typer.Argument(help="Results directory; or give --rgb and --band.")
    ] = None,
    scene: SceneName = None,
    out: Annotated[Path | None, typer.Option(help="Figure to write: .png, .svg or .pdf.")] = None,
    look: Annotated[Look, Options(completion={"show_bands": band_names})],
    page: Page,
    new: NewPair,
) -> None:
    """Show photograph, bands, the heat map and its overlay, with distance and similarity."""
    from artextract_cli.visualization.pair_figure import draw_pair

    with _result(results, scene, new) as (found, start):
        target = out or Path(f"{start}{look.mode}.png")
        draw_pair(found, target, look, page)
    data = {"figure": target, "scene": found.name, "mode": look.mode}
    console.emit(data, str(target))


@contextlib.contextmanager
def _result(
    results: Path | None, scene: str | None, new: NewPair
) -> "Iterator[tuple[SceneResult, str]]":
    """A scene of the results, or a new pair; and how the path of its figure starts."""
    from artextract_cli.results.reader import find_scene

    if (files := new.files(new.coding)) is not None:
        from artextract_cli.inference.infer_dataset import infer_scenes

        with tempfile.TemporaryDirectory() as folder:
            infer_scenes([files], Path(folder), new.open())
            yield find_scene(Path(folder), files.name), f"{files.name}_"
    elif results is not None and new.is_absent:
        if new.expect != "either":
            msg = "--expect goes with --rgb and --band; for results give it to 'artextract infer'"
            raise UsageError(msg)
        found = find_scene(results, scene)
        yield found, f"{found.path}/"
    else:
        msg = "give either a results directory, or --rgb FILE with --band NM=FILE"
        raise UsageError(msg)


@app.command()
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
    from artextract_cli.models.checkpoint import read_card
    from artextract_cli.training.run_directory import read_metrics
    from artextract_cli.visualization.loss_figure import loss_figure

    cards = [read_card(run) for run in runs]
    objectives = sorted({card.objective["name"] for card in cards})
    if len(objectives) > 1:
        events.warn(f"losses of {' and '.join(objectives)} cannot be compared with each other")
    floors = {card.uninformative_loss for card in cards}
    loss_figure(
        {str(run): read_metrics(run) for run in runs},
        out,
        floor=floors.pop() if len(floors) == 1 else None,
        page=page,
    )
    console.emit({"figure": out, "runs": runs}, str(out))


@app.command()
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
    """Show superpixels and the edges between them over the photograph."""
    from artextract_cli.graphs.store import chosen_graph, load_graphs, load_pixels
    from artextract_cli.visualization.graph_figure import graph_figure

    shown = chosen_graph(file, load_graphs(file), view)
    channels = slice(0, 3) if view == 0 else [2 + view] * 3
    picture = np.asarray(load_pixels(file)[..., channels] / 65535, np.float32)
    graph_figure(picture, shown.labels, shown.edges, shown.centroids, out, page)
    console.emit({"figure": out, "superpixels": shown.n_nodes}, str(out))


@app.command()
@settings_as_options
def embedding(
    *,
    results: Annotated[Path, typer.Argument(help="Results directory.")],
    scene: SceneName = None,
    out: Annotated[Path, typer.Option(help="Figure to write: .png, .svg or .pdf.")] = Path(
        "embedding.png"
    ),
    look: EmbeddingLook,
    page: Page,
) -> None:
    """Show the embeddings of superpixels in two dimensions, coloured by their scores."""
    from artextract_cli.results.reader import find_scene
    from artextract_cli.visualization.embedding_figure import draw_embedding

    found = find_scene(results, scene)
    drawn = draw_embedding(found, out, method=look.method, colours=look.colours, page=page)
    data = {
        "figure": out,
        "scene": found.name,
        "method": look.method,
        "embeddings": len(drawn.points),
    }
    console.emit(data, str(out))


@app.command()
def pyramid(
    results: Annotated[Path, typer.Argument(help="Results directory.")],
    scene: SceneName = None,
    out: Annotated[Path, typer.Option(help="Picture to write: .tif, .tiff or .ptif.")] = Path(
        "pyramid.tif"
    ),
    show: Annotated[
        Literal["overlay", "heatmap", "hidden"],
        typer.Option(help="Heat map over the photograph, heat map alone, or hidden-layer image."),
    ] = "overlay",
    compression: Annotated[
        Literal["jpeg", "deflate"],
        typer.Option(help="How tiles are compressed: small, or without loss."),
    ] = "jpeg",
) -> None:
    """Write a tiled TIFF of many resolutions, as IIIF image servers serve it."""
    from artextract_cli.export.image_pyramid import write_pyramid
    from artextract_cli.results.reader import find_scene

    found = find_scene(results, scene)
    sizes = write_pyramid(found, out, show, compression)
    data = {"picture": out, "scene": found.name, "show": show, "sizes": sizes}
    console.emit(data, str(out))
