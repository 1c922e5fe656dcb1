"""`artextract doctor`: versions, devices, engines and broken plugins."""

from typing import TYPE_CHECKING

from artextract_cli import Command, hookimpl

if TYPE_CHECKING:
    import typer


def _load() -> "typer.Typer":
    from artextract_doctor.command import app

    return app


@hookimpl
def artextract_commands() -> Command:
    """The information that a bug report should start with."""
    return Command(
        name="doctor",
        summary="Show versions, devices, the message-passing engine and why, and broken plugins.",
        load=_load,
    )
