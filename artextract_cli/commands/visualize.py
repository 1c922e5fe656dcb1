"""`artextract visualize`: figures of pairs, losses and graphs."""

import tempfile
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import typer

from artextract_cli import console
from artextract_cli.commands.parameters import (
    DEFAULT_MODEL,
    Bands,
    ModelOption,
    Photograph,
    parse_bands,
)
from artextract_cli.errors import UsageError

app = typer.Typer(no_args_is_help=True, help="Figures of pairs, losses and graphs.")


@app.command()
def pair(
    results: Annotated[
        Path | None, typer.Argument(help="Results directory; or give --rgb and --band.")
    ] = None,
    scene: Annotated[
        str | None, typer.Option(help="Which scene; the first one if left out.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Figure to write: .png, .svg or .pdf.")] = None,
    mode: Annotated[
        Literal["difference", "attention", "gradcam", "hidden"],
        typer.Option(help="What the map shows: hidden is the picture of what lies beneath."),
    ] = "difference",
    show_band: Annotated[
        str | None, typer.Option(help="Band to show beside it, by id or nm; the last if left out.")
    ] = None,
    only_band: Annotated[
        bool, typer.Option("--only-band", help="Heat map of the shown band alone.")
    ] = False,
    colours: Annotated[
        Literal["blue-red", "jet"], typer.Option(help="Colours of the heat map.")
    ] = "blue-red",
    rgb: Photograph = None,
    band: Bands = None,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Show photograph, a band, the heat map and its overlay, with distance and similarity."""
    from artextract_cli.pair_view import Look, draw_pair
    from artextract_cli.results import find_scene

    look = Look(mode=mode, show_band=show_band, only_band=only_band, colours=colours)

    if rgb is not None and band:
        from artextract_cli.dataset import pair_files
        from artextract_cli.inference import open_model
        from artextract_cli.scene_inference import infer_scenes

        files = pair_files(rgb, parse_bands(band))
        with tempfile.TemporaryDirectory() as folder:
            infer_scenes([files], Path(folder), open_model(model))
            found = find_scene(Path(folder), files.name)
            target = out or Path(f"{files.name}_{mode}.png")
            draw_pair(found, target, look)
    elif results is not None and rgb is None and not band:
        found = find_scene(results, scene)
        target = out or found.path / f"{mode}.png"
        draw_pair(found, target, look)
    else:
        msg = "give either a results directory, or --rgb FILE with --band NM=FILE"
        raise UsageError(msg)
    console.emit({"figure": target, "scene": found.name, "mode": mode}, str(target))


@app.command()
def loss(
    runs: Annotated[list[Path], typer.Argument(help="Run directories.")],
    out: Annotated[Path, typer.Option(help="Figure to write: .png, .svg or .pdf.")] = Path(
        "loss.png"
    ),
) -> None:
    """Show training and validation loss of one or more runs."""
    from artextract_cli.checkpoint import read_card
    from artextract_cli.figures import loss_figure
    from artextract_cli.run_directory import read_metrics

    cards = [read_card(run) for run in runs]
    objectives = sorted({card.objective["name"] for card in cards})
    if len(objectives) > 1:
        console.warn(f"losses of {' and '.join(objectives)} cannot be compared with each other")
    floors = {card.uninformative_loss for card in cards}
    loss_figure(
        {str(run): read_metrics(run) for run in runs},
        out,
        floor=floors.pop() if len(floors) == 1 else None,
    )
    console.emit({"figure": out, "runs": runs}, str(out))


@app.command()
def graph(
    file: Annotated[Path, typer.Argument(help="A graph file (.npz).")],
    out: Annotated[Path, typer.Option(help="Figure to write: .png, .svg or .pdf.")] = Path(
        "graph.png"
    ),
    view: Annotated[
        int, typer.Option(min=0, help="With separate graphs: 0 photograph, 1... the bands.")
    ] = 0,
) -> None:
    """Show superpixels and the edges between them over the photograph."""
    from artextract_cli.figures import graph_figure
    from artextract_cli.graph_store import chosen_graph, load_graphs, load_pixels

    shown = chosen_graph(file, load_graphs(file), view)
    channels = slice(0, 3) if view == 0 else [2 + view] * 3
    picture = np.asarray(load_pixels(file)[..., channels] / 65535, np.float32)
    graph_figure(picture, shown.labels, shown.edges, shown.centroids, out)
    console.emit({"figure": out, "superpixels": shown.n_nodes}, str(out))
