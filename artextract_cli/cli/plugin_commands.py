"""Commands of plugins: listed by their summaries, loaded only when called."""

import contextlib
import io
from collections.abc import Callable
from typing import Any

import rich.markup
import typer
import typer.main
from typer.core import TyperCommand

from artextract_cli.cli import console
from artextract_cli.cli.help.layout import helpful
from artextract_cli.errors import DependencyError
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.plugin import Plugin

# Exceptions by which a command ends normally.
ENDINGS = (SystemExit, typer.Abort, typer.Exit, typer.TyperException)


class PluginCommand(TyperCommand):
    """Placeholder for the command of a plugin until it is called."""

    is_loaded_on_use = True

    def __init__(self, plugin: Plugin) -> None:
        super().__init__(plugin.spec.name, help=rich.markup.escape(plugin.spec.summary))
        self.plugin = plugin

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        """Load the command and let it parse ``args``.

        Raises
        ------
        DependencyError
            If it cannot be loaded, except during shell completion.
        """
        try:
            command = load_command(self.plugin)
        except DependencyError:
            if not extra.get("resilient_parsing"):
                raise
            # Completion goes on with the placeholder, which has no options.
            return super().make_context(info_name, args, parent=parent, **extra)
        check_defaults = ((parent and parent.default_map) or {}).get(info_name)
        if check_defaults is not None:
            extra["default_map"] = check_defaults(command)
        return command.make_context(info_name, args, parent=parent, **extra)


def plugin_commands(*, quietly: bool = False) -> dict[str, PluginCommand]:
    """The commands of plugins by name; ``quietly`` suppresses warnings of broken plugins."""
    with contextlib.redirect_stderr(io.StringIO()) if quietly else contextlib.nullcontext():
        plugins = plugin_host().of_kind("commands")
    return {plugin.spec.name: PluginCommand(plugin) for plugin in plugins}


def load_command(plugin: Plugin) -> Any:
    """Load the Typer app of a plugin as a command.

    Raises
    ------
    DependencyError
        If loading fails, or the result is not a working Typer app.
    """
    app = plugin.load()
    with plugin.running("cannot be used"):
        if not isinstance(app, typer.Typer):
            msg = f"load returned {type(app).__name__}, which is not a Typer app"
            raise TypeError(msg)
        # Completion is installed by the main program.
        app._add_completion = False
        command: Any = typer.main.get_command(app)
    # Only the top level is wrapped: subcommands are invoked from within it.
    command.invoke = _guarded(plugin, command.invoke)
    return helpful(command)


def _guarded(plugin: Plugin, invoke: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Run a command with its prints kept out of JSON, and attribute errors to the plugin."""

    def run(ctx: Any) -> Any:
        try:
            with console.only_results():
                return invoke(ctx)
        except ENDINGS:
            raise
        except Exception:
            # Raised again inside the block, which turns it into an error that names the plugin.
            with plugin.running():
                raise

    return run
