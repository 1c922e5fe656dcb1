"""Run the tests of a plugin in a separate process: python -m artextract_cli.testing OUT PLUGIN.

PLUGIN is the name of an installed plugin or distribution, a project folder, or a module file.
Every outcome is written to OUT at once, as a line of JSON: a plugin may end the process.
"""

import dataclasses
import importlib
import importlib.metadata
import json
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from artextract_cli.errors import (
    INTERRUPTED,
    ArtextractError,
    DependencyError,
    InputError,
    UsageError,
)
from artextract_cli.plugin.contract import Spec
from artextract_cli.plugin.entry_points import GROUP, HOME_DISTRIBUTION
from artextract_cli.plugin.host import PluginHost, discover, enumerate_names, plugin_host
from artextract_cli.plugin.specs import KINDS
from artextract_cli.testing import (
    BackboneTests,
    CommandTests,
    ImporterTests,
    LoggerTests,
    ObjectiveTests,
    PluginTests,
    ScorerTests,
    SuperpixelTests,
    run,
)

TESTS: dict[str, type[PluginTests]] = {
    "superpixels": SuperpixelTests,
    "backbones": BackboneTests,
    "objectives": ObjectiveTests,
    "scorers": ScorerTests,
    "importers": ImporterTests,
    "loggers": LoggerTests,
    "commands": CommandTests,
}


def main(out: Path, plugin: str) -> None:
    """Write the outcome of every check into ``out``, or an error that prevents the checks."""
    write_records(out, _outcomes(plugin))


def _outcomes(plugin: str) -> Iterator[dict[str, Any]]:
    for spec in find_specs(plugin):
        tests = type("Tests", (TESTS[spec.kind],), {"spec": spec})
        for outcome in run(tests):
            yield {"kind": spec.kind, "plugin": spec.name, **dataclasses.asdict(outcome)}


def write_records(out: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Write each record into ``out`` as soon as there is one, and an error that ends them."""
    # Line-buffered, so that records are on the disk when a plugin ends the process.
    with out.open("w", encoding="utf-8", newline="\n", buffering=1) as lines:
        try:
            for record in records:
                lines.write(json.dumps(record) + "\n")
            # Tells a complete run from one that a plugin has ended.
            lines.write(json.dumps({"all": "done"}) + "\n")
        except ArtextractError as error:
            lines.write(json.dumps({"error": str(error), "exit_code": error.exit_code}) + "\n")


def run_as_program(main: Callable[[Path, str], None]) -> None:
    """Run with the words of the command line: OUT PLUGIN."""
    try:
        main(Path(sys.argv[1]), sys.argv[2])
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def find_specs(plugin: str) -> Iterator[Spec]:
    """Yield the specs of the plugin, distribution, project or module ``plugin``.

    Raises
    ------
    UsageError
        If it is unknown.
    InputError
        If a folder is not a project with an entry point.
    DependencyError
        If it cannot be loaded.
    """
    path = Path(plugin)
    if path.suffix == ".py" or path.is_dir():
        host = discover(list(_entry_points(path)))
    else:
        host = _installed(plugin)
    if host.broken:
        msg = f"{plugin} cannot be loaded: {host.broken[0].cause}"
        raise DependencyError(msg)
    if not host.plugins:
        names = enumerate_names(p.spec.name for kind in KINDS for p in plugin_host().of_kind(kind))
        msg = f"unknown plugin {plugin!r}: give a project folder, or one of {names}"
        raise UsageError(msg)
    for key, found in host.plugins.items():
        owner = plugin_host().plugins.get(key)
        if owner and owner.distribution == HOME_DISTRIBUTION != found.distribution:
            msg = (
                f"{plugin}: {key[0]} {key[1]!r} already belongs to artextract; choose another name"
            )
            raise DependencyError(msg)
        yield found.spec


def _installed(name: str) -> PluginHost:
    """Installed plugins with this name, entry point or distribution."""
    host = plugin_host()
    return PluginHost(
        plugins={k: p for k, p in host.plugins.items() if name in (k[1], p.distribution)},
        broken=[b for b in host.broken if name in (b.entry_point, b.distribution)],
    )


def _entry_points(path: Path) -> Iterator[importlib.metadata.EntryPoint]:
    """The entry points of a project that is not installed, or one for a module file."""
    if path.suffix == ".py":
        sys.path.insert(0, str(path.parent.resolve()))
        yield importlib.metadata.EntryPoint(name=path.stem, value=path.stem, group=GROUP)
        return
    project = path / "pyproject.toml"
    if not project.is_file():
        msg = f"{path} has no pyproject.toml: give the folder of a project"
        raise InputError(msg)
    try:
        metadata = tomllib.loads(project.read_text(encoding="utf-8"))
        entry_points = metadata["project"]["entry-points"][GROUP].items()
    except (OSError, tomllib.TOMLDecodeError, UnicodeError, LookupError, AttributeError) as error:
        msg = f"{project} names no plugin under [project.entry-points.{GROUP}] ({error})"
        raise InputError(msg) from error
    # Before the installed packages: the project is checked as it is, even if another version is
    # installed.
    sys.path[:0] = [str(folder.resolve()) for folder in (path / "src", path) if folder.is_dir()]
    for name, value in entry_points:
        yield importlib.metadata.EntryPoint(name=name, value=str(value), group=GROUP)


if __name__ == "__main__":
    run_as_program(main)
