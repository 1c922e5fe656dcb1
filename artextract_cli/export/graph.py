"""Graphs for other programs and libraries: GraphML, PyTorch Geometric, DGL."""

from pathlib import Path
from typing import get_args

from artextract_cli._typing import FloatArray, LabelMap
from artextract_cli.errors import InputError, UsageError
from artextract_cli.export.graphml import write_graphml
from artextract_cli.graphs.commands import build_command
from artextract_cli.graphs.conversion import GraphFormat, pyg_fields
from artextract_cli.graphs.graph_file import pixels_path
from artextract_cli.graphs.store import chosen_graph, load_graphs, load_meta
from artextract_cli.graphs.superpixel_graph import SceneGraphs, SuperpixelGraph
from artextract_cli.results.reader import find_scene
from artextract_cli.results.summary import mean_scores
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.libraries.dgl_compat import require_dgl
from artextract_cli.utils.output_plan import OutputPlan

SUFFIXES: dict[GraphFormat, str] = {"graphml": ".graphml", "pyg": ".pt", "dgl": ".bin"}


def export_graph(
    file: Path,
    out: Path,
    *,
    format: GraphFormat | None = None,
    view: int = 0,
    results: Path | None = None,
) -> Path:
    """Write the graph of a scene as GraphML, or for PyTorch Geometric or DGL.

    ``Data.from_dict(torch.load(file))`` reads the file of PyTorch Geometric, ``dgl.load_graphs``
    that of DGL; both hold what `SuperpixelGraph.to_pyg` and `SuperpixelGraph.to_dgl` return.

    Parameters
    ----------
    file
        Graph file, ``<split>/<scene>.npz``.
    out
        File to write; its name ends in ``.graphml``, ``.pt`` (PyTorch Geometric) or ``.bin`` (DGL).
    format
        "graphml", "pyg" or "dgl"; by the name of ``out`` if None.
    view
        Which graph, if every view has one: 0 is the RGB image, 1 + b is band b.
    results
        Results directory of the same dataset: every node then has a ``score``, the mean of the
        heat map over its superpixel.

    Returns
    -------
    Path
        ``out``.

    Raises
    ------
    UsageError
        If the view does not exist, the name of ``out`` is not one of that format, or it is an
        input.
    InputError
        If the graph file or the results are missing or damaged, or belong to other images.
    DependencyError
        If DGL is needed and cannot be used here.
    """
    format = _format_of(out, format)
    OutputPlan(out=out, source_files=(file, pixels_path(file))).check()
    graphs = load_graphs(file)
    graph = chosen_graph(file, graphs, view)
    score = None if results is None else _scores(file, graphs, graph.labels, results)
    with atomic_path(out) as temporary:
        if format == "graphml":
            write_graphml(temporary, graphs, graph, view, score)
        elif format == "pyg":
            _write_pyg(temporary, graphs, graph, score)
        else:
            _write_dgl(temporary, graph, score)
    return out


def _format_of(out: Path, chosen: GraphFormat | None) -> GraphFormat:
    suffix = out.suffix.lower()
    if chosen is None:
        for name, its_suffix in SUFFIXES.items():
            if suffix == its_suffix:
                return name
        msg = (
            f"{out}: graphs are exported as GraphML (.graphml), for PyTorch Geometric (.pt) or for "
            "DGL (.bin); use such a name"
        )
        raise UsageError(msg)
    if chosen not in get_args(GraphFormat):
        msg = f"there is no graph format {chosen!r}: choose one of {', '.join(SUFFIXES)}"
        raise UsageError(msg)
    if suffix != SUFFIXES[chosen]:
        msg = f"{out}: graphs of format {chosen} end in {SUFFIXES[chosen]}; use such a name"
        raise UsageError(msg)
    return chosen


def _write_pyg(
    out: Path, graphs: SceneGraphs, graph: SuperpixelGraph, score: FloatArray | None
) -> None:
    import torch

    fields = {
        **pyg_fields(graph),
        "scene": graphs.name,
        "bands": list(graphs.band_ids),
        "feature_names": [list(names) for names in graphs.feature_names],
    }
    if score is not None:
        fields["score"] = torch.tensor(score)
    # A dictionary, not `Data`: `torch.load` admits it without code from the file, and it can be
    # written without torch-geometric. Through a file, since torch writes the name of a path into
    # the archive.
    with out.open("wb") as file:
        torch.save(fields, file)


def _write_dgl(out: Path, graph: SuperpixelGraph, score: FloatArray | None) -> None:
    import torch

    converted = graph.to_dgl()
    if score is not None:
        converted.ndata["score"] = torch.tensor(score)
    require_dgl(torch.device("cpu")).save_graphs(str(out), [converted])


def _scores(file: Path, graphs: SceneGraphs, labels: LabelMap, results: Path) -> FloatArray:
    """Mean of the heat map over every superpixel (N,); NaN where nothing is painted."""
    result = find_scene(results, graphs.name)
    images = (result.description["photograph"], *result.description["bands"])
    # By content, since files may have been moved between building and scoring.
    if not {image["sha256"] for image in images} <= set(load_meta(file)["sources"].values()):
        msg = (
            f"{results} belongs to images of {graphs.name} other than those {file} was built from: "
            f"run `{build_command(dataset=result.dataset_root)}`, and export a graph of it"
        )
        raise InputError(msg)
    heatmap = result.map("heatmap")
    if heatmap.shape != labels.shape:
        msg = (
            f"{file} was built at {labels.shape[1]} × {labels.shape[0]} pixels, but the heat map "
            f"has {heatmap.shape[1]} × {heatmap.shape[0]}: build the graph without --size"
        )
        raise InputError(msg)
    return mean_scores(heatmap, labels)
