"""Defaults from a YAML file: `artextract.yaml` in the working directory, or --config FILE.

The file mirrors the command line: a key per command, in it a key per option, with underscores::

    graph:
      build: {dataset: scans, out: graphs, superpixel_options: {n_segments: 3000}}
    train: {backbone: gat, options: {heads: 4}}

Flags and environment variables override the file. A key that is not an option is an error. Defaults
for the command of a plugin are checked when that command is called.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from artextract_cli.errors import InputError
from artextract_cli.utils.yaml import read_yaml, write_yaml

CONFIG_FILE = Path("artextract.yaml")
Remember = Annotated[
    bool, typer.Option("--remember", help="Save these paths in artextract.yaml as defaults.")
]


def load_defaults(path: Path | None, group: Any) -> dict[str, Any]:
    """Read defaults for the commands of ``group``, checked against their options.

    Without ``path``, artextract.yaml in the working directory is read if it exists.

    Raises
    ------
    InputError
        If the file is missing or not valid YAML, or a key is neither a command nor an option.
    """
    if path is None:
        if not CONFIG_FILE.is_file():
            return {}
        path = CONFIG_FILE
    defaults: dict[str, Any] = _checked(path, "", read_yaml(path), group)
    return defaults


def _checked(path: Path, place: str, content: Any, command: Any) -> Any:
    """Checked defaults of a command; for that of a plugin, a function that checks them later."""
    _check_section(path, place.rstrip("."), content)
    # The options of a plugin's command are known only once it is imported.
    if getattr(command, "is_loaded_on_use", False):
        return partial(_checked, path, place, content)
    if hasattr(command, "commands"):
        subcommands = {key: command.get_command(None, key) for key in content}
        _check_known(path, place, subcommands, list(command.commands), "command")
        return {
            # A bare key, ``train:``, is None in YAML: a section without defaults.
            key: _checked(path, f"{place}{key}.", {} if value is None else value, subcommands[key])
            for key, value in content.items()
        }
    params = {param.name: param for param in command.params}
    _check_known(path, place, {key: params.get(key) for key in content}, list(params), "option")
    return {key: _words(value, params[key]) for key, value in content.items()}


def _check_known(
    path: Path, place: str, values: Mapping[str, Any], known: list[str], kind: str
) -> None:
    for key, value in values.items():
        if value is None:
            names = ", ".join(sorted(known))
            msg = f"{path}: {place}{key} is not a known {kind}; choose from: {names}"
            raise InputError(msg)


def _check_section(path: Path, place: str, content: Any) -> None:
    if not isinstance(content, dict):
        msg = f"{path}: {place or 'the file'} must contain keys and values"
        raise InputError(msg)


def _words(value: Any, param: Any) -> Any:
    """A value in the form of the command line.

    In the file, plugin options may be a mapping, comma-separated numbers a list, and a repeatable
    option with one value just that value.
    """
    takes_many = param.nargs == -1 or getattr(param, "multiple", False)
    if isinstance(value, Mapping):
        return [f"{key}={item}" for key, item in value.items()]
    if isinstance(value, list) and not takes_many:
        return ",".join(str(item) for item in value)
    if isinstance(value, str | int | float) and takes_many:
        return [str(value)]
    return value


def remembered(command: str, key: str) -> Path | None:
    """A path saved by `remember` for a command such as "infer"; None if there is none."""
    content = read_yaml(CONFIG_FILE) if CONFIG_FILE.is_file() else {}
    section = content.get(command) or {}
    value = section.get(key) if isinstance(section, dict) else None
    return None if value is None else Path(value)


def remember(*settings: tuple[str, Mapping[str, Any]]) -> None:
    """Save ``("graph build", {"out": path})`` pairs in artextract.yaml; keep its other contents.

    Raises
    ------
    InputError
        If the existing file is damaged; it is not modified.
    """
    content = read_yaml(CONFIG_FILE) if CONFIG_FILE.is_file() else {}
    for command, values in settings:
        node = content
        for part in command.split():
            # A command without settings may be a bare key in the file.
            if node.get(part) is None:
                node[part] = {}
            node = node[part]
            _check_section(CONFIG_FILE, part, node)
        node.update({key: str(value) for key, value in values.items() if value is not None})
    write_yaml(CONFIG_FILE, content)
