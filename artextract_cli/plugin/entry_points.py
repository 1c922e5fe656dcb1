"""The entry points of plugins and who brought them, read without importing anything."""

import contextlib
import importlib.metadata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint
from typing import Any

GROUP = "artextract"
HOME_DISTRIBUTION = "artextract"


@dataclass(frozen=True, kw_only=True)
class PluginEntry:
    """An entry point of our group, or a list of them that cannot be read."""

    name: str
    value: str
    distribution: str
    version: str
    problem: str = ""  # why it cannot be used, where that is known already

    @property
    def module(self) -> str:
        """The module that it names."""
        return self.value.partition(":")[0].strip()

    @property
    def has_version(self) -> bool:
        """Whether its distribution has a name and a version."""
        return self.version != "?"

    @property
    def is_built_in(self) -> bool:
        """Whether it is built in."""
        return self.distribution == HOME_DISTRIBUTION

    def load(self) -> Any:
        """Import what it names."""
        return EntryPoint(self.name, self.value, GROUP).load()


def installed_entries() -> list[PluginEntry]:
    """Entry points of our group in this environment: our own first, then by distribution.

    `importlib.metadata.entry_points` would do, but for one damaged distribution it raises, and all
    others are lost.
    """
    # A distribution may lie on the path twice; Python imports the first.
    first: dict[tuple[str, str], PluginEntry] = {}
    for distribution in importlib.metadata.distributions():
        for entry in _entries_of(distribution):
            first.setdefault((entry.distribution, entry.name), entry)
    return sorted(first.values(), key=sort_key)


def sort_key(entry: PluginEntry) -> tuple[bool, str, str]:
    """Our own entry points come first, then those of others by distribution and name."""
    return not entry.is_built_in, entry.distribution, entry.name


def entry_of(entry_point: EntryPoint) -> PluginEntry:
    """Tell who brought an entry point; one without a distribution is being developed."""
    name, version, problem = "unknown", "?", ""
    if entry_point.dist is not None:
        name, version, problem = _owner(entry_point.dist)
    if not problem and EntryPoint.pattern.match(entry_point.value) is None:
        problem = f"its entry point {entry_point.value!r} names no module"
    return PluginEntry(
        name=entry_point.name,
        value=entry_point.value,
        distribution=name,
        version=version,
        problem=problem,
    )


def _entries_of(distribution: Distribution) -> Iterator[PluginEntry]:
    try:
        if f"[{GROUP}]" not in (distribution.read_text("entry_points.txt") or ""):
            return  # Most have nothing to do with us, and parsing takes time.
        points = list(distribution.entry_points.select(group=GROUP))
    except (TypeError, ValueError) as error:
        name, version, _ = _owner(distribution)
        problem = f"its entry_points.txt is damaged ({error}): install it again"
        yield PluginEntry(name="?", value="", distribution=name, version=version, problem=problem)
        return
    yield from map(entry_of, points)


def _owner(distribution: Distribution) -> tuple[str, str, str]:
    """Name and version of a distribution, and what is wrong with them."""
    with contextlib.suppress(KeyError, TypeError, importlib.metadata.PackageNotFoundError):
        if distribution.metadata["Name"] and distribution.version:
            return distribution.metadata["Name"], distribution.version, ""
    folder = getattr(distribution, "_path", "unknown")
    problem = f"its metadata has no name or no version: delete {folder} and install it again"
    return getattr(folder, "name", "unknown"), "?", problem


def requirements(distribution: str) -> list[str]:
    """What a distribution says it requires, without what its extras add."""
    try:
        required = importlib.metadata.requires(distribution) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    return [requirement for requirement in required if "extra ==" not in requirement]
