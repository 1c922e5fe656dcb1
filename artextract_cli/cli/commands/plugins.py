"""`artextract plugins`: list, write, check, install and uninstall plugins."""

import dataclasses
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from artextract_cli.cli import console
from artextract_cli.cli.completion import kinds, plugin_names
from artextract_cli.cli.help.layout import HelpCommand, HelpGroup
from artextract_cli.errors import ArtextractError, DependencyError, UsageError
from artextract_cli.plugin import host
from artextract_cli.plugin.host import enumerate_names, plugin_host
from artextract_cli.plugin.options import describe_options, usage
from artextract_cli.plugin.specs import KINDS
from artextract_cli.utils.events import command_line

if TYPE_CHECKING:
    import rich.table

app = typer.Typer(
    cls=HelpGroup, no_args_is_help=True, help="List, write, check, install and uninstall plugins."
)
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the command without running it.")]
Editable = Annotated[
    bool, typer.Option("--editable", help="Use the folder of a project in place, as it is edited.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Run without confirmation.")]


@app.command("list", cls=HelpCommand)
def list_plugins(
    kind: Annotated[
        str | None, typer.Option(help=f"Only this kind: {', '.join(KINDS)}.", autocompletion=kinds)
    ] = None,
) -> None:
    """List all plugins with kind, name, distribution and version; broken ones with the reason."""
    rows: list[tuple[str, ...]] = [
        (p.spec.kind, p.spec.name, p.distribution, p.version, p.spec.summary)
        for p in host.list_plugins(kind)
    ]
    broken = plugin_host().broken
    rows += [("broken", b.entry_point, b.distribution, b.version, b.cause) for b in broken]
    columns = ("kind", "name", "distribution", "version", "summary")
    data = {
        "plugins": [dict(zip(columns, row, strict=True)) for row in rows if row[0] != "broken"],
        "broken": [dataclasses.asdict(b) for b in broken],
    }
    console.emit(data, console.table("plugins", columns, rows))
    if data["plugins"]:
        console.suggest("plugins", "info", data["plugins"][0]["name"])


@app.command(cls=HelpCommand)
def info(
    name: Annotated[
        str, typer.Argument(help="Name of a plugin.", autocompletion=plugin_names(*KINDS))
    ],
) -> None:
    """Show the purpose, distribution and options of a plugin."""
    plugins = [plugin for plugin in host.list_plugins() if plugin.spec.name == name]
    if not plugins:
        names = enumerate_names(plugin.spec.name for plugin in host.list_plugins())
        msg = f"unknown plugin {name!r}; choose from: {names}"
        raise UsageError(msg)
    data, text = [], []
    for plugin in plugins:
        options = describe_options(plugin.spec.options)
        about = {
            "kind": plugin.spec.kind,
            **plugin.origin,
            "API version": plugin.spec.api_version,
            "summary": plugin.spec.summary,
            "used as": usage(plugin.spec),
        }
        rows = [(o.name, o.type_name, str(o.default), o.values, o.help) for o in options]
        columns = ("option", "type", "default", "values", "help")
        data.append(about | {"options": [dataclasses.asdict(o) for o in options]})
        text += [console.mapping_table(name, about), console.table("options", columns, rows)]
    console.emit(data, text)
    console.suggest("plugins", "check", name)


@app.command(cls=HelpCommand)
def check(
    plugin: Annotated[
        str, typer.Argument(help="Name of a plugin or distribution, or a project folder.")
    ],
) -> None:
    """Run the conformance tests of a plugin, installed or not; exit 1 if any fails."""
    from artextract_cli.plugin.conformance import check_plugin

    outcomes = check_plugin(plugin)
    columns = ("plugin", "check", "outcome", "why")
    rows = [(f"{o['kind']} {o['plugin']}", o["check"], o["state"], o["why"]) for o in outcomes]
    console.emit(outcomes, console.table(plugin, columns, rows))
    failed = [o for o in outcomes if o["state"] == "failed"]
    if failed:
        msg = f"{plugin} fails {len(failed)} of {len(outcomes)} checks, listed above"
        raise ArtextractError(msg)
    if Path(plugin).is_dir():
        console.suggest("plugins", "install", plugin)
    elif outcomes:
        kind, name = outcomes[0]["kind"], outcomes[0]["plugin"]
        console.suggest_line(usage(plugin_host().find(kind, name).spec))


