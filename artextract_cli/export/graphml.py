"""Graphs as GraphML (graphml.graphdrawing.org), for programs that draw and analyse networks.

A node is a superpixel with its position, size and features; an edge joins two neighbours.
"""

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray, IntArray
from artextract_cli.graphs.superpixel_graph import SceneGraphs, SuperpixelGraph
from artextract_cli.utils.events import progress

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns '
    'http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n'
)
CHUNK = 20_000  # elements written between two updates of the progress bar; bounds the memory
PHOTOGRAPH = "photograph"
# Control characters and non-characters (XML 1.0, section 2.2); a file with one of them is not XML.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Columns = Mapping[str, NDArray[np.generic]]
"""Values (N,) or (E,) by the name of the attribute."""


def write_graphml(
    out: Path, graphs: SceneGraphs, graph: SuperpixelGraph, view: int, score: FloatArray | None
) -> None:
    """Write one ``graph`` of a scene, that of ``view``, with a ``score`` (N,) if there is one."""
    views = list(_views(graphs, view))
    scores = {} if score is None else {"score": score}
    nodes = {**_positions(graph), **_features(graphs, graph, views, view), **scores}
    pairs, edges = _edges(graph, views)
    with out.open("w", encoding="utf-8", newline="\n") as written:
        _write(written, graphs.name, nodes, pairs, edges)


def _views(graphs: SceneGraphs, view: int) -> Iterator[str]:
    """Names of the views whose features the graph has."""
    names = (PHOTOGRAPH, *graphs.band_ids)
    yield from names if len(graphs.graphs) == 1 else (names[view],)


def _positions(graph: SuperpixelGraph) -> Columns:
    """Row and column of the centroid, and x and y as graph-drawing programs expect them."""
    # Rows count downwards, the y axis of drawing programs points upwards.
    row, column = graph.centroids.T
    return {"row": row, "column": column, "x": column, "y": -row, "size_px": graph.counts}


def _features(
    graphs: SceneGraphs, graph: SuperpixelGraph, views: list[str], view: int
) -> dict[str, FloatArray]:
    """Standardised features by VIEW.NAME; of features with one name, which are equal, the first."""
    columns: dict[str, FloatArray] = {}
    for index, shown in enumerate(views):
        is_photograph = index == 0 and view == 0
        names = graphs.feature_names[0 if is_photograph else 1]
        for column, name in enumerate(names):
            if name:
                columns.setdefault(f"{shown}.{name}", graph.features[:, index, column])
    return columns


def _edges(graph: SuperpixelGraph, views: list[str]) -> tuple[IntArray, Columns]:
    """Every pair of neighbours once, (2, P), and their weights by VIEW.weight."""
    # Edges are stored in both directions; GraphML has undirected edges.
    once = graph.edges[0] < graph.edges[1]
    weights = graph.edge_weights[once]
    of_views = {f"{shown}.weight": weights[:, i] for i, shown in enumerate(views)}
    return graph.edges[:, once], {"weight": weights.mean(1), **of_views}


def _write(file: TextIO, name: str, nodes: Columns, pairs: IntArray, edges: Columns) -> None:
    file.write(HEAD)
    # The ids of keys must be unique among those of nodes and edges together, hence the prefixes.
    for prefix, element, columns in (("n", "node", nodes), ("e", "edge", edges)):
        for index, (column, values) in enumerate(columns.items()):
            kind = "int" if values.dtype.kind in "iu" else "float"
            file.write(
                f'  <key id="{prefix}{index}" for="{element}" attr.name={_quoted(column)} '
                f'attr.type="{kind}"/>\n'
            )
    file.write('  <key id="scene" for="graph" attr.name="scene" attr.type="string"/>\n')
    file.write('  <graph edgedefault="undirected">\n')
    file.write(f'    <data key="scene">{escape(_clean(name))}</data>\n')
    n_nodes, n_edges = len(nodes["row"]), pairs.shape[1]
    with progress("exporting", -(-n_nodes // CHUNK) + -(-n_edges // CHUNK)) as advance:
        for lines in _rows('<node id="%d">', "node", "n", [np.arange(n_nodes)], nodes):
            file.writelines(lines)
            advance("nodes")
        for lines in _rows('<edge source="%d" target="%d">', "edge", "e", list(pairs), edges):
            file.writelines(lines)
            advance("edges")
    file.write("  </graph>\n</graphml>\n")


def _rows(
    opening: str,
    element: str,
    prefix: str,
    ids: list[NDArray[np.int64]],
    columns: Columns,
) -> Iterator[list[str]]:
    """One element per line, in chunks; values that are not finite are left out."""
    for start in range(0, len(ids[0]), CHUNK):
        part = slice(start, start + CHUNK)
        numbers = zip(*(each[part].tolist() for each in ids), strict=True)
        cells = [f"    {opening}" % row for row in numbers]
        for index, values in enumerate(columns.values()):
            # Nine significant digits identify every float32 (IEEE 754).
            shape = "%d" if values.dtype.kind in "iu" else "%.9g"
            data = f'<data key="{prefix}{index}">{shape}</data>'
            # Programs differ in how they read NaN; an attribute that is absent is understood by
            # all.
            texts = [data % value if isfinite(value) else "" for value in values[part].tolist()]
            cells = [cell + text for cell, text in zip(cells, texts, strict=True)]
        yield [f"{cell}</{element}>\n" for cell in cells]


def _clean(text: str) -> str:
    """Replace the characters that XML 1.0 does not allow."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _quoted(text: str) -> str:
    return quoteattr(_clean(text))
