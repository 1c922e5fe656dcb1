"""`artextract visualize`: figures of pairs, losses, graphs and embeddings; image pyramids."""

import tempfile
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import typer

from artextract_cli.cli import console
from artextract_cli.cli.completion import band_names, scene_names
from artextract_cli.cli.parameters import (
    DEFAULT_MODEL,
    Bands,
    CodingOption,
    ExpectOption,
    ModelOption,
    Photograph,
    ScorerOption,
    View,
    parse_bands,
    parse_coding,
)
from artextract_cli.errors import UsageError
from artextract_cli.utils import events

app = typer.Typer(
    no_args_is_help=True, help="Figures of pairs, losses, graphs and embeddings; image pyramids."
)
SceneName = Annotated[
    str | None,
    typer.Option(help="Which scene; the first one if left out.", autocompletion=scene_names),
]
WidthMM = Annotated[
    float | None,
    typer.Option(
        "--width-mm",
        min=50,
        max=1000,
        help="Width of the figure in mm, e.g. 85 for one column and 180 for two; text keeps its "
        "size. As large as its content if left out.",
    ),
]
Dpi = Annotated[
    int, typer.Option(min=50, max=1200, help="Pixels per inch of what is not drawn as lines.")
]
DEFAULT_DPI = 200


@app.command()
def pair(
    results: Annotated[
        Path | None, typer.Argument(help="Results directory; or give --rgb and --band.")
    ] = None,
    scene: Annotated[
        str | None,
        typer.Option(help="Which scene; the first one if left out.", autocompletion=scene_names),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Figure to write: .png, .svg or .pdf.")] = None,
    mode: Annotated[
        Literal["difference", "dark", "light", "attention", "gradcam", "hidden"],
        typer.Option(
            help="What the map shows: the heat map; what is darker or lighter beneath alone; "
            "attention; Grad-CAM; hidden is the picture of what lies beneath."
        ),
    ] = "difference",
    show_band: Annotated[
        list[str] | None,
        typer.Option(
            help="Band to show beside it, by id or nm; may be given several times. The last band "
            "if left out.",
            autocompletion=band_names,
        ),
    ] = None,
    only_band: Annotated[
        bool, typer.Option("--only-band", help="Heat map of the shown band alone.")
    ] = False,
    colours: Annotated[
        Literal["blue-red", "jet"], typer.Option(help="Colours of the heat map.")
    ] = "blue-red",
    width_mm: WidthMM = None,
    dpi: Dpi = DEFAULT_DPI,
    rgb: Photograph = None,
    band: Bands = None,
    coding: CodingOption = None,
    model: ModelOption = DEFAULT_MODEL,
    scorer: ScorerOption = None,
    expect: ExpectOption = "either",
) -> None:
    """Show photograph, bands, the heat map and its overlay, with distance and similarity."""
    from artextract_cli.results.reader import find_scene
    from artextract_cli.visualization.canvas import Page
    from artextract_cli.visualization.pair_figure import Look, draw_pair

    bands = tuple(show_band or ())
    look = Look(mode=mode, show_bands=bands, only_band=only_band, colours=colours)
    page = Page(width_mm=width_mm, dpi=dpi)
    if rgb is not None and band:
        from artextract_cli.inference.infer_dataset import infer_scenes
        from artextract_cli.pipelines.scoring import open_scorer
        from artextract_cli.scenes.dataset import pair_files

        files = pair_files(rgb, parse_bands(band), parse_coding(coding))
        with tempfile.TemporaryDirectory() as folder:
            infer_scenes([files], Path(folder), open_scorer(model, score=scorer, expect=expect))
            found = find_scene(Path(folder), files.name)
            target = out or Path(f"{files.name}_{mode}.png")
            draw_pair(found, target, look, page)
    elif results is not None and rgb is None and not band:
        if expect != "either":
            msg = "--expect goes with --rgb and --band; for results give it to 'artextract infer'"
            raise UsageError(msg)
        found = find_scene(results, scene)
        target = out or found.path / f"{mode}.png"
        draw_pair(found, target, look, page)
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
    width_mm: WidthMM = None,
    dpi: Dpi = DEFAULT_DPI,
) -> None:
    """Show training and validation loss of one or more runs."""
    from artextract_cli.models.checkpoint import read_card
    from artextract_cli.training.run_directory import read_metrics
    from artextract_cli.visualization.canvas import Page
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
        page=Page(width_mm=width_mm, dpi=dpi),
    )
    console.emit({"figure": out, "runs": runs}, str(out))


@app.command()
def graph(
    file: Annotated[Path, typer.Argument(help="A graph file (.npz).")],
    out: Annotated[Path, typer.Option(help="Figure to write: .png, .svg or .pdf.")] = Path(
        "graph.png"
    ),
    view: View = 0,
    width_mm: WidthMM = None,
    dpi: Dpi = DEFAULT_DPI,
) -> None:
    """Show superpixels and the edges between them over the photograph."""
    from artextract_cli.graphs.store import chosen_graph, load_graphs, load_pixels
    from artextract_cli.visualization.canvas import Page
    from artextract_cli.visualization.graph_figure import graph_figure

    shown = chosen_graph(file, load_graphs(file), view)
    channels = slice(0, 3) if view == 0 else [2 + view] * 3
    picture = np.asarray(load_pixels(file)[..., channels] / 65535, np.float32)
    page = Page(width_mm=width_mm, dpi=dpi)
    graph_figure(picture, shown.labels, shown.edges, shown.centroids, out, page)
    console.emit({"figure": out, "superpixels": shown.n_nodes}, str(out))


@app.command()
def embedding(
    results: Annotated[Path, typer.Argument(help="Results directory.")],
    scene: Annotated[
        str | None,
        typer.Option(help="Which scene; the first one if left out.", autocompletion=scene_names),
    ] = None,
    out: Annotated[Path, typer.Option(help="Figure to write: .png, .svg or .pdf.")] = Path(
        "embedding.png"
    ),
    method: Annotated[
        Literal["pca", "tsne"],
        typer.Option(help="Projection: principal components, or t-SNE, which keeps neighbours."),
    ] = "pca",
    colours: Annotated[
        Literal["blue-red", "jet"], typer.Option(help="Colours of the heat map.")
    ] = "blue-red",
    width_mm: WidthMM = None,
    dpi: Dpi = DEFAULT_DPI,
) -> None:
    """Show the embeddings of superpixels in two dimensions, coloured by their scores."""
    from artextract_cli.results.reader import find_scene
    from artextract_cli.visualization.canvas import Page
    from artextract_cli.visualization.embedding_figure import draw_embedding

    found = find_scene(results, scene)
    page = Page(width_mm=width_mm, dpi=dpi)
    drawn = draw_embedding(found, out, method=method, colours=colours, page=page)
    data = {"figure": out, "scene": found.name, "method": method, "embeddings": len(drawn.points)}
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
        typer.Option(help="Heat map over the photograph, heat map alone, or what lies beneath."),
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
