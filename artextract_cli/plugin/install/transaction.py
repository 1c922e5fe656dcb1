"""Installing plugins into the environment of artextract with the tool that manages it.

An environment of uv, uv tool or pipx is changed by that tool, which keeps track of it; any other by
pip. An installed plugin is tried in a separate process, and uninstalled again if it does not work.
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

# To load all plugins. Torch alone takes a few seconds, more on a busy machine. With a shorter time
# a slow plugin would be uninstalled again; with a longer one, one that hangs is noticed later.
TIMEOUT_S = 120

# Loads the plugins of the given distributions; on failure its last line states the reason.
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


def resolve_requirement(package: str, *, editable: bool = False) -> str:
    """The requirement to install: the absolute path of a file or project, else ``package`` itself.

    Raises
    ------
    InputError
        For a folder that is not a project: an index may have another package of that name.
    UsageError
        If it is to be ``editable``, but is not the folder of a project.
    """
    path = Path(package)
    is_project = any((path / name).is_file() for name in ("pyproject.toml", "setup.py"))
    if path.is_dir() and not is_project:
        msg = f"{path} has no pyproject.toml: give the folder of a project"
        raise InputError(msg)
    if editable and not path.is_dir():
        msg = f"--editable needs the folder of a project, and {package} is none"
        raise UsageError(msg)
    # Absolute, because the tool may run in another folder.
    return str(path.resolve()) if is_project or path.is_file() else package


def install(
    environment: Environment,
    package: str,
    limits: Path,
    before: Snapshot,
    *,
    editable: bool = False,
) -> list[dict[str, Any]]:
    """Install ``package`` under the constraints ``limits`` and return the list of its plugins.

    Raises
    ------
    DependencyError
        If it cannot be installed, contains no plugin, or does not load.
    """
    try:
        if (dry_run := environment.dry_run_command(package, limits)) is not None:
            _run(dry_run)
        command = environment.install_command(package, limits, editable=editable)
        _run(command, environment.variables(limits))
    except DependencyError as error:
        msg = (
            f"{error}. artextract and its dependencies keep their versions: a plugin that requires "
            "other versions cannot be installed"
        )
        raise DependencyError(msg) from error
    _check_versions_kept(before)
    return _installed_plugins(package, before)


def _check_versions_kept(before: Snapshot) -> None:
    """Check that artextract and its dependencies kept their versions."""
    after = snapshot()
    for name, version in installed_dependencies(HOME_DISTRIBUTION).items():
        if name in before and before[name].version != version:
            msg = f"{after[name].name} changed from version {before[name].version} to {version}"
            raise DependencyError(msg)


def _installed_plugins(package: str, before: Snapshot) -> list[dict[str, Any]]:
    """Descriptions of the plugins of a package that was just installed."""
    requested = canonicalize_name(distribution_name(package))
    # Reinstalling the same version changes the time of writing, not the version: hence whole
    # records. The requested one counts even if the tool found nothing to do.
    new = {name for name, now in snapshot().items() if before.get(name) != now} | {requested}
    owners = {entry.distribution for entry in installed_entries() if not entry.is_built_in}
    owners = {owner for owner in owners if canonicalize_name(owner) in new}
    if not owners:
        msg = f"{package} is installed, but has no plugin (no entry point in the group {GROUP})"
        raise DependencyError(msg)
    listed = _listed()
    for broken in listed["broken"]:
        if broken["distribution"] in owners:
            msg = f"{broken['distribution']} cannot be loaded: {broken['cause']}"
            raise DependencyError(msg)
    # Listing loads only the specs; this loads what they stand for.
    _child("-c", LOAD_ALL, *owners)
    return [plugin for plugin in listed["plugins"] if plugin["distribution"] in owners]


def is_changed(before: Snapshot) -> bool:
    """Whether the installed distributions differ from the snapshot ``before``."""
    return snapshot() != before


def roll_back(environment: Environment, package: str, before: Snapshot) -> str:
    """Uninstall new distributions, restore earlier ones, and describe what was done."""
    after = snapshot()
    new = [installed for name, installed in after.items() if name not in before]
    # Such a tool removes the dependencies of what it uninstalls by itself.
    if environment.is_managed_by_tool:
        new = _requested(package, new)
    names = [installed.name for installed in new]
    if names:
        _run(environment.uninstall_command(names))
    actions = [f"{', '.join(names)} uninstalled again"] if names else []
    for name, earlier in before.items():
        if after.get(name) not in (None, earlier):
            actions.append(_restore(environment, earlier))
    return "; ".join(actions)


def _requested(package: str, new: Sequence[Installed]) -> list[Installed]:
    """The distribution of ``package`` among new ones; for an address, the one that records it."""
    requested = canonicalize_name(distribution_name(package))
    return (
        [each for each in new if canonicalize_name(each.name) == requested]
        or [each for each in new if each.url is not None]
        or list(new[:1])
    )


def _restore(environment: Environment, earlier: Installed) -> str:
    label = f"{earlier.name} {earlier.version}"
    if earlier.is_folder:
        return f"{label} was installed from {earlier.url}, and stays in its present state"
    source = f"{earlier.name}=={earlier.version}" if earlier.url is None else earlier.url
    try:
        _run(environment.install_command(source))
    except DependencyError:
        return f"{label} could not be restored: reinstall it"
    return f"{label} restored"


def uninstall(environment: Environment, distribution: str) -> None:
    """Uninstall a distribution."""
    _run(environment.uninstall_command([distribution]))


def owner_of(name: str) -> str:
    """The distribution of this name, or that contains a plugin or entry point of this name.

    Raises
    ------
    UsageError
        If there is none, more than one, or it is artextract itself.
    DependencyError
        If it is damaged, so that no tool can uninstall it.
    """
    entries = installed_entries()
    known = {entry.distribution for entry in entries if not entry.is_built_in}
    canonical = canonicalize_name(name)
    matches = [
        entry
        for entry in entries
        if name == entry.name or canonical == canonicalize_name(entry.distribution)
    ]
    owners = {entry.distribution for entry in matches}
    # Plugins are imported only if no metadata has the name.
    owners = owners or {p["distribution"] for p in _listed()["plugins"] if p["name"] == name}
    others = sorted(owners - {HOME_DISTRIBUTION})
    if len(others) != 1:
        problem = "is built in" if owners else "is not an installed plugin"
        problem = f"belongs to {' and '.join(others)}: name one" if others else problem
        listed = enumerate_names(sorted(known)) or "none"
        msg = f"{name!r} {problem}; distributions that can be uninstalled: {listed}"
        raise UsageError(msg)
    for entry in matches:
        if entry.distribution == others[0] and not entry.has_version:
            msg = f"{entry.distribution} cannot be uninstalled by any tool: {entry.problem}"
            raise DependencyError(msg)
    return others[0]


def _run(command: Sequence[str], variables: Mapping[str, str] | None = None) -> None:
    line = " ".join([*(f"{k}={v}" for k, v in (variables or {}).items()), shlex.join(command)])
    inform(f"$ {line}")
    try:
        env = {**os.environ, **(variables or {})}
        completed = subprocess.run(command, stdout=sys.stderr, env=env, check=False)
    except FileNotFoundError as error:
        msg = f"{command[0]}, which manages this environment, is not installed: install it first"
        raise DependencyError(msg) from error
    if completed.returncode:
        code = completed.returncode
        msg = f"'{shlex.join(command)}' failed (exit code {code}); see its output above"
        raise DependencyError(msg)


def _listed() -> dict[str, Any]:
    """Output of ``artextract plugins list`` for everything that is installed."""
    listed: dict[str, Any] = json.loads(_child("-m", "artextract_cli", "--json", "plugins", "list"))
    return listed


def _child(*words: str) -> str:
    """Output of a separate Python process with all plugins, outside the current folder.

    Raises
    ------
    DependencyError
        If the process fails, with its own error message.
    """
    # All plugins, including those that the user has excluded from this process.
    env = {key: value for key, value in os.environ.items() if key != LIMIT_VARIABLE}
    # -P: modules in the current folder must not take the place of installed ones.
    command = [sys.executable, "-P", *words]
    try:
        completed = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            env=env,
            cwd=sys.prefix,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        msg = f"a plugin prevents artextract from starting: no response within {TIMEOUT_S} s"
        raise DependencyError(msg) from error
    if completed.returncode:
        # The last line of an error is its message; the lines before are a traceback or warnings.
        *_, last = ["", *completed.stderr.splitlines()]
        msg = last or f"a plugin ended artextract (exit code {completed.returncode})"
        raise DependencyError(msg.removeprefix("error: "))
    return completed.stdout
