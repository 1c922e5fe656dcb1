"""Blank figures for `artextract_cli.visualization.panels` to draw on, their style and formats.

Uses matplotlib's objects without pyplot: no window, no global state.
"""

import io
import math
import textwrap
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from artextract_cli.errors import UsageError
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.visualization.settings import DEFAULT_PAGE, Page

PADDING = 0.08  # inches (2 mm) around the drawing: text at the edge is not cut off
# Page width in inches below which panels are stacked: between one column of print (85 mm) and two.
NARROW_PAGE = 5.0
# No dates in the files: the same figure gives the same bytes.
_METADATA: Mapping[str, dict[str, Any]] = {
    ".png": {},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}
_STYLE: Any = {
    # Points. Figures are drawn at the size at which they are printed: larger text would be broken
    # into many lines in a column of 85 mm, smaller text is hard to read.
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.linewidth": 0.5,
    "svg.fonttype": "path",  # looks the same on a system without our font
    # Matplotlib draws ids in an SVG at random unless there is a salt.
    "svg.hashsalt": "artextract",
    "pdf.fonttype": 42,  # whole TrueType fonts, as publishers ask for, not outlines of type 3
    "text.parse_math": False,  # a dollar sign in a name is just a dollar sign
}


@contextmanager
def style() -> Iterator[None]:
    """Apply the style of our figures while one is drawn and written.

    Characters that the font lacks become boxes, without a warning.
    """
    with rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        yield


def check_suffix(out: Path) -> None:
    """Raise `UsageError` if ``out`` does not end in .png, .svg or .pdf."""
    if out.suffix.lower() not in _METADATA:
        msg = f"{out}: figures are written as PNG, SVG or PDF; use a name with such a suffix"
        raise UsageError(msg)


def save(figure: Figure, out: Path, page: Page = DEFAULT_PAGE) -> None:
    """Write ``figure`` in the format given by the suffix of ``out``.

    It is cropped to its content; if the page has a width, only at top and bottom.
    """
    suffix = out.suffix.lower()
    crop: Any = {"bbox_inches": "tight", "pad_inches": PADDING}
    if page.inches is not None:
        # The layout, and with it the extent of the drawing, is computed only by drawing.
        figure.draw_without_rendering()
        drawn = figure.get_tightbbox()
        crop = {"bbox_inches": Bbox([[0, drawn.y0 - PADDING], [page.inches, drawn.y1 + PADDING]])}
    # In memory first: the writer of PDF forgets why a write failed.
    drawing = io.BytesIO()
    figure.savefig(drawing, format=suffix[1:], dpi=page.dpi, metadata=_METADATA[suffix], **crop)
    with atomic_path(out) as temporary:
        temporary.write_bytes(drawing.getvalue())


def new_figure(width: float, height: float, layout: Literal["constrained", "compressed"]) -> Figure:
    """Create an empty figure of that size in inches, which draws without pyplot."""
    figure = Figure(figsize=(width, height), layout=layout)
    FigureCanvasAgg(figure)
    return figure


def panel_grid(
    count: int,
    aspect: float,
    size: tuple[float, float] = (10, 8),
    page: Page = DEFAULT_PAGE,
) -> tuple[Figure, list[Axes]]:
    """Create a figure of ``count`` equal panels for images of ``aspect`` (width / height).

    The number of columns is chosen such that the panels together come closest to a page-wide band,
    or to a square on a narrow page; ``size`` is the largest size of all panels in inches if the
    page has no width.
    """
    # Width over height: 2.5 lets photograph, band, heat map and overlay stand in one row or two.
    target = 1.0 if page.inches is not None and page.inches < NARROW_PAGE else 2.5
    # With more than four panels, one place may stay empty.
    spare = int(count > 4)
    possible = [n for n in range(1, count + 1) if -count % n <= spare]
    # By the logarithm, so that twice as wide as wanted is as bad as half as wide.
    columns = min(possible, key=lambda n: abs(math.log(n / -(-count // n) * aspect / target)))
    rows = -(-count // columns)
    total_aspect = aspect * columns / rows
    # At least three inches, or titles and captions of a narrow image would break after every word.
    width = max(min(size[0], size[1] * total_aspect), 3)
    height = width / total_aspect
    if page.inches is not None:
        # One inch is for the colour bar and its labels.
        width = page.inches - 1
        height = min(width / total_aspect, size[1])
    # 0.3 inches per row for titles of one or two lines, 0.7 for heading and caption.
    figure = new_figure(width + 1, height + 0.3 * rows + 0.7, layout="compressed")
    grid = list(figure.subplots(rows, columns, squeeze=False).flat)
    for empty in grid[count:]:
        empty.remove()
    grid = grid[:count]
    for axes in grid:
        axes.set(xticks=[], yticks=[])
    return figure, grid


def n_columns(grid: Sequence[Axes]) -> int:
    """Number of columns of the panels of a figure."""
    spec = grid[0].get_gridspec()
    return 1 if spec is None else spec.ncols


def wrap_text(text: str, inches: float) -> str:
    """Break ``text`` into lines of at most ``inches`` at the font size of our figures."""
    return textwrap.fill(text, max(12, int(inches * 14)))  # about 14 characters of 8 points an inch
