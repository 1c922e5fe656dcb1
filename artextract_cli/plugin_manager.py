"""Finding plugins: list entry points, load each behind a guard, refuse what does not fit.

A broken plugin harms only itself: it becomes one warning with its distribution and cause.
"""

import ast
import contextlib
import dataclasses
import functools
import importlib.metadata
import importlib.util
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
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

GROUP = "artextract"
LIMIT_VARIABLE = "ARTEXTRACT_PLUGINS"
HOME_DISTRIBUTION = "artextract"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")  # of a plugin: it can be typed
KINDS: dict[str, type[Spec]] = {
    spec.kind: spec for spec in (SuperpixelMethod, Backbone, Objective, Scorer, Importer, Command)
}

# What `artextract` itself answers to; no plugin can take these names.
OWN_COMMANDS = frozenset(
    {"data", "demo", "evaluate", "graph", "infer", "plugins", "report", "train", "visualize"}
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
            names = ", ".join(plugin.spec.name for plugin in self.of_kind(kind))
            msg = f"there is no plugin {name!r} among the {kind}; choose from: {names}"
            raise UsageError(msg)
        return self.plugins[kind, name]

    def load(self, entry_point: EntryPoint, manager: pluggy.PluginManager) -> None:
        """Import one entry point and take over its specs, or note why not."""
        distribution, version = _owner(entry_point)
        try:
            with prints_aside():
                specs = _specs_of(entry_point, manager)
            self._accept(specs, distribution, version)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything
            cause = (
                str(error)
                if isinstance(error, _RefusedError)
                else f"{type(error).__name__}: {error}"
            )
            self.broken.append(
                BrokenPlugin(
                    entry_point=entry_point.name,
                    distribution=distribution,
                    version=version,
                    cause=" ".join(cause.split()),
                )
            )

    def _owner_of(self, spec: Spec) -> str | None:
        """The distribution that has the name of ``spec`` already."""
        if spec.kind == Command.kind and spec.name in OWN_COMMANDS:
            return HOME_DISTRIBUTION
        plugin = self.plugins.get((spec.kind, spec.name))
        return None if plugin is None else plugin.distribution

    def _accept(self, specs: Sequence[Spec], distribution: str, version: str) -> None:
        for spec in specs:
            if owner := self._owner_of(spec):
                msg = (
                    f"{spec.kind} {spec.name!r} belongs to {owner} already; "
                    f"{distribution} must choose another name"
                )
                raise _RefusedError(msg)
        for spec in specs:
            self.plugins[spec.kind, spec.name] = Plugin(
                spec=spec, distribution=distribution, version=version
            )


@functools.cache
def plugin_host() -> PluginHost:
    """Discover the plugins of this environment, once per process, and warn of broken ones."""
    host = discover(_entry_points())
    for broken in host.broken:
        warn(str(broken))
    return host


def discover(entry_points: Iterable[EntryPoint]) -> PluginHost:
    """Load every entry point behind a guard; our own come first, then by distribution."""
    host = PluginHost()
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    for entry_point in sorted(entry_points, key=_order):
        host.load(entry_point, manager)
    return host


def _entry_points() -> list[EntryPoint]:
    """Entry points without doubles, limited by ``ARTEXTRACT_PLUGINS`` (built-ins always stay)."""
    unique = {(_owner(e)[0], e.name): e for e in importlib.metadata.entry_points(group=GROUP)}
    limit = os.environ.get(LIMIT_VARIABLE)
    if limit is None:
        return list(unique.values())
    allowed = {name.strip() for name in limit.split(",")}
    return [
        entry_point
        for (distribution, name), entry_point in unique.items()
        if distribution == HOME_DISTRIBUTION or name in allowed or distribution in allowed
    ]


def _owner(entry_point: EntryPoint) -> tuple[str, str]:
    dist = entry_point.dist
    return ("unknown", "?") if dist is None else (dist.name, dist.version)


def _order(entry_point: EntryPoint) -> tuple[bool, str, str]:
    distribution, _ = _owner(entry_point)
    return distribution != HOME_DISTRIBUTION, distribution, entry_point.name


def _advice(error: BaseException, distribution: str) -> str:
    if isinstance(error, ImportError):
        return f"install {distribution} and what it needs anew"
    return "report it to its authors"


def _specs_of(entry_point: EntryPoint, manager: pluggy.PluginManager) -> list[Spec]:
    _check_api(_stated_api(entry_point))
    module = entry_point.load()
    hooks = [name for name in dir(module) if manager.parse_hookimpl_opts(module, name) is not None]
    known = {f"artextract_{kind}": spec_type for kind, spec_type in KINDS.items()}
    if not hooks:
        msg = f"it implements no hook: one of {', '.join(known)}, under @hookimpl"
        raise _RefusedError(msg)
    for name in hooks:
        if name not in known:
            msg = f"it implements an unknown hook {name!r}; the hooks are: {', '.join(known)}"
            raise _RefusedError(msg)
    manager.register(module, name=f"{_owner(entry_point)[0]}:{entry_point.name}")
    return [
        _checked_spec(spec, known[name])
        for name in hooks
        for spec in _as_list(getattr(module, name)())
    ]


def _as_list(answer: Any) -> list[Any]:
    return list(answer) if isinstance(answer, list | tuple) else [answer]


def _checked_spec(spec: Any, expected: type[Spec]) -> Spec:
    if not isinstance(spec, expected):
        msg = f"its hook returned {type(spec).__name__}, not {expected.__name__}"
        raise _RefusedError(msg)
    _check_api(spec.api_version)
    if not NAME.fullmatch(str(spec.name)):
        msg = f"the name {spec.name!r} is not of lower-case letters, digits and single hyphens"
        raise _RefusedError(msg)
    for option in dataclasses.fields(_dataclass(spec)):
        if option.default is dataclasses.MISSING:
            msg = f"option {option.name!r} of {spec.name} has no default"
            raise _RefusedError(msg)
    return spec


def _dataclass(spec: Spec) -> type:
    if not (isinstance(spec.options, type) and dataclasses.is_dataclass(spec.options)):
        msg = f"the options of {spec.name} are no dataclass"
        raise _RefusedError(msg)
    return spec.options


def _check_api(version: Any) -> None:
    if version != API_VERSION:
        is_older = isinstance(version, int) and version < API_VERSION
        side = "the plugin" if is_older else "artextract"
        msg = f"it is written for API {version}, this is API {API_VERSION}: update {side}"
        raise _RefusedError(msg)


def _source(module: str) -> bytes:
    """The source of a module that is not imported, nor what it lies in; nothing if unknown."""
    package, *below = module.split(".")
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return b""
    places = [Path(spec.origin)]
    if below:
        place = Path(spec.origin).parent.joinpath(*below)
        places = [place.with_suffix(".py"), place / "__init__.py"]
    return next((p.read_bytes() for p in places if p.suffix == ".py" and p.is_file()), b"")


def _stated_api(entry_point: EntryPoint) -> int:
    """The API version that a plugin's source states, read without running any of it.

    It is a number given as ``api_version`` in a call; this API where there is none, or no source.
    """
    source = _source(entry_point.module)
    if b"api_version" not in source:
        return API_VERSION
    stated = [
        int(str(keyword.value.value))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "api_version"
        and isinstance(keyword.value, ast.Constant)
        and isinstance(keyword.value.value, int)
    ]
    return next((version for version in stated if version != API_VERSION), API_VERSION)
