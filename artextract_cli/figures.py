"""Figures for print: what was found in one painting, how training went, what the graph looks like.

The suffix of a path says what is written: png, svg or pdf.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes  # noqa: TID253
from matplotlib.cm import ScalarMappable  # noqa: TID253
from matplotlib.collections import LineCollection  # noqa: TID253
from matplotlib.colors import ListedColormap, Normalize  # noqa: TID253
from matplotlib.figure import Figure  # noqa: TID253
from matplotlib.lines import Line2D  # noqa: TID253
from matplotlib.patches import Rectangle  # noqa: TID253
from matplotlib.patheffects import withStroke  # noqa: TID253
from matplotlib.ticker import MaxNLocator  # noqa: TID253
from matplotlib.transforms import Bbox  # noqa: TID253
from numpy.typing import NDArray

from artextract_cli.contract import FloatArray, IntArray
from artextract_cli.errors import UsageError
from artextract_cli.figure_canvas import (
    AS_DRAWN,
    NARROW,
    Page,
    check_suffix,
    n_columns,
    new_figure,
    panel_grid,
    save,
    style,
    wrapped,
)
from artextract_cli.heatmap import SCALES, BoolArray, Picture, ScaleName, colour, overlay

EpochRow = Mapping[str, float | None]

# Okabe & Ito, "Color universal design", 2008: distinct for colour-blind eyes.
RUN_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
VALIDATION_STYLE: Mapping[str, Any] = {"linewidth": 1.5, "marker": ".", "markersize": 3}
TRAINING_STYLE: Mapping[str, Any] = {
    "linewidth": 1,
    "linestyle": "--",
    "alpha": 0.6,
    "marker": ".",
    "markersize": 3,
}
BORDER_COLOUR, EDGE_COLOUR = "#FFFFFF", "#E69F00"
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

# Black and solid, white and dashed on black: two lines that no eye and no printer confuses.
OUTLINE_STYLES: tuple[Mapping[str, Any], ...] = (
    {"color": "k", "path_effects": [withStroke(linewidth=2.2, foreground="w")]},
    {
        "color": "w",
        "linestyle": (0, (3, 2)),
        "path_effects": [withStroke(linewidth=2.2, foreground="k")],
    },
)
MOST_OUTLINED = 2000  # pixels along the longer side; a finer outline would not show
NO_OUTLINES: Mapping[str, BoolArray] = {}

LOSSES = ("train_loss", "val_loss")
WIDE_RANGE = 30  # the largest loss over the smallest


def pair_figure(
    rgb: FloatArray,
    score: FloatArray,
    *,
    title: str,
    bands: Sequence[tuple[str, FloatArray]],
    score_label: str,
    numbers: Mapping[str, float],
    out: Path,
    mask: BoolArray | None = None,
    colours: str = "blue-red",
    scale: ScaleName = "false-alarm",
    outlines: Mapping[str, BoolArray] = NO_OUTLINES,
    page: Page = AS_DRAWN,
) -> None:
    """Show photograph, bands, the heat map and its overlay side by side, with one colour bar.

    ``rgb`` (H, W, 3) is sRGB-coded 0..1, ``bands`` are titles and pictures (H, W) linear 0..1,
    ``score`` (H, W) is as `heatmap.colour` takes it on ``scale``. ``numbers`` become the caption.
    Where ``mask`` (H, W) is false nothing is coloured. Up to two places ``outlines`` (H, W) by name
    are outlined in heat map and overlay, by a solid and by a dashed line.

    Raises
    ------
    UsageError
        If ``out`` is neither png, svg nor pdf, or there is no such colour map.
    """
    check_suffix(out)
    panels: list[tuple[str, NDArray[Any]]] = [
        ("Photograph", rgb),
        *((name, _grey_picture(band)) for name, band in bands),
        (score_label, _heat_map(score, mask, colours, scale)),
        ("Overlay", overlay(rgb, score, mask=mask, colours=colours, scale=scale)),
    ]
    with style():
        figure, grid = panel_grid(len(panels), score.shape[1] / score.shape[0], page=page)
        inches = figure.get_figwidth() / n_columns(grid)
        for axes, (name, picture) in zip(grid, panels, strict=True):
            axes.imshow(picture)
            axes.set_title(wrapped(name, inches))
        lines = _outlined(grid[-2:], outlines)
        bar = add_colour_bar(figure, grid, colours, scale)
        _frame(figure, grid, bar, title, numbers)
        _add_legend(figure, grid, lines)
        save(figure, out, page)


def loss_figure(
    runs: Mapping[str, Sequence[EpochRow]],
    out: Path,
    floor: float | None = None,
    page: Page = AS_DRAWN,
) -> None:
    """Show training and validation loss by epoch for each of ``runs``, the best epoch marked.

    A row has ``epoch``, ``train_loss`` and ``val_loss`` (None where none was measured). ``floor``
    is the loss of an embedding that tells nothing.

    Raises
    ------
    UsageError
        If no run has an epoch, or ``out`` is neither png, svg nor pdf.
    """
    check_suffix(out)
    if not any(runs.values()):
        msg = "no run has finished an epoch yet: train first, then show the loss"
        raise UsageError(msg)
    with style():
        figure = new_figure(page.inches or 6.5, 3.8, layout="constrained")
        axes = figure.add_subplot()
        for number, (name, rows) in enumerate(runs.items()):
            _draw_run(axes, name, rows, RUN_COLOURS[number % len(RUN_COLOURS)])
        _scale_losses(axes, runs)
        if floor is not None:
            label = f"uninformative embedding ({floor:g})"
            axes.axhline(floor, color="0.4", linestyle=(0, (1, 2)), linewidth=1, label=label)
        axes.plot([], [], color="0.4", label="validation", **VALIDATION_STYLE)
        axes.plot([], [], color="0.4", label="training", **TRAINING_STYLE)
        axes.set(xlabel="epoch", ylabel="loss")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="0.92", linewidth=0.5)
        figure.legend(loc="outside lower center", ncols=_columns(figure), frameon=False)
        save(figure, out, page)


def graph_figure(
    picture: FloatArray,
    labels: IntArray,
    edges: IntArray,
    centroids: FloatArray,
    out: Path,
    page: Page = AS_DRAWN,
) -> None:
    """Show superpixel borders and the edges of their graph over a picture, its middle enlarged.

    ``picture`` (H, W, 3) is sRGB-coded 0..1, ``labels`` (H, W), ``edges`` (2, E) source and target,
    ``centroids`` (N, 2) row and column in pixels.

    Raises
    ------
    UsageError
        If ``out`` is neither png, svg nor pdf.
    """
    check_suffix(out)
    pairs = np.unique(np.sort(edges[:, edges[0] != edges[1]], axis=0), axis=1).T
    points = centroids[:, ::-1]
    lines: dict[str, NDArray[Any]] = {BORDER_COLOUR: _borders(labels), EDGE_COLOUR: points[pairs]}
    height, width = labels.shape
    window = _middle(height, width, len(points))
    with style():
        figure, (whole, enlarged) = panel_grid(2, width / height, (14, 12), page)
        whole.set_title(f"{len(points)} superpixels, {len(pairs)} neighbourhoods")
        enlarged.set_title("the middle, enlarged")
        _draw_lines(whole, picture, lines, min(0.8, 20 / math.sqrt(len(points))))
        whole.add_patch(Rectangle(window.p0, window.width, window.height, **WINDOW_STYLE))
        enlarged.set(xlim=window.intervalx, ylim=window.intervaly[::-1])
        seen = {name: _within(window, segments) for name, segments in lines.items()}
        _draw_lines(enlarged, picture, seen, 1.0)
        enlarged.scatter(*points.T, **NODE_STYLE)
        save(figure, out, page)


def _columns(figure: Figure) -> int:
    """Columns of a legend that a page has room for."""
    return 2 if figure.get_figwidth() >= NARROW else 1


def _caption(numbers: Mapping[str, float], inches: float) -> str:
    """Numbers with their names, never parted at the end of a line."""
    items = [f"{name} = {value:.3g}" for name, value in numbers.items()]
    unbroken = [item.replace(" ", "\N{NO-BREAK SPACE}") for item in items]
    return wrapped(",  ".join(unbroken), inches)


def _grey_picture(band: FloatArray) -> FloatArray:
    """A linear band (H, W) as grey sRGB (H, W, 3), its brightest thousandth at white."""
    white = max(float(np.quantile(band, 0.999)), 1e-6)
    coded = np.clip(band / white, 0, 1) ** (1 / 2.2)
    return np.asarray(np.repeat(coded[..., None], 3, axis=2), dtype=np.float32)


def _heat_map(score: FloatArray, mask: BoolArray | None, colours: str, scale: ScaleName) -> Picture:
    """The coloured score (H, W, 3), paper white outside the mask."""
    coloured = colour(score, colours, scale)
    return coloured if mask is None else np.where(mask[..., None], coloured, np.uint8(255))


def add_colour_bar(
    figure: Figure, grid: Sequence[Axes], colours: str, scale_name: ScaleName
) -> Axes:
    """Add what the colours of the panels ``grid`` mean, at their right."""
    scale = SCALES[scale_name]
    lowest, highest = scale.values[0], scale.values[-1]
    steps = np.linspace(lowest, highest, 256, dtype=np.float32)[None]
    table = colour(steps, colours, scale_name)[0] / 255
    mappable = ScalarMappable(Normalize(lowest, highest), ListedColormap(table))
    bar = figure.colorbar(mappable, ax=grid, fraction=0.03, aspect=25, pad=0.02)
    bar.set_ticks(list(scale.ticks), labels=list(scale.ticks.values()))
    bar.set_label(scale.label)
    return bar.ax


def _outlined(panels: Sequence[Axes], outlines: Mapping[str, BoolArray]) -> list[Line2D]:
    """Outline places (H, W) in ``panels``; return a line for each, with its name, for a legend."""
    lines = []
    for (name, places), line_style in zip(outlines.items(), OUTLINE_STYLES, strict=False):
        step = -(-max(places.shape) // MOST_OUTLINED)
        closed = np.pad(places[::step, ::step], 1).astype(np.float32)
        y, x = (step * (np.arange(size) - 1) for size in closed.shape)
        for axes in panels:
            limits = axes.get_xlim(), axes.get_ylim()
            contours = axes.contour(x, y, closed, [0.5], linewidths=0.8, alpha=1)
            contours.set_edgecolor(line_style["color"])
            contours.set_linestyle([line_style.get("linestyle", "-")])
            contours.set_path_effects(line_style["path_effects"])
            axes.set(xlim=limits[0], ylim=limits[1])
        lines.append(Line2D([], [], label=name, linewidth=0.8, **line_style))
    return lines


def _add_legend(figure: Figure, grid: Sequence[Axes], lines: Sequence[Line2D]) -> None:
    """Say below the caption what the outlines mean."""
    if not lines:
        return
    figure.draw_without_rendering()
    to_figure = figure.transFigure.inverted()
    panels = Bbox.union([axes.get_position() for axes in grid])
    lowest = min(text.get_window_extent().transformed(to_figure).y0 for text in figure.texts)
    figure.legend(
        handles=list(lines),
        loc="upper center",
        bbox_to_anchor=((panels.x0 + panels.x1) / 2, lowest),
        ncols=_columns(figure),
        frameon=False,
    )


def _frame(
    figure: Figure, grid: Sequence[Axes], bar: Axes, title: str, numbers: Mapping[str, float]
) -> None:
    """Settle the layout, then fit colour bar, title and caption to where the panels came to lie."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    panels = Bbox.union([axes.get_position() for axes in grid])
    outside = [axes.get_tightbbox() or axes.bbox for axes in grid]
    titles_end = Bbox.union(outside).transformed(figure.transFigure.inverted()).y1
    bar.set_box_aspect(None)
    bar.set_position((bar.get_position().x0, panels.y0, bar.get_position().width, panels.height))
    width, height = figure.get_size_inches()
    centre, gap = (panels.x0 + panels.x1) / 2, 0.12 / height
    heading, caption = wrapped(title, width * 0.8), _caption(numbers, width)
    figure.text(centre, titles_end + gap, heading, ha="center", va="bottom", size=10, weight="bold")
    figure.text(centre, panels.y0 - gap, caption, ha="center", va="top")


