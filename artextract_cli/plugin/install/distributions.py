"""Installed distributions: snapshots, names and requirements."""

import importlib.util
import json
import re
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from artextract_cli.plugin.entry_points import HOME_DISTRIBUTION, requirements


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A distribution as it lies on disk."""

    name: str  # as its authors write it
    version: str
    written_at: int  # ns; installed again it is another
    url: str | None  # where it came from, if not from an index
    is_folder: bool  # whether that is a project's folder, whose content may have changed since


Snapshot = Mapping[str, Installed]
"""All distributions by their normal names."""


def snapshot() -> dict[str, Installed]:
    """All distributions, as now on disk."""
    importlib.invalidate_caches()
    found: dict[str, Installed] = {}
    for distribution in importlib.metadata.distributions():
        try:
            name, version = distribution.metadata["Name"], distribution.version
        except (KeyError, TypeError, importlib.metadata.PackageNotFoundError):
            continue
        if name and version:
            found.setdefault(canonicalize_name(name), _installed(name, version, distribution))
    return found


def _installed(name: str, version: str, distribution: importlib.metadata.Distribution) -> Installed:
    source = json.loads(distribution.read_text("direct_url.json") or "{}")
    folder = getattr(distribution, "_path", None)
    return Installed(
        name=name,
        version=version,
        written_at=folder.stat().st_mtime_ns if isinstance(folder, Path) else 0,
        url=source.get("url"),
        is_folder="dir_info" in source,
    )


def canonicalize_name(name: str) -> str:
    """The name of a distribution as indices compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distribution_name(package: str) -> str:
    """The name in a requirement, of a project's folder or of a wheel: as good as can be told."""
    project = Path(package) / "pyproject.toml"
    if project.is_file():
        described = tomllib.loads(project.read_text(encoding="utf-8"))
        return str(described.get("project", {}).get("name", ""))
    if package.endswith(".whl"):
        return package.rpartition("/")[2].partition("-")[0].replace("_", "-")
    for mark in "=<>!~[@; ":
        package = package.partition(mark)[0]
    return package


@contextmanager
def constraints() -> Iterator[Path]:
    """A file that keeps artextract and all it needs at the versions that are installed."""
    lines = [
        f"{name}=={version}\n"
        for name, version in installed_dependencies(HOME_DISTRIBUTION).items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "constraints.txt")
        path.write_text("".join(lines), encoding="utf-8")
        yield path


def installed_dependencies(name: str) -> dict[str, str]:
    """Installed versions of a distribution and of all that it requires, straight or not."""
    found: dict[str, str] = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if canonicalize_name(current) in found:
            continue
        try:
            found[canonicalize_name(current)] = importlib.metadata.version(current)
        except importlib.metadata.PackageNotFoundError:
            continue
        waiting += [distribution_name(required) for required in requirements(current)]
    return found
