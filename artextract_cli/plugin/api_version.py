"""Reading the API version in the source of a plugin without running it."""

import ast
import importlib.util
from importlib.machinery import ModuleSpec, PathFinder

KEYWORD = "api_version"


def stated_api_version(module: str, spec_names: frozenset[str]) -> int | None:
    """The API version that a module passes to its specs, if its source states it as a literal.

    Neither the module nor its parent packages are imported: a plugin written for another API may
    fail anywhere.
    """
    source = _source(module)
    # Most plugins state no version: searching their text is faster than parsing it.
    if source is None or KEYWORD not in source:
        return None
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None  # Importing the module will report the problem.
    return next(
        (
            keyword.value.value
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and _called(call) in spec_names
            for keyword in call.keywords
            if keyword.arg == KEYWORD
            and isinstance(keyword.value, ast.Constant)
            # Not isinstance, since True is an int too.
            and type(keyword.value.value) is int
        ),
        None,
    )


def _called(call: ast.Call) -> str:
    """The last part of the name that is called."""
    # So that `artextract_cli.Backbone(...)` is recognised as well as `Backbone(...)`.
    return ast.unparse(call.func).rpartition(".")[2]


def _source(module: str) -> str | None:
    try:
        spec = _find_spec(module)
        loader = None if spec is None else spec.loader
        # Compiled modules have a loader without source.
        read = getattr(loader, "get_source", None)
        source: str | None = None if read is None else read(module)
    except (ImportError, OSError, SyntaxError, ValueError):
        return None  # Importing the module will report the problem.
    return source


def _find_spec(module: str) -> ModuleSpec | None:
    """Find a module; `importlib.util.find_spec` would import its parent packages."""
    name, _, rest = module.partition(".")
    spec = importlib.util.find_spec(name)
    while spec is not None and rest:
        part, _, rest = rest.partition(".")
        name = f"{name}.{part}"
        spec = PathFinder.find_spec(name, spec.submodule_search_locations or [])
    return spec