def _draw_run(axes: Axes, name: str, rows: Sequence[EpochRow], run_colour: str) -> None:
    """Both losses of one run; the best epoch is the lowest of validation, or else of training."""
    epochs = _column(rows, "epoch")
    training, validation = _column(rows, "train_loss"), _column(rows, "val_loss")
    decisive = validation if np.isfinite(validation).any() else training
    if not np.isfinite(decisive).any():
        return
    best = int(np.nanargmin(decisive))
    label = f"{name}: best {decisive[best]:.3g} in epoch {epochs[best]:g}"
    axes.plot(epochs, training, color=run_colour, **TRAINING_STYLE)
    axes.plot(epochs, validation, color=run_colour, **VALIDATION_STYLE)
    axes.plot(epochs[best], decisive[best], "o", color=run_colour, markeredgecolor="w", label=label)


def _scale_losses(axes: Axes, runs: Mapping[str, Sequence[EpochRow]]) -> None:
    """Take a logarithmic axis where the losses would not be told apart on a linear one."""
    losses = np.concatenate([_column(r, n) for r in runs.values() for n in LOSSES])
    positive = losses[losses > 0]
    if len(positive) and positive.max() > WIDE_RANGE * positive.min():
        axes.set_yscale("log")


def _column(rows: Sequence[EpochRow], name: str) -> NDArray[np.float64]:
    """One number of every epoch, NaN where there is none."""
    return np.array([row.get(name) for row in rows], dtype=np.float64)


