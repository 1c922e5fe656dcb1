"""Tables of results as pandas data frames; pandas is imported only when one is created."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from artextract_cli.errors import DependencyError

if TYPE_CHECKING:
    import pandas


def data_frame(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]] | Mapping[str, Any]
) -> "pandas.DataFrame":
    """Create a data frame from rows, or from one array (N,) per column.

    Parameters
    ----------
    columns
        Names of the columns, in order.
    rows
        One mapping per row, or one array (N,) per column.

    Returns
    -------
    pandas.DataFrame
        The table, with rows numbered from 0.

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
