"""Checking the specs of a loaded module against the plugin contract."""

import inspect
import re
from typing import Any

import pluggy

from artextract_cli.plugin.api_version import stated_api_version
from artextract_cli.plugin.contract import (
    API_VERSION,
    Backbone,
    Command,
    Importer,
    Logger,
    Objective,
    Scorer,
    Spec,
    SuperpixelMethod,
)
from artextract_cli.plugin.entry_points import GROUP, PluginEntry
from artextract_cli.plugin.options import options_problem

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")  # valid name of a plugin: easy to type
KINDS: dict[str, type[Spec]] = {
    spec.kind: spec
    for spec in (SuperpixelMethod, Backbone, Objective, Scorer, Importer, Logger, Command)
}
_HOOKS = {f"{GROUP}_{kind}": spec for kind, spec in KINDS.items()}
_SPEC_NAMES = frozenset(spec.__name__ for spec in KINDS.values())


class RefusedError(Exception):
    """Why a plugin was refused."""


def cause_of(error: BaseException) -> str:
    """Why a plugin cannot be used, in one line."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - an error of a plugin may fail to convert to text
        text = ""
    if not isinstance(error, RefusedError):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return " ".join(text.split())


def specs_of(entry: PluginEntry, manager: pluggy.PluginManager) -> list[Spec]:
    """Load the module of an entry point and check the specs that its hooks return."""
    if entry.problem:
        raise RefusedError(entry.problem)
    # Before the import, which may fail for a plugin written for another version.
    version = stated_api_version(entry.module, _SPEC_NAMES)
    if version is not None:
        _check_api(version)
    module = entry.load()
    hooks = _hooks_of(module, manager)
    # pluggy checks the signatures of the hooks.
    manager.register(module, name=f"{entry.distribution}:{entry.name}")
    specs = [
        _checked_spec(spec, hook) for hook in hooks for spec in _as_list(getattr(module, hook)())
    ]
    if not specs:
        msg = f"its hooks return no spec: {', '.join(hooks)}"
        raise RefusedError(msg)
    return specs


def _hooks_of(module: Any, manager: pluggy.PluginManager) -> list[str]:
    """Names of the hooks that a module implements; each must be known and marked."""
    hooks = [name for name in dir(module) if manager.parse_hookimpl_opts(module, name) is not None]
    for name in hooks:
        if name not in _HOOKS:
            msg = f"it implements an unknown hook {name!r}; the hooks are: {', '.join(_HOOKS)}"
            raise RefusedError(msg)
    # A forgotten @hookimpl would otherwise leave the plugin silently without effect.
    for name in dir(module):
        is_hook = name.startswith(f"{GROUP}_") and inspect.isroutine(getattr(module, name, None))
        if is_hook and name not in hooks:
            msg = f"its function {name} is not marked as a hook: put @hookimpl above it"
            raise RefusedError(msg)
    if not hooks:
        msg = f"it implements none of the hooks {', '.join(_HOOKS)} with @hookimpl"
        raise RefusedError(msg)
    return hooks


def _as_list(answer: Any) -> list[Any]:
    return list(answer) if isinstance(answer, list | tuple) else [answer]


def _checked_spec(spec: Any, hook: str) -> Spec:
    expected = _HOOKS[hook]
    if not isinstance(spec, expected):
        msg = f"its hook {hook} returned {type(spec).__name__}, not {expected.__name__}"
        raise RefusedError(msg)
    _check_api(spec.api_version)
    if not isinstance(spec.name, str) or NAME.fullmatch(spec.name) is None:
        msg = (
            f"its name {spec.name!r} must consist of lower-case letters, digits and single hyphens"
        )
        raise RefusedError(msg)
    if not isinstance(spec.summary, str) or not spec.summary.strip():
        msg = f"{spec.name} has no summary: describe it in one sentence"
        raise RefusedError(msg)
    if not callable(spec.load):
        msg = f"load of {spec.name} is {type(spec.load).__name__}, not a function"
        raise RefusedError(msg)
    if problem := options_problem(spec.options):
        msg = f"the options of {spec.name} cannot be used: {problem}"
        raise RefusedError(msg)
    return spec


def _check_api(version: Any) -> None:
    # True and False are instances of int.
    if type(version) is not int:
        msg = f"its api_version is {version!r}, not an integer"
        raise RefusedError(msg)
    if version != API_VERSION:
        side = "the plugin" if version < API_VERSION else "artextract"
        msg = f"it is written for plugin API {version}, not API {API_VERSION}: update {side}"
        raise RefusedError(msg)
