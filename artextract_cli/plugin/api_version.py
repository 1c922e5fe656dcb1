"""Reading a plugin's source without running it."""

import ast
import importlib.util
from importlib.machinery import ModuleSpec, PathFinder

KEYWORD = "api_version"


def stated_api_version(module: str, spec_names: frozenset[str]) -> int | None:
    """The API version that a module gives to the specs it makes, if its source says so plainly.

    Neither the module nor a package above it is imported: one that is written for another API may
    fail at anything.
    """
    source = _source(module)
    if source is None or KEYWORD not in source:
        return None
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None  # Importing it will tell what is wrong.
    return next(
        (
            keyword.value.value
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and _called(call) in spec_names
            for keyword in call.keywords
            if keyword.arg == KEYWORD
            and isinstance(keyword.value, ast.Constant)
            and type(keyword.value.value) is int
        ),
        None,
    )


def _called(call: ast.Call) -> str:
    """The last part of a name that is called."""
    return ast.unparse(call.func).rpartition(".")[2]


def _source(module: str) -> str | None:
    try:
        found = _find(module)
        loader = None if found is None else found.loader
        read = getattr(loader, "get_source", None)
        source: str | None = None if read is None else read(module)
    except (ImportError, OSError, SyntaxError, ValueError):
        return None  # Importing it will tell what is wrong.
    return source


def _find(module: str) -> ModuleSpec | None:
    """Find a module; `importlib.util.find_spec` would import the packages above it."""
    name, _, below = module.partition(".")
    found = importlib.util.find_spec(name)
    while found is not None and below:
        part, _, below = below.partition(".")
        name = f"{name}.{part}"
        found = PathFinder.find_spec(name, found.submodule_search_locations or [])
    return found
