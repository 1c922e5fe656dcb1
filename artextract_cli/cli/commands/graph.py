"""`artextract graph`: build, inspect and export superpixel graphs."""

from pathlib import Path
from typing import Annotated

import typer

from artextract_cli.cli import console
from artextract_cli.cli.completion import option_keys, plugin_names
from artextract_cli.cli.config import Remember
from artextract_cli.cli.config import remember as remember_in_config
from artextract_cli.cli.derived_options import Options, settings_as_options
from artextract_cli.cli.help.layout import HelpCommand, HelpGroup
from artextract_cli.cli.interruption import ResumableCommand
from artextract_cli.cli.option_groups import SharedCaptures, View
from artextract_cli.graphs.conversion import GraphFormat
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.scenes.layout import SPLITS

app = typer.Typer(
    cls=HelpGroup, no_args_is_help=True, help="Build, inspect and export superpixel graphs."
)
Recipe = Annotated[
    GraphRecipe,
    Options(
        names={"superpixel_options": ("-s", "-o")},
        completion={
            "superpixels": plugin_names("superpixels"),
            "superpixel_options": option_keys(("", "superpixels", "superpixels", "slic")),
        },
    ),
]


@app.command(cls=ResumableCommand)
@settings_as_options
def build(
    *,
    dataset: Annotated[Path, typer.Argument(help="Folder with train/ and val/ scenes.")],
    out: Annotated[Path, typer.Option(help="Folder for the graph files.")],
    recipe: Recipe,
    captures: SharedCaptures,
    remember: Remember = False,
) -> None:
    """Segment every scene into superpixels and write its graphs; skip those up to date."""
    from artextract_cli.graphs.build_dataset import build_dataset

    report = build_dataset(
        dataset,
        out,
        recipe,
        jobs=captures.jobs,
        cluster=captures.chosen_cluster,
        shard=captures.shard,
        wavelengths=captures.wavelengths,
        coding=captures.coding,
        max_memory=captures.max_memory,
    )
    if remember:
        remember_in_config(
            ("graph build", {"dataset": dataset, "out": out}),
            ("train", {"graphs": out}),
            ("infer", {"dataset": dataset}),
            ("evaluate", {"truth": dataset}),
        )
    counts = {"built": report.n_built, "up_to_date": report.n_skipped}
    console.emit(
        {"graphs": out, **counts},
        f"{out}: {report.n_built} scenes built, {report.n_skipped} up to date",
    )
    console.suggest("train", out, "--out", console.free("run"))


@app.command(cls=HelpCommand)
def inspect(
    file: Annotated[Path, typer.Argument(help="A graph file (.npz).")],
) -> None:
    """Show the contents of a graph file and how it was built."""
    from artextract_cli.graphs.store import load_graphs, load_meta

    graphs, meta = load_graphs(file), load_meta(file)
    sizes = [
        {
            "view": "all views" if len(graphs.graphs) == 1 else str(i),
            "superpixels": graph.n_nodes,
            "edges": graph.edges.shape[1],
            "mean_neighbours": graph.edges.shape[1] / graph.n_nodes,
            # The upper median: always the size of an existing superpixel.
            "median_size_px": float(sorted(graph.counts)[graph.n_nodes // 2]),
        }
        for i, graph in enumerate(graphs.graphs)
    ]
    rows = [tuple(row.values()) for row in sizes]
    summary = {
        "scene": graphs.name,
        "split": graphs.split,
        "bands": ", ".join(graphs.band_ids),
        "wavelengths": graphs.wavelengths,
        "recipe": meta["recipe"],
        "superpixels": meta["superpixels_origin"],
        "features": ", ".join(graphs.feature_names[0]),
    }
    console.emit(
        meta | {"graphs": sizes},
        [
            console.mapping_table(str(file), summary),
            console.table("graphs", list(sizes[0]), rows),
        ],
    )
    console.suggest("visualize", "graph", file, "--out", console.free(f"{file.stem}.png"))


@app.command(cls=HelpCommand)
def export(
    file: Annotated[Path, typer.Argument(help="A graph file (.npz).")],
    out: Annotated[
        Path, typer.Option(help="File to write: .graphml, .pt (PyTorch Geometric) or .bin (DGL).")
    ] = Path("graph.graphml"),
    format: Annotated[
        GraphFormat | None,
        typer.Option(help="Format of the file; default: by its name.", rich_help_panel="Output"),
    ] = None,
    view: View = 0,
    results: Annotated[
        Path | None,
        typer.Option(help="Results of the same scene, to add the mean score of every superpixel."),
    ] = None,
) -> None:
    """Export a graph with its features, as GraphML or for PyTorch Geometric or DGL."""
    from artextract_cli.export.graph import SUFFIXES, export_graph

    # Without --out, the name follows the format.
    if format is not None and out == Path("graph.graphml"):
        out = out.with_suffix(SUFFIXES[format])
    export_graph(file, out, format=format, view=view, results=results)
    console.emit({"graph": out, "bytes": out.stat().st_size}, str(out))
    if file.parent.name in SPLITS:  # GRAPHS/SPLIT/SCENE.npz
        console.suggest("train", file.parents[1], "--out", console.free("run"))
