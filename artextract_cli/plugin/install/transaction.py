"""Installing plugins into the environment that artextract runs in, by the tool that made it.

An environment of uv, uv tool or pipx is changed by that tool, so that it knows what it holds; any
other by pip. What is installed is tried in a process of its own, and taken out again if it does not
work.
"""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from artextract_cli.errors import DependencyError, InputError, UsageError
from artextract_cli.plugin.entry_points import (
    GROUP,
    HOME_DISTRIBUTION,
    installed_entries,
)
from artextract_cli.plugin.host import LIMIT_VARIABLE, enumerate_names
from artextract_cli.plugin.install.distributions import (
    Installed,
    Snapshot,
    canonicalize_name,
    distribution_name,
    installed_dependencies,
    snapshot,
)
from artextract_cli.plugin.install.environment import Environment
from artextract_cli.utils.events import inform

TIMEOUT_S = 120  # seconds until a plugin is loaded, which takes a few with torch

# Loads the plugins of the distributions that are named, and tells in its last line why not.
LOAD_ALL = """
import sys
from artextract_cli.errors import DependencyError
from artextract_cli.plugin.host import plugin_host
for plugin in plugin_host().plugins.values():
    if plugin.distribution in sys.argv[1:]:
        try:
            plugin.load()
        except DependencyError as error:
            sys.exit(" ".join(str(error).split()))
"""


def resolve_requirement(package: str) -> str:
    """What to install: a file or a project's folder by its whole path, else as it is.

    Raises
    ------
    InputError
        For a folder that is no project: an index may know another thing of that name.
    """
    path = Path(package)
    is_project = any((path / name).is_file() for name in ("pyproject.toml", "setup.py"))
    if path.is_dir() and not is_project:
        msg = f"there is no pyproject.toml in {path}: name a project's folder"
        raise InputError(msg)
    return str(path.resolve()) if is_project or path.is_file() else package


def install(
    environment: Environment, package: str, limits: Path, before: Snapshot
) -> list[dict[str, Any]]:
    """Install ``package`` within ``limits`` and return what its plugins tell of themselves.

    Raises
    ------
    DependencyError
        If it cannot be installed, is no plugin, or does not load.
    """
    try:
        if (rehearsal := environment.dry_run_command(package, limits)) is not None:
            _run(rehearsal)
        _run(environment.install_command(package, limits), environment.variables(limits))
    except DependencyError as error:
        msg = (
            f"{error}. artextract and what it needs stay at their versions: a plugin that asks for "
            "others cannot be installed beside them"
        )
        raise DependencyError(msg) from error
    _check_kept(before)
    return _brought(package, before)


def _check_kept(before: Snapshot) -> None:
    """Refuse another version of artextract or of what it needs."""
    after = snapshot()
    for name, version in installed_dependencies(HOME_DISTRIBUTION).items():
        if name in before and before[name].version != version:
            msg = f"{after[name].name} {before[name].version} has become {version}"
            raise DependencyError(msg)


def _brought(package: str, before: Snapshot) -> list[dict[str, Any]]:
    """What the plugins of a package tell that was installed just now."""
    named = canonicalize_name(distribution_name(package))
    new = {name for name, found in snapshot().items() if before.get(name) != found} | {named}
    owners = {entry.distribution for entry in installed_entries() if not entry.is_built_in}
    owners = {owner for owner in owners if canonicalize_name(owner) in new}
    if not owners:
        msg = f"{package} is installed, but brings no plugin (no entry point in the group {GROUP})"
        raise DependencyError(msg)
    listed = _listed()
    for broken in listed["broken"]:
        if broken["distribution"] in owners:
            msg = f"{broken['distribution']} does not load: {broken['cause']}"
            raise DependencyError(msg)
    _child("-c", LOAD_ALL, *owners)
    return [plugin for plugin in listed["plugins"] if plugin["distribution"] in owners]


def is_changed(before: Snapshot) -> bool:
    """Whether anything was installed since."""
    return snapshot() != before


