"""The commands of the program."""

from collections.abc import Iterator
from typing import Any

import typer.main

from artextract_cli.cli.main import app


def commands(group: Any = None, *names: str) -> Iterator[tuple[str, Any]]:
    """Name and command of everything that can be called, built in."""
    for name, command in (group or typer.main.get_command(app)).commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *names, name)
        else:
            yield " ".join((*names, name)), command


NAMES = [name for name, _ in commands()]
