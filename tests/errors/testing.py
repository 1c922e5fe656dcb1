"""Error messages of artextract_cli.testing."""

import sys
from unittest import mock

from artextract_cli.plugin.contract import Spec
from artextract_cli.testing import __main__ as testing
from artextract_cli.testing import trial
from tests.errors.row import Row, put


def specs(plugin: str) -> list[Spec]:
    """Specs that `plugins check` finds, without changing the import path."""
    with mock.patch.object(sys, "path", [*sys.path]):
        return list(testing.find_specs(plugin))


OWN = """
from artextract_cli import Scorer, hookimpl
@hookimpl
def artextract_scorers():
    return Scorer(name="distance", summary="Toy.", load=lambda: None)
"""


ROWS = [
    Row(2, "unknown plugin 'absent': give a project folder, or one of …",
        lambda here: specs("absent")),
    Row(2, "doctor takes no part in a training: `artextract plugins check doctor` tests it",
        lambda here: trial._specs("doctor")),
    Row(2, "--editable needs the folder of a project, and artextract-sage is none",
        "plugins install artextract-sage --editable --dry-run"),
    Row(3, "…/data has no pyproject.toml: give the folder of a project",
        "plugins install {here}/data --dry-run"),
    Row(3, "…/pyproject.toml names no plugin under [project.entry-points.artextract] (…)",
        lambda here: specs(str(here / "data")),
        put("data/pyproject.toml", "[project]")),
    Row(4, "…/broken.py cannot be loaded: ZeroDivisionError: division by zero",
        lambda here: specs(str(here / "broken.py")), put("broken.py", "1 / 0")),
    Row(4, "…/own.py: scorers 'distance' already belongs to artextract; choose another name",
        lambda here: specs(str(here / "own.py")), put("own.py", OWN)),
]  # fmt: skip
