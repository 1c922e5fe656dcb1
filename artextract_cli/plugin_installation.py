"""Installing plugins into the environment that artextract runs in, by the tool that made it.

An environment of uv, uv tool or pipx is changed by that tool, so that it knows what it holds; any
other by pip. What is installed is tried in a process of its own, and taken out again if it does not
work.
"""

import importlib
import importlib.metadata
import importlib.util
import json
import re
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artextract_cli.console import talk
from artextract_cli.errors import ArtextractError, DependencyError, UsageError
from artextract_cli.plugin_entries import GROUP, HOME_DISTRIBUTION

Versions = Mapping[str, str]
"""The version of each distribution that brings plugins, by its name."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Where artextract is installed, and what installs there."""

    prefix: Path
    python: Path
    has_pip: bool
    is_managed: bool  # by the operating system, which forbids others to install there

    @classmethod
    def current(cls) -> "Environment":
        """That of this process."""
        is_virtual = sys.prefix != sys.base_prefix
        marker = Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
        return cls(
            prefix=Path(sys.prefix),
            python=Path(sys.executable),
            has_pip=importlib.util.find_spec("pip") is not None,
            is_managed=not is_virtual and marker.exists(),
        )

    def install_command(self, package: str, constraints: Path | None = None) -> list[str]:
        """The command that installs ``package``.

        Raises
        ------
        UsageError
            If the operating system forbids it; the sentence says what to do instead.
        """
        if self.is_managed:
            msg = (
                f"{self.python} belongs to the operating system, which forbids to install there: "
                "make an environment with 'python3 -m venv ENV' and 'ENV/bin/pip install "
                f"artextract {package}'"
            )
            raise UsageError(msg)
        if (self.prefix / "uv-receipt.toml").is_file():
            kept = [f"--with={known}" for known in self._kept_by_uv() if known != package]
            return ["uv", "tool", "install", HOME_DISTRIBUTION, *kept, f"--with={package}"]
        if (self.prefix / "pipx_metadata.json").is_file():
            return ["pipx", "inject", self.prefix.name, package]
        limits = [] if constraints is None else ["--constraint", str(constraints)]
        return [*self._installer("install"), *limits, package]

    def uninstall_command(self, distribution: str) -> list[str]:
        """The command that takes a distribution out."""
        if (self.prefix / "uv-receipt.toml").is_file():
            kept = [f"--with={known}" for known in self._kept_by_uv() if known != distribution]
            return ["uv", "tool", "install", HOME_DISTRIBUTION, *kept]
        if (self.prefix / "pipx_metadata.json").is_file():
            return ["pipx", "uninject", self.prefix.name, distribution]
        made = self._installer("uninstall")
        return [*made, *(["--yes"] if self.has_pip else []), distribution]

    def _installer(self, verb: str) -> list[str]:
        if self.has_pip:
            return [str(self.python), "-m", "pip", verb]
        return ["uv", "pip", verb, "--python", str(self.python)]

    def _kept_by_uv(self) -> list[str]:
        receipt = tomllib.loads((self.prefix / "uv-receipt.toml").read_text(encoding="utf-8"))
        required = receipt.get("tool", {}).get("requirements", [])
        return [r["name"] for r in required if r["name"] != HOME_DISTRIBUTION]


def wanted(package: str) -> str:
    """What to install: a project's folder by its whole path, which no tool takes for a name."""
    is_project = Path(package, "pyproject.toml").is_file()
    return str(Path(package).resolve()) if is_project else package


def install(package: str, command: Sequence[str], before: Versions) -> list[dict[str, Any]]:
    """Run ``command`` and return what the plugins it brought tell of themselves.

    Raises
    ------
    ArtextractError
        If the command fails.
    DependencyError
        If what it installed is no plugin, or does not load.
    """
    _run(command)
    after = plugin_distributions()
    new = {name for name, version in after.items() if before.get(name) != version}
    # The same version again brings no new one: then whatever the package is called counts.
    named = normal(distribution_named(package))
    new = new or {name for name in after if normal(name) == named}
    if not new:
        msg = f"{package} is installed, but brings no plugin (no entry point in the group {GROUP})"
        raise DependencyError(msg)
    listed = _listed()
    broken = [b for b in listed["broken"] if b["distribution"] in new]
    if broken:
        msg = f"{broken[0]['distribution']} does not load: {broken[0]['cause']}"
        raise DependencyError(msg)
    return [plugin for plugin in listed["plugins"] if plugin["distribution"] in new]


