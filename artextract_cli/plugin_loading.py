"""Loading what a plugin does, behind a guard."""

import contextlib
import sys
from typing import Any

from artextract_cli.errors import DependencyError
from artextract_cli.plugin_manager import Plugin


def load_plugin(plugin: Plugin) -> Any:
    """Call ``load`` of a plugin; what it prints does not mix with results.

    Raises
    ------
    DependencyError
        If it fails.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return plugin.spec.load()
    except (Exception, SystemExit) as error:
        raise plugin_failure(plugin, f"{type(error).__name__}: {error}") from error


def plugin_failure(plugin: Plugin, cause: str) -> DependencyError:
    """Say that a plugin cannot be used, whose it is, and why."""
    who = f"{plugin.spec.name!r} ({plugin.spec.kind} of {plugin.distribution} {plugin.version})"
    return DependencyError(f"the plugin {who} fails: {cause}")
