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
    """An installed distribution."""

    name: str  # as spelt in its metadata
    version: str
    written_at: int  # time in ns; changes with every installation
    url: str | None  # source, if not a package index
    is_folder: bool  # whether the source is a project folder, which may have changed since


Snapshot = Mapping[str, Installed]
"""All distributions by their canonical names."""


def snapshot() -> dict[str, Installed]:
    """All distributions that are now installed."""
    # A tool has installed files behind the back of this process, whose finders cache folder
    # listings.
    importlib.invalidate_caches()
    by_name: dict[str, Installed] = {}
    for distribution in importlib.metadata.distributions():
        try:
            name, version = distribution.metadata["Name"], distribution.version
        except (KeyError, TypeError, OSError, importlib.metadata.PackageNotFoundError):
            continue
        if name and version:
            # A distribution may be on the path twice; Python imports the first.
            by_name.setdefault(canonicalize_name(name), _installed(name, version, distribution))
    return by_name


def _installed(name: str, version: str, distribution: importlib.metadata.Distribution) -> Installed:
    # Only what was not installed from an index has this file (PEP 610).
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
    """The name of a distribution in canonical form (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distribution_name(package: str) -> str:
    """Name of the distribution of a requirement, project folder or wheel, as far as evident."""
    project = Path(package) / "pyproject.toml"
    if project.is_file():
        metadata = tomllib.loads(project.read_text(encoding="utf-8"))
        return str(metadata.get("project", {}).get("name", ""))
    if package.endswith(".whl"):
        # The first part of a wheel's name, in which hyphens became underscores (binary distribution
        # format, PEP 427).
        return Path(package).name.partition("-")[0].replace("_", "-")
    # What may follow the name in a requirement (PEP 508).
    for mark in "=<>!~[@; ":
        package = package.partition(mark)[0]
    return package


@contextmanager
def constraints() -> Iterator[Path]:
    """Yield a constraints file with the installed versions of artextract and its dependencies."""
    versions = installed_dependencies(HOME_DISTRIBUTION)
    lines = [f"{name}=={version}\n" for name, version in versions.items()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "constraints.txt")
        path.write_text("".join(lines), encoding="utf-8", newline="\n")
        yield path


def installed_dependencies(name: str) -> dict[str, str]:
    """Installed versions of a distribution and its direct and indirect requirements."""
    versions: dict[str, str] = {}
    # A loop instead of recursion: requirements may be circular.
    pending = [name]
    while pending:
        current = pending.pop()
        if canonicalize_name(current) in versions:
            continue
        try:
            versions[canonicalize_name(current)] = importlib.metadata.version(current)
        except importlib.metadata.PackageNotFoundError:
            continue
        pending += [distribution_name(required) for required in requirements(current)]
    return versions
