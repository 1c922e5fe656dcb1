"""Discovery of plugins: list entry points, load each one guarded, check it against the contract.

A broken plugin affects nothing else: it becomes one warning with its distribution and cause.
"""

import functools
import itertools
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint

import pluggy

from artextract_cli.errors import UsageError
from artextract_cli.plugin import hookspecs
from artextract_cli.plugin.contract import Command, Spec
from artextract_cli.plugin.entry_points import (
    GROUP,
    HOME_DISTRIBUTION,
    PluginEntry,
    entry_of,
    installed_entries,
    sort_key,
)
from artextract_cli.plugin.plugin import BrokenPlugin, Plugin
from artextract_cli.plugin.specs import KINDS, RefusedError, cause_of, specs_of
from artextract_cli.utils.events import warn
from artextract_cli.utils.stdout import prints_to_stderr

MAX_LISTED_NAMES = 8  # plugin names in one message, so that it stays readable
LIMIT_VARIABLE = "ARTEXTRACT_PLUGINS"

# Commands of artextract itself; plugins cannot use these names.
OWN_COMMANDS = frozenset(
    {
        *(
            "adapt",
            "cluster",
            "data",
            "demo",
            "evaluate",
            "examine",
            "export",
            "graph",
            "infer",
            "models",
            "plugins",
            "report",
            "train",
        ),
        "visualize",
    }
)


@dataclass
class PluginHost:
    """The plugins of this environment, by kind and name."""

    plugins: dict[tuple[str, str], Plugin] = field(default_factory=dict)
    broken: list[BrokenPlugin] = field(default_factory=list)

    def of_kind(self, kind: str) -> list[Plugin]:
        """All plugins of one kind, sorted by name."""
        return [plugin for (k, _), plugin in sorted(self.plugins.items()) if k == kind]

    def find(self, kind: str, name: str) -> Plugin:
        """Find the plugin of this kind and name.

        Raises
        ------
        UsageError
            If it is unknown; the message lists the plugins of that kind.
        """
        if (kind, name) not in self.plugins:
            names = enumerate_names(plugin.spec.name for plugin in self.of_kind(kind))
            msg = f"unknown plugin {name!r} of kind {kind}; choose from: {names}"
            raise UsageError(msg)
        return self.plugins[kind, name]

    def load(self, entry: PluginEntry, manager: pluggy.PluginManager) -> None:
        """Load the plugins of one entry point, or record why they cannot be used."""
        try:
            with prints_to_stderr():
                specs = specs_of(entry, manager)
            self._accept(specs, entry)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
            self.broken.append(
                BrokenPlugin(
                    entry_point=entry.name,
                    distribution=entry.distribution,
                    version=entry.version,
                    cause=cause_of(error),
                )
            )

    def owner_of(self, kind: str, name: str) -> str | None:
        """The distribution that already uses this name, if any."""
        if kind == Command.kind and name in OWN_COMMANDS:
            return HOME_DISTRIBUTION
        plugin = self.plugins.get((kind, name))
        return None if plugin is None else plugin.distribution

    def _accept(self, specs: Sequence[Spec], entry: PluginEntry) -> None:
        """Register all specs of an entry point, or none."""
        accepted: dict[tuple[str, str], Plugin] = {}
        for spec in specs:
            key = (spec.kind, spec.name)
            # A name may be claimed twice within one entry point too.
            if owner := entry.distribution if key in accepted else self.owner_of(*key):
                msg = (
                    f"{spec.kind} {spec.name!r} already belongs to {owner}; "
                    f"{entry.distribution} must choose another name"
                )
                raise RefusedError(msg)
            accepted[key] = Plugin(
                spec=spec, distribution=entry.distribution, version=entry.version
            )
        # Only here, so that a refused entry point leaves nothing behind.
        self.plugins |= accepted


def enumerate_names(names: Iterable[str]) -> str:
    """Join the first names for a message, with a hint how to list the others."""
    # One more than is shown reveals whether there are others.
    first = list(itertools.islice(names, MAX_LISTED_NAMES + 1))
    more = ", … (`artextract plugins list`)" if len(first) > MAX_LISTED_NAMES else ""
    return ", ".join(first[:MAX_LISTED_NAMES]) + more


def check_kind(kind: str) -> None:
    """Check that a kind of plugin exists.

    Raises
    ------
    UsageError
        If it is unknown; the message lists all kinds.
    """
    if kind not in KINDS:
        msg = f"unknown kind {kind!r}; choose from: {', '.join(KINDS)}"
        raise UsageError(msg)


# Importing all plugins takes time, and their warnings should appear once.
@functools.cache
def plugin_host() -> PluginHost:
    """Discover the plugins of this environment, once per process, and warn of broken ones."""
    host = _discover(_within_limit(installed_entries()))
    for broken in host.broken:
        warn(str(broken))
    return host


def list_plugins(kind: str | None = None) -> list[Plugin]:
    """List the plugins of this environment, built-in ones included.

    Parameters
    ----------
    kind
        "superpixels", "backbones", "objectives", "scorers", "importers", "loggers" or "commands";
        all if None.

    Returns
    -------
    list of Plugin
        Sorted by kind and name. Broken plugins cause a warning; `diagnosis` lists them.

    Raises
    ------
    UsageError
        If the kind is unknown.
    """
    if kind is not None:
        check_kind(kind)
    host = plugin_host()
    return [plugin for each in (KINDS if kind is None else [kind]) for plugin in host.of_kind(each)]


def discover(entry_points: Iterable[EntryPoint]) -> PluginHost:
    """Load every entry point guarded: built-in ones first, then by distribution."""
    return _discover(sorted(map(entry_of, entry_points), key=sort_key))


def _discover(entries: Iterable[PluginEntry]) -> PluginHost:
    host = PluginHost()
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    for entry in entries:
        host.load(entry, manager)
    return host


def _within_limit(entries: Iterable[PluginEntry]) -> list[PluginEntry]:
    """Entry points allowed by ``ARTEXTRACT_PLUGINS``; built-in ones are always included."""
    limit = os.environ.get(LIMIT_VARIABLE)
    if limit is None:
        return list(entries)
    allowed = {name.strip() for name in limit.split(",")}
    # Both names are accepted: users know the plugin or the package they installed.
    return [e for e in entries if e.is_built_in or allowed & {e.name, e.distribution}]
