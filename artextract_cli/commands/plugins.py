"""`artextract plugins`: which plugins there are and what their options mean."""

import dataclasses
from typing import Annotated

import typer

from artextract_cli import console
from artextract_cli.errors import ArtextractError, UsageError
from artextract_cli.plugin_manager import KINDS, plugin_host
from artextract_cli.plugin_options import describe_options

app = typer.Typer(no_args_is_help=True, help="Which plugins there are, and their options.")


@app.command("list")
def list_plugins() -> None:
    """List all plugins with kind, name, distribution and version; broken ones with the cause."""
    host = plugin_host()
    rows: list[tuple[str, ...]] = [
        (kind, plugin.spec.name, plugin.distribution, plugin.version, plugin.spec.summary)
        for kind in KINDS
        for plugin in host.of_kind(kind)
    ]
    rows += [("broken", b.entry_point, b.distribution, b.version, b.cause) for b in host.broken]
    columns = ("kind", "name", "distribution", "version", "summary")
    data = {
        "plugins": [dict(zip(columns, row, strict=True)) for row in rows if row[0] != "broken"],
        "broken": [dataclasses.asdict(broken) for broken in host.broken],
    }
    console.emit(data, console.table("plugins", columns, rows))


@app.command()
def info(name: Annotated[str, typer.Argument(help="Name of a plugin.")]) -> None:
    """Show what a plugin is for, who brought it, and its options."""
    host = plugin_host()
    found = [plugin for kind in KINDS for plugin in host.of_kind(kind) if plugin.spec.name == name]
    if not found:
        names = ", ".join(plugin.spec.name for kind in KINDS for plugin in host.of_kind(kind))
        msg = f"there is no plugin {name!r}; the plugins are: {names}"
        raise UsageError(msg)
    data, text = [], []
    for plugin in found:
        options = describe_options(plugin.spec.options)
        about = {
            "kind": plugin.spec.kind,
            **plugin.origin,
            "API version": plugin.spec.api_version,
            "summary": plugin.spec.summary,
        }
        rows = [(o.name, o.type_name, str(o.default), o.values, o.help) for o in options]
        columns = ("option", "type", "default", "values", "help")
        data.append(about | {"options": [dataclasses.asdict(o) for o in options]})
        text += [console.mapping_table(name, about), console.table("options", columns, rows)]
    console.emit(data, text)


@app.command()
def check(
    plugin: Annotated[
        str, typer.Argument(help="Name of a plugin or distribution, or a project's folder.")
    ],
) -> None:
    """Run the conformance tests of a plugin, installed or not; exit 1 if any fails."""
    from artextract_cli.plugin_check import check_plugin

    outcomes = check_plugin(plugin)
    columns = ("plugin", "check", "outcome", "why")
    rows = [(f"{o['kind']} {o['plugin']}", o["check"], o["state"], o["why"]) for o in outcomes]
    console.emit(outcomes, console.table(plugin, columns, rows))
    failed = [o for o in outcomes if o["state"] == "failed"]
    if failed:
        msg = f"{plugin} fails {len(failed)} of {len(outcomes)} checks; they are listed above"
        raise ArtextractError(msg)
