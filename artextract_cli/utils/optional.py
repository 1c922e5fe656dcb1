"""Packages that an extra installs, each imported only when something needs it."""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from artextract_cli.errors import DependencyError

if TYPE_CHECKING:
    import pandas


def load_optional(module: str, need: str, install: str) -> Any:
    """Import a module of an optional package.

    Parameters
    ----------
    module
        The module.
    need
        What needs which package, such as "registration needs OpenCV".
    install
        What pip installs, quoted for a shell.

    Raises
    ------
    DependencyError
        If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        msg = f"{need}, which is not installed: pip install {install}"
        raise DependencyError(msg) from error


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
    module = load_optional("pandas", "a data frame needs pandas", '"artextract[pandas]"')
    frame: pandas.DataFrame = module.DataFrame(
        rows if isinstance(rows, Mapping) else list(rows), columns=columns
    )
    return frame