def roll_back(environment: Environment, package: str, before: Snapshot) -> str:
    """Take out what was installed since, bring back what was there, and say what was done."""
    after = snapshot()
    new = [found for name, found in after.items() if name not in before]
    if environment.is_managed_by_tool:
        new = _asked_for(package, new)
    names = [found.name for found in new]
    if names:
        _run(environment.uninstall_command(names))
    told = [f"{', '.join(names)} taken out again"] if names else []
    for name, found in before.items():
        if after.get(name) not in (None, found):
            told.append(_bring_back(environment, found))
    return "; ".join(told)


def _asked_for(package: str, new: Sequence[Installed]) -> list[Installed]:
    """The distribution of a package among those that came; of an address it tells its own."""
    named = canonicalize_name(distribution_name(package))
    return (
        [found for found in new if canonicalize_name(found.name) == named]
        or [found for found in new if found.url is not None]
        or list(new[:1])
    )


def _bring_back(environment: Environment, found: Installed) -> str:
    who = f"{found.name} {found.version}"
    if found.is_folder:
        return f"{who} came from {found.url}, and stays as that is now"
    source = f"{found.name}=={found.version}" if found.url is None else found.url
    try:
        _run(environment.install_command(source))
    except DependencyError:
        return f"{who} could not be brought back: install it again"
    return f"{who} is back"


def uninstall(environment: Environment, distribution: str) -> None:
    """Take a distribution out."""
    _run(environment.uninstall_command([distribution]))


def owner_of(name: str) -> str:
    """The distribution of that name, or that brings a plugin or an entry point of that name.

    Raises
    ------
    UsageError
        If there is none or more than one, or it is artextract itself.
    DependencyError
        If it is damaged, so that no tool can take it out.
    """
    entries = installed_entries()
    known = {entry.distribution for entry in entries if not entry.is_built_in}
    found = [
        e
        for e in entries
        if name == e.name or canonicalize_name(name) == canonicalize_name(e.distribution)
    ]
    owners = {entry.distribution for entry in found}
    owners = owners or {p["distribution"] for p in _listed()["plugins"] if p["name"] == name}
    others = sorted(owners - {HOME_DISTRIBUTION})
    if len(others) != 1:
        which = "is built in" if owners else "is no installed plugin"
        which = f"is of {' and of '.join(others)}: name one" if others else which
        listed = enumerate_names(sorted(known)) or "none"
        msg = f"{name!r} {which}; those that can be taken out are: {listed}"
        raise UsageError(msg)
    for entry in found:
        if entry.distribution == others[0] and not entry.has_version:
            msg = f"{entry.distribution} cannot be taken out by any tool: {entry.problem}"
            raise DependencyError(msg)
    return others[0]


def _run(command: Sequence[str], variables: Mapping[str, str] | None = None) -> None:
    shown = " ".join([*(f"{k}={v}" for k, v in (variables or {}).items()), shlex.join(command)])
    inform(f"$ {shown}")
    try:
        env = {**os.environ, **(variables or {})}
        ran = subprocess.run(command, stdout=sys.stderr, env=env, check=False)
    except FileNotFoundError as error:
        msg = f"{command[0]} is not there, which manages this environment: install it first"
        raise DependencyError(msg) from error
    if ran.returncode:
        msg = f"'{shlex.join(command)}' failed (exit code {ran.returncode}); why is said above"
        raise DependencyError(msg)


def _listed() -> dict[str, Any]:
    """What ``artextract plugins list`` says of all that is installed."""
    listed: dict[str, Any] = json.loads(_child("-m", "artextract_cli", "--json", "plugins", "list"))
    return listed


def _child(*words: str) -> str:
    """What a process of its own prints, in which all plugins count, and nothing that lies around.

    Raises
    ------
    DependencyError
        If it fails; the sentence is its own.
    """
    env = {key: value for key, value in os.environ.items() if key != LIMIT_VARIABLE}
    command = [sys.executable, "-P", *words]
    try:
        ran = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=env,
            cwd=sys.prefix,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        msg = f"a plugin does not let artextract start: no answer in {PATIENCE} s"
        raise DependencyError(msg) from error
    if ran.returncode:
        *_, last = ["", *ran.stderr.splitlines()]
        msg = last or f"a plugin ends artextract (exit code {ran.returncode})"
        raise DependencyError(msg.removeprefix("error: "))
    return ran.stdout
