"""Tables in the width that there is: cells wrap, and what is still too wide becomes a list."""

from collections.abc import Iterator, Sequence

import rich.console
import rich.table
import rich.text
from rich.measure import Measurement

# Characters: a column of sentences is not made narrower, and a longer word, such as a path, breaks.
NARROWEST = 14


def fit(
    table: rich.table.Table, console: rich.console.Console
) -> Iterator[rich.table.Table | rich.text.Text]:
    """Yield a table that fits the console without truncated cells, or one list per row.

    Columns that do not wrap keep their cells whole; their headers may wrap.
    """
    natural = [_natural(column, console) for column in table.columns]
    narrow = [_narrowest(column, console) for column in table.columns]
    edges = Measurement.get(console, console.options.update(max_width=10_000), table).maximum
    available = console.width - (edges - sum(natural))
    if sum(natural) <= available:
        yield table
    elif sum(narrow) <= available:
        for column, width in zip(table.columns, _widths(narrow, natural, available), strict=True):
            column.width, column.no_wrap, column.overflow = width, False, "fold"
        yield table
    else:
        yield from _lists(table)


def _natural(column: rich.table.Column, console: rich.console.Console) -> int:
    return max(_measured(cell, console).maximum for cell in _all_cells(column))


def _narrowest(column: rich.table.Column, console: rich.console.Console) -> int:
    words = [_measured(cell, console).minimum for cell in _all_cells(column)]
    cells = [_measured(cell, console).maximum for cell in column.cells]
    if column.no_wrap:
        return max([*cells, *words])
    # At least so many, but no more than the longest text has.
    return min(NARROWEST, max([*cells, *words]))


def _all_cells(column: rich.table.Column) -> list[rich.console.RenderableType]:
    return [column.header, *column.cells]


def _measured(cell: rich.console.RenderableType, console: rich.console.Console) -> Measurement:
    return Measurement.get(console, console.options.update(max_width=10_000), cell)


def _widths(narrow: Sequence[int], natural: Sequence[int], available: int) -> list[int]:
    """Widths that add up to ``available`` at most: what is left goes where it is needed."""
    left = available - sum(narrow)
    needed = sum(natural) - sum(narrow)
    return [low + left * (high - low) // needed for low, high in zip(narrow, natural, strict=True)]


def _lists(table: rich.table.Table) -> Iterator[rich.table.Table | rich.text.Text]:
    """The title, then for each row a grid of column names and values."""
    if table.title:
        yield rich.text.Text.from_markup(str(table.title), style="italic")
    headers = [column.header for column in table.columns]
    for cells in zip(*(column.cells for column in table.columns), strict=True):
        grid = rich.table.Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(style="bold", overflow="fold")
        grid.add_column(overflow="fold")
        for header, cell in zip(headers, cells, strict=True):
            grid.add_row(header if table.show_header else "", cell)
        yield grid
        yield rich.text.Text("")
