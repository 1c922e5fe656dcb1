"""The blank figures that `artextract_cli.figures` draws on, and how they are written.

Matplotlib's objects, without pyplot: no window, no global state.
"""

import math
import textwrap
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal

from matplotlib import rc_context  # noqa: TID253
from matplotlib.axes import Axes  # noqa: TID253
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: TID253
from matplotlib.figure import Figure  # noqa: TID253

from artextract_cli.errors import UsageError
from artextract_cli.files import atomic_path

DPI = 200
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
    "svg.hashsalt": "artextract",
    "pdf.fonttype": 42,
    "text.parse_math": False,  # a dollar in a name is a dollar
}


def style() -> AbstractContextManager[None]:
    """The look of our figures, for as long as one is drawn and written."""
    return rc_context(_STYLE)


def check_suffix(out: Path) -> None:
    """Raise `UsageError` where ``out`` does not end in png, svg or pdf."""
    if out.suffix.lower() not in _METADATA:
        msg = f"{out}: a figure is written as png, svg or pdf; end its name in one of these"
        raise UsageError(msg)


def save(figure: Figure, out: Path) -> None:
    """Write ``figure``, cropped to what is drawn, in the format that ``out`` ends in."""
    suffix = out.suffix.lower()
    with atomic_path(out) as temporary:
        figure.savefig(
            temporary,
            format=suffix[1:],
            dpi=DPI,
            metadata=_METADATA[suffix],
            bbox_inches="tight",
            pad_inches=0.08,
        )


def new_figure(width: float, height: float, layout: Literal["constrained", "compressed"]) -> Figure:
    """An empty figure of that size in inches, which draws without pyplot."""
    figure = Figure(figsize=(width, height), layout=layout)
    FigureCanvasAgg(figure)
    return figure


def panel_grid(
    count: int, aspect: float, size: tuple[float, float] = (10, 8)
) -> tuple[Figure, list[Axes]]:
    """A figure of ``count`` equal panels for pictures of ``aspect`` (width / height).

    As many columns as bring the whole nearest to a page-wide band; ``size`` is the most, in inches,
    that the panels may take.
    """
    even = [columns for columns in range(1, count + 1) if count % columns == 0]
    columns = min(even, key=lambda n: abs(math.log(n * n / count * aspect / 2.5)))
    rows = count // columns
    whole = aspect * columns / rows
    width = max(min(size[0], size[1] * whole), 3)
    figure = new_figure(width + 1, width / whole + 0.3 * rows + 0.7, layout="compressed")
    grid = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes in grid:
        axes.set(xticks=[], yticks=[])
    return figure, grid


def wrapped(text: str, inches: float) -> str:
    """Break ``text`` into lines of at most ``inches`` in small print."""
    return textwrap.fill(text, max(12, int(inches * 14)))
