"""Panels of figures: images side by side, colour bars, outlines and captions.

The suffix of a path determines the format: PNG, SVG or PDF.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from artextract_cli._typing import BoolArray, FloatArray
from artextract_cli.imaging.heatmap import SCALES, Picture, ScaleName, colour, overlay
from artextract_cli.visualization.canvas import (
    NARROW_PAGE,
    check_suffix,
    n_columns,
    panel_grid,
    save,
    style,
    wrap_text,
)
from artextract_cli.visualization.settings import DEFAULT_PAGE, Page

BORDER_COLOUR, EDGE_COLOUR = "#FFFFFF", "#E69F00"

# Solid black on white, and dashed white on black: distinct in colour, in grey and in print.
OUTLINE_STYLES: tuple[Mapping[str, Any], ...] = (
    {"color": "k", "path_effects": [withStroke(linewidth=2.2, foreground="w")]},
    {
        "color": "w",
        "linestyle": (0, (3, 2)),
        "path_effects": [withStroke(linewidth=2.2, foreground="k")],
    },
)
# Longest side in px of a mask when it is outlined: that of 10 inches at 200 dpi. A finer outline
# would not be visible in a panel, and tracing it takes time in proportion to the area.
MAX_OUTLINE_SIDE = 2000
NO_OUTLINES: Mapping[str, BoolArray] = {}


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
    page: Page = DEFAULT_PAGE,
) -> None:
    """Draw photograph, bands, the heat map and its overlay side by side, with one colour bar.

    ``rgb`` (H, W, 3) is sRGB-coded 0..1, ``bands`` are titles and images (H, W) linear 0..1,
    ``score`` (H, W) is input of `heatmap.colour` on ``scale``. ``numbers`` become the caption.
    Nothing is coloured where ``mask`` (H, W) is false. Up to two masks ``outlines`` (H, W) by name
    are outlined in heat map and overlay, by a solid and by a dashed line.

    Raises
    ------
    UsageError
        If the suffix of ``out`` is not .png, .svg or .pdf, or the colour map does not exist.
    """
    check_suffix(out)
    panels: list[tuple[str, NDArray[Any]]] = [
        ("Photograph", rgb),
        *((name, _grey_image(band)) for name, band in bands),
        (score_label, _heat_map(score, mask, colours, scale)),
        ("Overlay", overlay(rgb, score, mask=mask, colours=colours, scale=scale)),
    ]
    with style():
        figure, grid = panel_grid(len(panels), score.shape[1] / score.shape[0], page=page)
        inches = figure.get_figwidth() / n_columns(grid)
        for axes, (name, image) in zip(grid, panels, strict=True):
            axes.imshow(image)
            axes.set_title(wrap_text(name, inches))
        lines = _draw_outlines(grid[-2:], outlines)
        bar = add_colour_bar(figure, grid, colours, scale)
        _place_captions(figure, grid, bar, title, numbers)
        _add_legend(figure, grid, lines)
        save(figure, out, page)


def legend_columns(figure: Figure) -> int:
    """Number of legend columns that fit the width of the figure."""
    return 2 if figure.get_figwidth() >= NARROW_PAGE else 1


def _caption(numbers: Mapping[str, float], inches: float) -> str:
    """Numbers with their names, each on one line."""
    items = [f"{name} = {value:.3g}" for name, value in numbers.items()]
    unbroken = [item.replace(" ", "\N{NO-BREAK SPACE}") for item in items]
    return wrap_text(",  ".join(unbroken), inches)


def _grey_image(band: FloatArray) -> FloatArray:
    """A linear band (H, W) in grey sRGB (H, W, 3), its brightest thousandth white."""
    # The same white as in the report; 1e-6 guards a band that is black throughout.
    white = max(float(np.quantile(band, 0.999)), 1e-6)
    # An approximation of the sRGB curve that suffices for display.
    coded = np.clip(band / white, 0, 1) ** (1 / 2.2)
    return np.asarray(np.repeat(coded[..., None], 3, axis=2), dtype=np.float32)


def _heat_map(score: FloatArray, mask: BoolArray | None, colours: str, scale: ScaleName) -> Picture:
    """The coloured score (H, W, 3), paper white outside the mask."""
    coloured = colour(score, colours, scale)
    return coloured if mask is None else np.where(mask[..., None], coloured, np.uint8(255))


def add_colour_bar(
    figure: Figure, grid: Sequence[Axes], colours: str, scale_name: ScaleName
) -> Axes:
    """Add a colour bar to the right of the panels ``grid``."""
    scale = SCALES[scale_name]
    lowest, highest = scale.values[0], scale.values[-1]
    steps = np.linspace(lowest, highest, 256, dtype=np.float32)[None]
    table = colour(steps, colours, scale_name)[0] / 255
    mappable = ScalarMappable(Normalize(lowest, highest), ListedColormap(table))
    bar = figure.colorbar(mappable, ax=grid, fraction=0.03, aspect=25, pad=0.02)
    bar.set_ticks(list(scale.ticks), labels=list(scale.ticks.values()))
    bar.set_label(scale.label)
    return bar.ax


def _draw_outlines(panels: Sequence[Axes], outlines: Mapping[str, BoolArray]) -> list[Line2D]:
    """Outline masks (H, W) in ``panels``; return a named line for each, for the legend."""
    lines = []
    for (name, mask), line_style in zip(outlines.items(), OUTLINE_STYLES, strict=False):
        step = -(-max(mask.shape) // MAX_OUTLINE_SIDE)
        # A rim of zeros closes outlines at the border; it shifts the coordinates by one sample.
        closed = np.pad(mask[::step, ::step], 1).astype(np.float32)
        y, x = (step * (np.arange(size) - 1) for size in closed.shape)
        for axes in panels:
            # contour widens the limits to the rim.
            limits = axes.get_xlim(), axes.get_ylim()
            contours = axes.contour(x, y, closed, [0.5], linewidths=0.8, alpha=1)
            contours.set_edgecolor(line_style["color"])
            contours.set_linestyle([line_style.get("linestyle", "-")])
            contours.set_path_effects(line_style["path_effects"])
            axes.set(xlim=limits[0], ylim=limits[1])
        lines.append(Line2D([], [], label=name, linewidth=0.8, **line_style))
    return lines


def _add_legend(figure: Figure, grid: Sequence[Axes], lines: Sequence[Line2D]) -> None:
    """Add a legend of the outlines below the caption."""
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
        ncols=legend_columns(figure),
        frameon=False,
    )


def _place_captions(
    figure: Figure, grid: Sequence[Axes], bar: Axes, title: str, numbers: Mapping[str, float]
) -> None:
    """Finish the layout, then align colour bar, title and caption with the panels."""
    figure.draw_without_rendering()
    # Positions are known after the first layout; a second one would move the panels away from the
    # captions placed by them.
    figure.set_layout_engine("none")
    panels = Bbox.union([axes.get_position() for axes in grid])
    outside = [axes.get_tightbbox() or axes.bbox for axes in grid]
    titles_end = Bbox.union(outside).transformed(figure.transFigure.inverted()).y1
    # The fixed aspect of a colour bar would override the height of the panels.
    bar.set_box_aspect(None)
    bar.set_position((bar.get_position().x0, panels.y0, bar.get_position().width, panels.height))
    width, height = figure.get_size_inches()
    # A gap of 0.12 inches, as a share of the height of the figure.
    centre, gap = (panels.x0 + panels.x1) / 2, 0.12 / height
    heading, caption = wrap_text(title, width * 0.8), _caption(numbers, width)
    figure.text(centre, titles_end + gap, heading, ha="center", va="bottom", size=10, weight="bold")
    figure.text(centre, panels.y0 - gap, caption, ha="center", va="top")
