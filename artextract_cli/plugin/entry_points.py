"""The entry points of plugins and their distributions, read without importing anything."""

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
    """An entry point in the group ``artextract``, or an unreadable list of entry points."""

    name: str
    value: str
    distribution: str
    version: str
    problem: str = ""  # why it cannot be used, if already known

    @property
    def module(self) -> str:
        """The module that the entry point names."""
        return self.value.partition(":")[0].strip()

    @property
    def has_version(self) -> bool:
        """Whether its distribution has a name and a version."""
        return self.version != "?"

    @property
    def is_built_in(self) -> bool:
        """Whether it belongs to artextract itself."""
        return self.distribution == HOME_DISTRIBUTION

    def load(self) -> Any:
        """Import the object that the entry point names."""
        return EntryPoint(self.name, self.value, GROUP).load()


def installed_entries() -> list[PluginEntry]:
    """Entry points of plugins in this environment: built-in ones first, then by distribution.

    Unlike `importlib.metadata.entry_points`, one damaged distribution does not hide all others.
    """
    # A distribution may be on the path twice; Python imports the first.
    first: dict[tuple[str, str], PluginEntry] = {}
    for distribution in importlib.metadata.distributions():
        for entry in _entries_of(distribution):
            first.setdefault((entry.distribution, entry.name), entry)
    return sorted(first.values(), key=sort_key)


def sort_key(entry: PluginEntry) -> tuple[bool, str, str]:
    """Sort built-in entry points first, then others by distribution and name."""
    return not entry.is_built_in, entry.distribution, entry.name


def entry_of(entry_point: EntryPoint) -> PluginEntry:
    """Describe an entry point and its distribution; without one, it is under development."""
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
            return  # Most distributions have no plugins, and parsing takes time.
        points = list(distribution.entry_points.select(group=GROUP))
    except (TypeError, ValueError) as error:
        name, version, _ = _owner(distribution)
        problem = f"its entry_points.txt is damaged ({error}): reinstall it"
        yield PluginEntry(name="?", value="", distribution=name, version=version, problem=problem)
        return
    yield from map(entry_of, points)


def _owner(distribution: Distribution) -> tuple[str, str, str]:
    """Name and version of a distribution, and the problem with them, if any."""
    # What importlib.metadata raises for metadata that are missing, empty or cut short. Dask imports
    # its backport, which then finds all distributions and raises FileNotFoundError.
    with contextlib.suppress(KeyError, TypeError, OSError, importlib.metadata.PackageNotFoundError):
        if distribution.metadata["Name"] and distribution.version:
            return distribution.metadata["Name"], distribution.version, ""
    # The only hint at which files to delete; private, and absent from distributions of other
    # finders.
    folder = getattr(distribution, "_path", "unknown")
    problem = f"its metadata has no name or no version: delete {folder} and reinstall it"
    return getattr(folder, "name", "unknown"), "?", problem


def requirements(distribution: str) -> list[str]:
    """Requirements of a distribution, without those of its extras."""
    try:
        required = importlib.metadata.requires(distribution) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    # Extras are optional: that they are missing is not why a plugin fails.
    return [requirement for requirement in required if "extra ==" not in requirement]
