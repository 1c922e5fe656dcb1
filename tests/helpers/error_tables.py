"""The tables of all error messages."""

import importlib
import pkgutil

from tests import errors

TABLES = [
    importlib.import_module(f"{errors.__name__}.{module.name}")
    for module in pkgutil.iter_modules(errors.__path__)
]
ROWS = [row for table in TABLES for row in getattr(table, "ROWS", ())]