def roll_back(environment: Environment, before: Versions) -> None:
    """Take out what was installed since, or bring back the version that was there."""
    for name, version in plugin_distributions().items():
        if name not in before:
            _run(environment.uninstall_command(name))
        elif before[name] != version:
            _run(environment.install_command(f"{name}=={before[name]}"))


def uninstall(environment: Environment, distribution: str) -> None:
    """Take a distribution out."""
    _run(environment.uninstall_command(distribution))


def owner_of(name: str) -> str:
    """The distribution of that name, or that brings a plugin or an entry point of that name.

    Raises
    ------
    UsageError
        If there is none, or it is artextract itself.
    """
    points = list(importlib.metadata.entry_points(group=GROUP))
    wanted = normal(name)
    owners = {p.dist.name for p in points if p.dist and wanted in (p.name, normal(p.dist.name))}
    owners = owners or {p["distribution"] for p in _listed()["plugins"] if p["name"] == name}
    others = sorted(owners - {HOME_DISTRIBUTION})
    if not others:
        installed = ", ".join(sorted(plugin_distributions().keys() - {HOME_DISTRIBUTION}))
        which = "is built in" if owners else "is no installed plugin"
        msg = f"{name!r} {which}; those that can be taken out are: {installed or 'none'}"
        raise UsageError(msg)
    return others[0]


def plugin_distributions() -> dict[str, str]:
    """Name and version of every distribution with an entry point of ours, as now on disk."""
    importlib.invalidate_caches()
    points = importlib.metadata.entry_points(group=GROUP)
    return {point.dist.name: point.dist.version for point in points if point.dist is not None}


def normal(name: str) -> str:
    """The name of a distribution as indices compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distribution_named(package: str) -> str:
    """The name in a requirement, of a project's folder or of a wheel: as good as can be told."""
    project = Path(package) / "pyproject.toml"
    if project.is_file():
        described = tomllib.loads(project.read_text(encoding="utf-8"))
        return str(described.get("project", {}).get("name", ""))
    if package.endswith(".whl"):
        return Path(package).name.partition("-")[0].replace("_", "-")
    for mark in "=<>!~[@; ":
        package = package.partition(mark)[0]
    return package


@contextmanager
def constraints() -> Iterator[Path]:
    """A file that keeps artextract and all it needs at the versions that are installed."""
    lines = [f"{name}=={version}\n" for name, version in _needed(HOME_DISTRIBUTION).items()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "constraints.txt")
        path.write_text("".join(lines), encoding="utf-8")
        yield path


def _needed(name: str) -> dict[str, str]:
    """Installed versions of a distribution and of all that it requires, straight or not."""
    found: dict[str, str] = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if normal(current) in found:
            continue
        try:
            distribution = importlib.metadata.distribution(current)
        except importlib.metadata.PackageNotFoundError:
            continue
        found[normal(current)] = distribution.version
        required = distribution.requires or []
        waiting += [distribution_named(r) for r in required if "extra ==" not in r]
    return found


def _run(command: Sequence[str]) -> None:
    talk(f"$ {' '.join(command)}")
    try:
        ran = subprocess.run(command, stdout=sys.stderr, check=False)
    except FileNotFoundError as error:
        msg = f"{command[0]} is not there, which manages this environment: install it first"
        raise DependencyError(msg) from error
    if ran.returncode:
        msg = f"'{' '.join(command)}' failed (exit code {ran.returncode}); why is said above"
        raise ArtextractError(msg)


def _listed() -> dict[str, Any]:
    """What ``artextract plugins list`` says in a process of its own."""
    command = [sys.executable, "-m", "artextract_cli", "--json", "plugins", "list"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        msg = f"artextract does not start any more: {ran.stderr.strip()[-400:]}"
        raise DependencyError(msg)
    listed: dict[str, Any] = json.loads(ran.stdout)
    return listed
