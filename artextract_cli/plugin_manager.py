"""Finding plugins: list entry points, load each behind a guard, refuse what does not fit.

A broken plugin harms only itself: it becomes one warning with its distribution and cause.
"""

import contextlib
import functools
import inspect
import itertools
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from typing import Any

import pluggy

from artextract_cli import hookspecs
from artextract_cli.console import prints_aside, warn
from artextract_cli.contract import (
    API_VERSION,
    Backbone,
    Command,
    Importer,
    Objective,
    Scorer,
    Spec,
    SuperpixelMethod,
)
from artextract_cli.errors import ArtextractError, DependencyError, UsageError
from artextract_cli.plugin_entries import (
    GROUP,
    HOME_DISTRIBUTION,
    PluginEntry,
    entry_of,
    installed_entries,
    order,
    requirements,
)
from artextract_cli.plugin_options import options_problem
from artextract_cli.plugin_source import stated_api_version

MOST_NAMES = 8  # of plugins in one sentence
LIMIT_VARIABLE = "ARTEXTRACT_PLUGINS"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")  # of a plugin: it can be typed
KINDS: dict[str, type[Spec]] = {
    spec.kind: spec for spec in (SuperpixelMethod, Backbone, Objective, Scorer, Importer, Command)
}

_HOOKS = {f"{GROUP}_{kind}": spec for kind, spec in KINDS.items()}
_SPEC_NAMES = frozenset(spec.__name__ for spec in KINDS.values())

# What `artextract` itself answers to; no plugin can take these names.
OWN_COMMANDS = frozenset(
    {
        *("adapt", "data", "demo", "evaluate", "graph", "infer", "plugins", "report", "train"),
        "visualize",
    }
)


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """A spec together with who brought it."""

    spec: Spec
    distribution: str
    version: str

    @property
    def origin(self) -> dict[str, str]:
        """What artefacts record about the plugin that made them."""
        return {
            "name": self.spec.name,
            "distribution": self.distribution,
            "version": self.version,
        }

    def load(self) -> Any:
        """What the spec loads.

        Raises
        ------
        DependencyError
            If it cannot be loaded.
        """
        with self.running("cannot be loaded"):
            try:
                return self.spec.load()
            except OSError as error:  # of a library that is missing, not of a file of the user's
                raise ImportError(str(error)) from error

    @contextlib.contextmanager
    def running(self, fails: str = "failed") -> Iterator[None]:
        """Run the plugin's code: what it prints does not mix with results.

        Raises
        ------
        DependencyError
            For whatever it raises but errors of ours, which are its own words to the user, and what
            the system refuses.
        """
        try:
            with prints_aside():
                yield
        except (ArtextractError, MemoryError, OSError):
            raise
        except (Exception, SystemExit) as error:
            if _is_out_of_memory(error):
                raise MemoryError(str(error)) from error
            msg = (
                f"{self.spec.kind} {self.spec.name!r} of {self.distribution} {self.version} "
                f"{fails} ({type(error).__name__}: {error}): {_advice(error, self.distribution)}"
            )
            raise DependencyError(msg) from error


@dataclass(frozen=True, kw_only=True)
class BrokenPlugin:
    """An entry point that could not be used, and why."""

    entry_point: str
    distribution: str
    version: str
    cause: str

    def __str__(self) -> str:
        return (
            f"plugin {self.entry_point!r} of {self.distribution} {self.version} "
            f"is left out: {self.cause}"
        )


