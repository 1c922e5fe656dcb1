"""Error messages of artextract_cli.testing."""

import sys
from unittest import mock

from artextract_cli.plugin.contract import Spec
from artextract_cli.testing import __main__ as testing
from tests.errors.row import Row, put


def specs(plugin: str) -> list[Spec]:
    """What `plugins check` finds, the import path being left as it is."""
    with mock.patch.object(sys, "path", [*sys.path]):
        return list(testing.find_specs(plugin))


OWN = """
from artextract_cli import Scorer, hookimpl
@hookimpl
def artextract_scorers():
    return Scorer(name="distance", summary="Toy.", load=lambda: None)
"""


ROWS = [
    Row(2, "there is no plugin 'absent': name a project's folder, or one of …",
        lambda here: specs("absent")),
    Row(3, "there is no pyproject.toml in …/data: name a project's folder",
        "plugins install {here}/data --dry-run"),
    Row(3, "…/pyproject.toml names no plugin under [project.entry-points.artextract] (…)",
        lambda here: specs(str(here / "data")),
        put("data/pyproject.toml", "[project]")),
    Row(4, "…/broken.py cannot be loaded: ZeroDivisionError: division by zero",
        lambda here: specs(str(here / "broken.py")), put("broken.py", "1 / 0")),
    Row(4, "…/own.py: scorers 'distance' belongs to artextract already; name it otherwise",
        lambda here: specs(str(here / "own.py")), put("own.py", OWN)),
]  # fmt: skip