def _borders(labels: IntArray) -> NDArray[np.float64]:
    """The pixel sides between different labels, as lines (S, 2, 2) of x and y."""
    row, column = np.nonzero(labels[1:] != labels[:-1])
    below = np.stack([column - 0.5, row + 0.5, column + 0.5, row + 0.5], axis=1)
    row, column = np.nonzero(labels[:, 1:] != labels[:, :-1])
    beside = np.stack([column + 0.5, row - 0.5, column + 0.5, row + 0.5], axis=1)
    return np.concatenate([below, beside]).reshape(-1, 2, 2)


def _middle(height: int, width: int, n_superpixels: int) -> Bbox:
    """The window in the middle, of the picture's own shape, with about 150 superpixels in it."""
    share = min(1.0, math.sqrt(150 / n_superpixels))
    left, top = width * (1 - share) / 2 - 0.5, height * (1 - share) / 2 - 0.5
    return Bbox.from_bounds(left, top, width * share, height * share)


def _draw_lines(
    axes: Axes, picture: FloatArray, lines: Mapping[str, NDArray[Any]], linewidth: float
) -> None:
    """The picture and, over it, lines (S, 2, 2) by colour; as pixels even in vector files."""
    axes.imshow(picture, interpolation="nearest")
    for line_colour, segments in lines.items():
        each: Any = segments  # an array does, whatever matplotlib's types say
        drawn = LineCollection(each, colors=line_colour, linewidths=linewidth, rasterized=True)
        # Measuring thousands of lines for the layout would take longer than drawing them.
        drawn.set_in_layout(False)
        axes.add_collection(drawn, autolim=False)


def _within(window: Bbox, segments: NDArray[Any]) -> NDArray[Any]:
    """Those of the lines (S, 2, 2) that can be seen in ``window``."""
    starts_before = (segments.min(axis=1) < window.max).all(axis=1)
    ends_after = (segments.max(axis=1) > window.min).all(axis=1)
    return np.asarray(segments[starts_before & ends_after])
