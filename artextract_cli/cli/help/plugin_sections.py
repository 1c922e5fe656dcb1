"""Options of the plugins that a command line names, for its help."""

from collections.abc import Iterator
from typing import Any

import rich.markup

from artextract_cli.errors import UsageError
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import (
    OPTION_PREFIXES,
    OptionInfo,
    describe_options,
)
from artextract_cli.plugin.plugin import Plugin

# The parameter that names a plugin of a kind, in commands that also take options of plugins.
KIND_OF_PARAMETER = {
    "importer": "importers",
    "superpixels": "superpixels",
    "backbone": "backbones",
    "objective": "objectives",
    "scorer": "scorers",
    "log": "loggers",
}
OPTIONS = ("options", "superpixel_options")
METAVARS = {"int": "N", "float": "X", "bool": "true|false"}

Section = tuple[str, list[tuple[str, str]]]
"""Heading, and rows of names and text."""


def plugin_sections(command: Any, ctx: Any) -> Iterator[Section]:
    """One section per plugin that is named on the command line.

    If an importer has to be named and is not, the importers are listed instead.
    """
    takes = {param.name: param for param in command.params}
    flag = next((min(takes[name].opts, key=len) for name in OPTIONS if name in takes), None)
    if flag is None:
        return
    given = _given(command, ctx)
    for name, kind in KIND_OF_PARAMETER.items():
        if name not in takes:
            continue
        values = given.get(name)
        # An option that can be repeated has a list of names.
        named = [_named(kind, one) for one in (values if isinstance(values, list) else [values])]
        if found := [plugin for plugin in named if plugin is not None]:
            yield from (_options(flag, name, plugin) for plugin in found)
        elif kind == "importers" and takes[name].required:
            yield _importers()


def _given(command: Any, ctx: Any) -> dict[str, Any]:
    """Values on the command line, which are not in the context while help is shown."""
    is_resilient, ctx.resilient_parsing = ctx.resilient_parsing, True
    try:
        values, _, _ = command.make_parser(ctx).parse_args(list(ctx.meta.get("words", ())))
    finally:
        ctx.resilient_parsing = is_resilient
    return dict(values)


def _named(kind: str, name: Any) -> Plugin | None:
    """The plugin of this name; None if there is none, as help must be shown in any case."""
    try:
        return plugin_host().find(kind, name) if isinstance(name, str) else None
    except UsageError:
        return None


def _options(flag: str, parameter: str, plugin: Plugin) -> Section:
    prefix = OPTION_PREFIXES.get(plugin.spec.kind, "")
    infos = describe_options(plugin.spec.options)
    title = f"Options of {plugin.spec.name} ({parameter})"
    if not infos:
        return title, [("none", rich.markup.escape(plugin.spec.summary))]
    return title, [(f"{flag} {prefix}{i.name}={_metavar(i)}", _description(i)) for i in infos]


def _metavar(info: OptionInfo) -> str:
    return METAVARS.get(info.type_name.removesuffix(" or none"), "TEXT")


def _description(info: OptionInfo) -> str:
    shown = info.default is not None and info.default != ""
    notes = [note for note in (info.values, f"default: {info.default}" if shown else "") if note]
    # Square brackets are markup.
    return rich.markup.escape(f"{info.help} [{'; '.join(notes)}]" if notes else info.help)


def _importers() -> Section:
    rows = [
        (p.spec.name, rich.markup.escape(p.spec.summary))
        for p in plugin_host().of_kind("importers")
    ]
    return "Importers ('artextract data import NAME --help' shows the options of one)", rows