@app.command("try", cls=HelpCommand)
def try_(
    plugin: Annotated[
        str, typer.Argument(help="Name of a plugin or distribution, or a project folder.")
    ],
) -> None:
    """Check a plugin, installed or not, and train a tiny network with it and without it."""
    from artextract_cli.plugin.conformance import check_plugin, try_plugin

    failed = [o for o in check_plugin(plugin) if o["state"] == "failed"]
    if failed:
        msg = (
            f"{plugin} fails {len(failed)} checks, the first: {failed[0]['check']}: "
            f"{failed[0]['why']}; run `{command_line('plugins', 'check', plugin)}`"
        )
        raise ArtextractError(msg)
    rows = try_plugin(plugin)
    console.emit(rows, _trials(plugin, rows))
    if Path(plugin).is_dir():
        console.suggest("plugins", "install", plugin)


def _trials(plugin: str, rows: list[dict[str, Any]]) -> "rich.table.Table":
    """The runs of a trial, with the AUROC of the heat map and of the scorer on the embeddings."""
    losses = ("training loss", "validation loss", "AUROC", "of embeddings")
    columns = ("kind", "plugin", *losses, "parameters", "s")
    shown = [
        (
            row["kind"],
            row["plugin"],
            f"{row['train_loss']:.3f}",
            f"{row['val_loss']:.3f}",
            *(f"{row['quality'][of]:.3f}" if row["quality"] else "" for of in ("fused", "network")),
            row["parameters"],
            f"{row['seconds']:.1f}",
        )
        for row in rows
    ]
    return console.table(f"{plugin}: tiny trainings", columns, shown)


@app.command(cls=HelpCommand)
def new(
    name: Annotated[str, typer.Argument(help="Name of the plugin on the command line.")],
    kind: Annotated[
        str, typer.Option(help=f"Kind of plugin: {', '.join(KINDS)}.", autocompletion=kinds)
    ],
    out: Annotated[Path, typer.Option(help="Folder to write the project into.")] = Path(),
) -> None:
    """Write a new plugin: an installable package with passing tests."""
    from artextract_cli.plugin.scaffold import new_plugin

    project = new_plugin(name, kind, out)
    console.emit({"project": project, "kind": kind}, f"{project} written")
    console.suggest("plugins", "check", project)


@app.command(cls=HelpCommand)
def install(
    package: Annotated[str, typer.Argument(help="Package name, project folder, wheel or URL.")],
    editable: Editable = False,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Install a plugin beside artextract, and uninstall it again if it cannot be loaded."""
    from artextract_cli.plugin.install import distributions
    from artextract_cli.plugin.install import transaction as installation
    from artextract_cli.plugin.install.environment import Environment

    environment = Environment.current()
    package = installation.resolve_requirement(package, editable=editable)
    # The file with the constraints exists only inside this block.
    with distributions.constraints() as limits:
        command = environment.install_command(package, limits, editable=editable)
        if not _confirm(command, dry_run=dry_run, yes=yes):
            return
        # Taken after the confirmation: the user may have changed something in another terminal.
        before = distributions.snapshot()
        try:
            plugins = installation.install(environment, package, limits, before, editable=editable)
        except DependencyError as error:
            # Nothing to undo if the tool failed before it installed anything.
            if not installation.is_changed(before) or not (yes or _confirm_roll_back()):
                raise
            msg = f"{error}; {installation.roll_back(environment, package, before)}"
            raise DependencyError(msg) from error
    rows = [(p["kind"], p["name"], p["distribution"], p["version"]) for p in plugins]
    columns = ("kind", "name", "distribution", "version")
    console.emit(plugins, console.table(f"installed from {package}", columns, rows))
    console.suggest("plugins", "info", plugins[0]["name"])


@app.command(cls=HelpCommand)
def uninstall(
    name: Annotated[str, typer.Argument(help="Name of a plugin or of its distribution.")],
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Uninstall the distribution of a plugin, even one that cannot be loaded."""
    from artextract_cli.plugin.install import transaction as installation
    from artextract_cli.plugin.install.environment import Environment

    environment = Environment.current()
    distribution = installation.owner_of(name)
    if _confirm(environment.uninstall_command([distribution]), dry_run=dry_run, yes=yes):
        installation.uninstall(environment, distribution)
        console.emit({"uninstalled": distribution}, f"{distribution} uninstalled")
        console.suggest("plugins", "list")


def _confirm_roll_back() -> bool:
    return typer.confirm("It cannot be used. Uninstall it again?", default=True, err=True)


def _confirm(command: list[str], *, dry_run: bool, yes: bool) -> bool:
    """Show a command, and return whether to run it.

    Raises
    ------
    UsageError
        If there is no terminal to ask on.
    """
    if dry_run:
        console.emit({"command": command}, shlex.join(command))
        console.suggest_without("--dry-run")
        return False
    if yes:
        return True
    if not sys.stdin.isatty():
        msg = f"no terminal to confirm '{shlex.join(command)}': add --yes or --dry-run"
        raise UsageError(msg)
    return typer.confirm(f"Run '{shlex.join(command)}'?", default=True, err=True)
