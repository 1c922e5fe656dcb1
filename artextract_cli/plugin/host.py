"""Finding plugins: list entry points, load each behind a guard, refuse what does not fit.

A broken plugin harms only itself: it becomes one warning with its distribution and cause.
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

MAX_LISTED_NAMES = 8  # of plugins in one sentence
LIMIT_VARIABLE = "ARTEXTRACT_PLUGINS"


# What `artextract` itself answers to; no plugin can take these names.
OWN_COMMANDS = frozenset(
    {
        *("adapt", "data", "demo", "evaluate", "graph", "infer", "plugins", "report", "train"),
        "visualize",
    }
)


@dataclass
class PluginHost:
    """The plugins of this environment, by kind and name."""

    plugins: dict[tuple[str, str], Plugin] = field(default_factory=dict)
    broken: list[BrokenPlugin] = field(default_factory=list)

    def of_kind(self, kind: str) -> list[Plugin]:
        """All plugins of one kind, by name."""
        return [plugin for (k, _), plugin in sorted(self.plugins.items()) if k == kind]

    def find(self, kind: str, name: str) -> Plugin:
        """The plugin of that kind and name.

        Raises
        ------
        UsageError
            If there is none; the sentence lists those there are.
        """
        if (kind, name) not in self.plugins:
            names = enumerate_names(plugin.spec.name for plugin in self.of_kind(kind))
            msg = f"there is no plugin {name!r} among the {kind}; choose from: {names}"
            raise UsageError(msg)
        return self.plugins[kind, name]

    def load(self, entry: PluginEntry, manager: pluggy.PluginManager) -> None:
        """Import what one entry point names and take over its specs, or note why not."""
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
        """The distribution that has this name already."""
        if kind == Command.kind and name in OWN_COMMANDS:
            return HOME_DISTRIBUTION
        plugin = self.plugins.get((kind, name))
        return None if plugin is None else plugin.distribution

    def _accept(self, specs: Sequence[Spec], entry: PluginEntry) -> None:
        """Take all specs of an entry point, or none."""
        taken: dict[tuple[str, str], Plugin] = {}
        for spec in specs:
            key = (spec.kind, spec.name)
            if owner := entry.distribution if key in taken else self.owner_of(*key):
                msg = (
                    f"{spec.kind} {spec.name!r} belongs to {owner} already; "
                    f"{entry.distribution} must choose another name"
                )
                raise RefusedError(msg)
            taken[key] = Plugin(spec=spec, distribution=entry.distribution, version=entry.version)
        self.plugins |= taken


def enumerate_names(names: Iterable[str]) -> str:
    """The first names of plugins in a sentence, and how to see the others."""
    first = list(itertools.islice(names, MAX_LISTED_NAMES + 1))
    more = ", … (`artextract plugins list`)" if len(first) > MAX_LISTED_NAMES else ""
    return ", ".join(first[:MAX_LISTED_NAMES]) + more


def check_kind(kind: str) -> None:
    """Refuse a kind of plugin that there is not.

    Raises
    ------
    UsageError
        The sentence lists those there are.
    """
    if kind not in KINDS:
        msg = f"there is no kind {kind!r}; choose from: {', '.join(KINDS)}"
        raise UsageError(msg)


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
        "superpixels", "backbones", "objectives", "scorers", "importers" or "commands"; all if None.

    Returns
    -------
    list of Plugin
        By kind and name. Those that cannot be loaded are warned of; `diagnosis` names them.

    Raises
    ------
    UsageError
        If there is no such kind.
    """
    if kind is not None:
        check_kind(kind)
    host = plugin_host()
    return [plugin for each in (KINDS if kind is None else [kind]) for plugin in host.of_kind(each)]


def discover(entry_points: Iterable[EntryPoint]) -> PluginHost:
    """Load every entry point behind a guard; our own come first, then by distribution."""
    return _discover(sorted(map(entry_of, entry_points), key=sort_key))


def _discover(entries: Iterable[PluginEntry]) -> PluginHost:
    host = PluginHost()
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    for entry in entries:
        host.load(entry, manager)
    return host


def _within_limit(entries: Iterable[PluginEntry]) -> list[PluginEntry]:
    """Those that ``ARTEXTRACT_PLUGINS`` names; built-ins always stay."""
    limit = os.environ.get(LIMIT_VARIABLE)
    if limit is None:
        return list(entries)
    allowed = {name.strip() for name in limit.split(",")}
    return [e for e in entries if e.is_built_in or allowed & {e.name, e.distribution}]
