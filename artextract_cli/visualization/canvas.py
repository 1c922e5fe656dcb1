"""The blank figures that `artextract_cli.visualization.panels` draws on, and how they are written.

Matplotlib's objects, without pyplot: no window, no global state.
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
from artextract_cli.visualization.settings import AS_DRAWN, Page

PAD = 0.08  # inches around what is drawn
NARROW = 5.0  # inches; a figure of one column of print
# Dates and random ids out of the files: the same figure is the same bytes.
_METADATA: Mapping[str, dict[str, Any]] = {
    ".png": {},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}
_STYLE: Any = {
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.linewidth": 0.5,
    "svg.fonttype": "path",  # looks the same where our font is missing
    "svg.hashsalt": "artextract",
    "pdf.fonttype": 42,  # whole TrueType fonts, as publishers ask for, not outlines of type 3
    "text.parse_math": False,  # a dollar in a name is a dollar
}


@contextmanager
def style() -> Iterator[None]:
    """The look of our figures, for as long as one is drawn and written.

    Letters that the font lacks become boxes, without a word about it.
    """
    with rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        yield


def check_suffix(out: Path) -> None:
    """Raise `UsageError` where ``out`` does not end in png, svg or pdf."""
    if out.suffix.lower() not in _METADATA:
        msg = f"{out}: a figure is written as png, svg or pdf; end its name in one of these"
        raise UsageError(msg)


def save(figure: Figure, out: Path, page: Page = AS_DRAWN) -> None:
    """Write ``figure`` in the format that ``out`` ends in.

    It is cropped to what is drawn; if the page has a width, at top and bottom alone.
    """
    suffix = out.suffix.lower()
    crop: Any = {"bbox_inches": "tight", "pad_inches": PAD}
    if page.inches is not None:
        figure.draw_without_rendering()
        drawn = figure.get_tightbbox()
        crop = {"bbox_inches": Bbox([[0, drawn.y0 - PAD], [page.inches, drawn.y1 + PAD]])}
    # In memory first: the writer of PDF forgets why a write failed.
    drawing = io.BytesIO()
    figure.savefig(drawing, format=suffix[1:], dpi=page.dpi, metadata=_METADATA[suffix], **crop)
    with atomic_path(out) as temporary:
        temporary.write_bytes(drawing.getvalue())


def new_figure(width: float, height: float, layout: Literal["constrained", "compressed"]) -> Figure:
    """An empty figure of that size in inches, which draws without pyplot."""
    figure = Figure(figsize=(width, height), layout=layout)
    FigureCanvasAgg(figure)
    return figure


def panel_grid(
    count: int,
    aspect: float,
    size: tuple[float, float] = (10, 8),
    page: Page = AS_DRAWN,
) -> tuple[Figure, list[Axes]]:
    """A figure of ``count`` equal panels for pictures of ``aspect`` (width / height).

    As many columns as bring the whole nearest to a page-wide band, or to a square on a narrow page;
    ``size`` is the most, in inches, that the panels may take where the page has no width.
    """
    wanted = 1.0 if page.inches is not None and page.inches < NARROW else 2.5
    # Of more than four panels one place may stay empty.
    spare = int(count > 4)
    possible = [n for n in range(1, count + 1) if -count % n <= spare]
    columns = min(possible, key=lambda n: abs(math.log(n / -(-count // n) * aspect / wanted)))
    rows = -(-count // columns)
    whole = aspect * columns / rows
    width = max(min(size[0], size[1] * whole), 3)
    height = width / whole
    if page.inches is not None:
        width = page.inches - 1
        height = min(width / whole, size[1])
    figure = new_figure(width + 1, height + 0.3 * rows + 0.7, layout="compressed")
    grid = list(figure.subplots(rows, columns, squeeze=False).flat)
    for empty in grid[count:]:
        empty.remove()
    grid = grid[:count]
    for axes in grid:
        axes.set(xticks=[], yticks=[])
    return figure, grid


def n_columns(grid: Sequence[Axes]) -> int:
    """How many columns the panels of a figure stand in."""
    spec = grid[0].get_gridspec()
    return 1 if spec is None else spec.ncols


def wrapped(text: str, inches: float) -> str:
    """Break ``text`` into lines of at most ``inches`` in small print."""
    return textwrap.fill(text, max(12, int(inches * 14)))
