"""The figure of a graph: superpixels and their edges on the painting."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray, IntArray
from artextract_cli.graphs.store import chosen_graph, load_graphs, load_pixels
from artextract_cli.graphs.superpixel_graph import SuperpixelGraph
from artextract_cli.visualization.canvas import check_suffix, panel_grid, save, style
from artextract_cli.visualization.panels import BORDER_COLOUR, EDGE_COLOUR
from artextract_cli.visualization.settings import DEFAULT_PAGE, Page

NODE_STYLE: Mapping[str, Any] = {
    "s": 12,
    "color": EDGE_COLOUR,
    "edgecolor": "k",
    "linewidth": 0.3,
    "zorder": 3,
}
WINDOW_STYLE: Mapping[str, Any] = {
    "fill": False,
    "linewidth": 2,
    "path_effects": [withStroke(linewidth=5, foreground="w")],
}


def graph_figure(
    image: FloatArray,
    labels: IntArray,
    edges: IntArray,
    centroids: FloatArray,
    out: Path,
    page: Page = DEFAULT_PAGE,
) -> None:
    """Draw superpixel borders and the edges of their graph over an image, its centre enlarged.

    ``image`` (H, W, 3) is sRGB-coded 0..1, ``labels`` (H, W), ``edges`` (2, E) source and target,
    ``centroids`` (N, 2) row and column in pixels.

    Raises
    ------
    UsageError
        If the suffix of ``out`` is not .png, .svg or .pdf.
    """
    check_suffix(out)
    # Every pair once, without self-loops: (P, 2).
    pairs = np.unique(np.sort(edges[:, edges[0] != edges[1]], axis=0), axis=1).T
    # Matplotlib wants x and y, which are column and row.
    points = centroids[:, ::-1]
    lines: dict[str, NDArray[Any]] = {BORDER_COLOUR: _borders(labels), EDGE_COLOUR: points[pairs]}
    height, width = labels.shape
    window = _central_window(height, width, len(points))
    with style():
        figure, (whole, enlarged) = panel_grid(2, width / height, (14, 12), page)
        whole.set_title(f"{len(points)} superpixels, {len(pairs)} edges")
        enlarged.set_title("Centre, enlarged")
        # Thinner for more superpixels, 0.28 points for 5000, or lines would cover the painting.
        _draw_lines(whole, image, lines, min(0.8, 20 / math.sqrt(len(points))))
        whole.add_patch(Rectangle(window.p0, window.width, window.height, **WINDOW_STYLE))
        # Image coordinates point down, hence the reversed interval.
        enlarged.set(xlim=window.intervalx, ylim=window.intervaly[::-1])
        visible = {name: _visible_in(window, segments) for name, segments in lines.items()}
        _draw_lines(enlarged, image, visible, 1.0)
        enlarged.scatter(*points.T, **NODE_STYLE)
        save(figure, out, page)


def draw_graph(
    file: Path, out: Path, *, view: int = 0, page: Page = DEFAULT_PAGE
) -> SuperpixelGraph:
    """Draw the superpixels of a graph file, and the edges between them, over an image of the scene.

    Parameters
    ----------
    file
        Graph file, ``<split>/<scene>.npz``.
    out
        Figure to write: .png, .svg or .pdf.
    view
        Image, and graph if every view has one: 0 is the RGB image, 1 + b is band b.
    page
        Size and resolution.

    Returns
    -------
    SuperpixelGraph
        The graph that is drawn.

    Raises
    ------
    UsageError
        If the view does not exist, or the suffix of ``out`` is unknown.
    InputError
        If the graph file or its pixels are missing or damaged.
    """
    shown = chosen_graph(file, load_graphs(file), view)
    # Channels 0 to 2 are the photograph; band b, which is view 1 + b, is channel 3 + b.
    channels = slice(0, 3) if view == 0 else [2 + view] * 3
    image = np.asarray(load_pixels(file)[..., channels] / 65535, np.float32)
    graph_figure(image, shown.labels, shown.edges, shown.centroids, out, page)
    return shown


def _borders(labels: IntArray) -> NDArray[np.float64]:
    """The pixel edges between different labels, as lines (S, 2, 2) of x and y."""
    # Pixel centres have whole coordinates, so that borders lie at halves.
    row, column = np.nonzero(labels[1:] != labels[:-1])
    below = np.stack([column - 0.5, row + 0.5, column + 0.5, row + 0.5], axis=1)
    row, column = np.nonzero(labels[:, 1:] != labels[:, :-1])
    beside = np.stack([column + 0.5, row - 0.5, column + 0.5, row + 0.5], axis=1)
    return np.concatenate([below, beside]).reshape(-1, 2, 2)


def _central_window(height: int, width: int, n_superpixels: int) -> Bbox:
    """A central window with the aspect ratio of the image and about 150 superpixels."""
    # With more than about 150 superpixels, single edges can no longer be followed in half a page.
    share = min(1.0, math.sqrt(150 / n_superpixels))
    left, top = width * (1 - share) / 2 - 0.5, height * (1 - share) / 2 - 0.5
    return Bbox.from_bounds(left, top, width * share, height * share)


def _draw_lines(
    axes: Axes, image: FloatArray, lines: Mapping[str, NDArray[Any]], linewidth: float
) -> None:
    """Draw the image and, over it, lines (S, 2, 2) by colour; as pixels even in vector files."""
    axes.imshow(image, interpolation="nearest")
    for line_colour, segments in lines.items():
        each: Any = segments  # an array works, despite matplotlib's annotations
        drawn = LineCollection(each, colors=line_colour, linewidths=linewidth, rasterized=True)
        # Measuring thousands of lines for the layout would take longer than drawing them.
        drawn.set_in_layout(False)
        axes.add_collection(drawn, autolim=False)


def _visible_in(window: Bbox, segments: NDArray[Any]) -> NDArray[Any]:
    """The lines (S, 2, 2) whose bounding boxes overlap ``window``."""
    starts_before = (segments.min(axis=1) < window.max).all(axis=1)
    ends_after = (segments.max(axis=1) > window.min).all(axis=1)
    return np.asarray(segments[starts_before & ends_after])
