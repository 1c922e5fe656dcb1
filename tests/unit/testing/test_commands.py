"""The conformance tests of commands."""

from typing import Annotated

import typer

from artextract_cli import (
    Command,
)
from artextract_cli.testing import (
    CommandTests,
)
from tests.helpers.conformance import failed


def test_commands() -> None:
    app = typer.Typer()

    @app.command()
    def hello(name: Annotated[str, typer.Argument(help="Who.")] = "you") -> None:
        """Greet."""

    right = Command(name="hello", summary="Greets.", load=lambda: app)
    assert failed(CommandTests, right) == {}
    wrong = Command(name="hello", summary="Greets.", load=lambda: print)
    assert list(failed(CommandTests, wrong)) == ["it is a typer app", "help"]
