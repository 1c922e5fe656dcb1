"""Tables of results as data frames of pandas, which is imported only for them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from artextract_cli.errors import DependencyError

if TYPE_CHECKING:
    import pandas


def data_frame(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]] | Mapping[str, Any]
) -> "pandas.DataFrame":
    """Make a data frame of rows, or of arrays (N,) by column.

    Parameters
    ----------
    columns
        Names of the columns, in their order.
    rows
        One mapping per row, or one array (N,) per column.

    Returns
    -------
    pandas.DataFrame
        The table, its rows numbered from 0.

    Raises
    ------
    DependencyError
        If pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        msg = 'a data frame needs pandas, which is not installed: pip install "artextract[pandas]"'
        raise DependencyError(msg) from error
    return pandas.DataFrame(rows if isinstance(rows, Mapping) else list(rows), columns=columns)