class _RefusedError(Exception):
    """Why a plugin was not taken."""


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
            names = some(plugin.spec.name for plugin in self.of_kind(kind))
            msg = f"there is no plugin {name!r} among the {kind}; choose from: {names}"
            raise UsageError(msg)
        return self.plugins[kind, name]

    def load(self, entry: PluginEntry, manager: pluggy.PluginManager) -> None:
        """Import what one entry point names and take over its specs, or note why not."""
        try:
            with prints_aside():
                specs = _specs_of(entry, manager)
            self._accept(specs, entry)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
            self.broken.append(
                BrokenPlugin(
                    entry_point=entry.name,
                    distribution=entry.distribution,
                    version=entry.version,
                    cause=_cause(error),
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
                raise _RefusedError(msg)
            taken[key] = Plugin(spec=spec, distribution=entry.distribution, version=entry.version)
        self.plugins |= taken


def some(names: Iterable[str]) -> str:
    """The first names of plugins in a sentence, and how to see the others."""
    first = list(itertools.islice(names, MOST_NAMES + 1))
    more = ", … (`artextract plugins list`)" if len(first) > MOST_NAMES else ""
    return ", ".join(first[:MOST_NAMES]) + more


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


def discover(entry_points: Iterable[EntryPoint]) -> PluginHost:
    """Load every entry point behind a guard; our own come first, then by distribution."""
    return _discover(sorted(map(entry_of, entry_points), key=order))


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
    return [e for e in entries if e.is_ours or allowed & {e.name, e.distribution}]


def _advice(error: BaseException, distribution: str) -> str:
    if not isinstance(error, ImportError):
        return "report it to its authors"
    required = ", ".join(requirements(distribution))
    told = f" ({required})" if required else ""
    return f"install {distribution} and what it needs{told} anew"


def _is_out_of_memory(error: BaseException) -> bool:
    """Whether this is how torch says that memory is short; torch need not be imported."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(error, torch.OutOfMemoryError)


def _cause(error: BaseException) -> str:
    """Why a plugin is left out, in one line."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - an error of a plugin may fail to tell what it is
        text = ""
    if not isinstance(error, _RefusedError):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return " ".join(text.split())


def _specs_of(entry: PluginEntry, manager: pluggy.PluginManager) -> list[Spec]:
    if entry.problem:
        raise _RefusedError(entry.problem)
    stated = stated_api_version(entry.module, _SPEC_NAMES)
    if stated is not None:
        _check_api(stated)
    module = entry.load()
    hooks = _hooks_of(module, manager)
    manager.register(module, name=f"{entry.distribution}:{entry.name}")
    specs = [
        _checked_spec(spec, hook) for hook in hooks for spec in _as_list(getattr(module, hook)())
    ]
    if not specs:
        msg = f"its hooks return no spec: {', '.join(hooks)}"
        raise _RefusedError(msg)
    return specs


def _hooks_of(module: Any, manager: pluggy.PluginManager) -> list[str]:
    """Names of the hooks that a module implements, each of them known and marked."""
    hooks = [name for name in dir(module) if manager.parse_hookimpl_opts(module, name) is not None]
    for name in hooks:
        if name not in _HOOKS:
            msg = f"it implements an unknown hook {name!r}; the hooks are: {', '.join(_HOOKS)}"
            raise _RefusedError(msg)
    for name in dir(module):
        is_meant = name.startswith(f"{GROUP}_") and inspect.isroutine(getattr(module, name, None))
        if is_meant and name not in hooks:
            msg = f"its function {name} is not marked as a hook: put @hookimpl above it"
            raise _RefusedError(msg)
    if not hooks:
        msg = f"it implements no hook: one of {', '.join(_HOOKS)}, under @hookimpl"
        raise _RefusedError(msg)
    return hooks


def _as_list(answer: Any) -> list[Any]:
    return list(answer) if isinstance(answer, list | tuple) else [answer]


def _checked_spec(spec: Any, hook: str) -> Spec:
    expected = _HOOKS[hook]
    if not isinstance(spec, expected):
        msg = f"its hook {hook} returned {type(spec).__name__}, not {expected.__name__}"
        raise _RefusedError(msg)
    _check_api(spec.api_version)
    if not isinstance(spec.name, str) or NAME.fullmatch(spec.name) is None:
        msg = f"the name {spec.name!r} is not of lower-case letters, digits and single hyphens"
        raise _RefusedError(msg)
    if not isinstance(spec.summary, str) or not spec.summary.strip():
        msg = f"{spec.name} has no summary: say in one sentence what it does"
        raise _RefusedError(msg)
    if not callable(spec.load):
        msg = f"load of {spec.name} is {type(spec.load).__name__}, not a function"
        raise _RefusedError(msg)
    if problem := options_problem(spec.options):
        msg = f"the options of {spec.name} cannot be used: {problem}"
        raise _RefusedError(msg)
    return spec


def _check_api(version: Any) -> None:
    if type(version) is not int:
        msg = f"its api_version is {version!r}, not an integer"
        raise _RefusedError(msg)
    if version != API_VERSION:
        side = "the plugin" if version < API_VERSION else "artextract"
        msg = f"it is written for API {version}, this is API {API_VERSION}: update {side}"
        raise _RefusedError(msg)
