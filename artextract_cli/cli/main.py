"""The root of the command line: global flags, subcommands, and exit codes of errors."""

import io
import os
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

import artextract_cli
from artextract_cli.cli import console
from artextract_cli.cli.commands import (
    adapt,
    cluster,
    data,
    demo,
    evaluate,
    examine,
    export,
    graph,
    infer,
    models,
    plugins,
    train,
)
from artextract_cli.cli.commands import report as report_command
from artextract_cli.cli.commands import visualize as visualize_commands
from artextract_cli.cli.completion import rejoin_bash_words
from artextract_cli.cli.config import load_defaults
from artextract_cli.cli.help.layout import HelpCommand, HelpGroup
from artextract_cli.cli.interruption import CONTINUE, ResumableCommand
from artextract_cli.cli.plugin_commands import plugin_commands
from artextract_cli.errors import INTERRUPTED, ArtextractError
from artextract_cli.plugin.host import LIMIT_VARIABLE

# Global flags, which may stand anywhere on the command line; True if a value follows.
GLOBAL_FLAGS = {
    "--config": True,
    "--verbose": False,
    "-v": False,
    "--quiet": False,
    "-q": False,
    "--json": False,
    "--debug": False,
    "--no-plugins": False,
}

# The order of the work; commands of plugins that are not listed follow.
HEADINGS = {
    "Examine a painting": ("examine", "data", "infer", "report", "visualize", "export"),
    "Train and evaluate": ("graph", "train", "adapt", "evaluate"),
    "Tools": ("models", "plugins", "cluster", "doctor", "demo"),
}
PLUGINS = "Plugins"
REMARKS = (
    "'artextract COMMAND --help' shows options and examples. The options above may stand anywhere "
    "on the line. Every option can also be set by an environment variable named "
    "ARTEXTRACT_<COMMAND>_<OPTION>, such as ARTEXTRACT_INFER_MODEL, or in artextract.yaml.",
    "Documentation: README.md and docs/ in the sources of artextract.",
)


class RootGroup(HelpGroup):
    """Adds commands of plugins, and turns errors into one line on stderr and an exit code."""

    remarks = REMARKS

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse empty arguments: an empty path would mean the current folder."""
        for before, word in pairwise(["artextract", *args]):
            is_empty = not word or (word.startswith("--") and word.endswith("="))
            if is_empty and not ctx.resilient_parsing:
                msg = (
                    f"the value after {word.rstrip('=') or before} is empty: give a value; perhaps "
                    "a shell variable is unset"
                )
                raise typer.BadParameter(msg, ctx)
        ctx.meta["line"] = list(args)
        return super().parse_args(ctx, args)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Find a command; plugins are loaded only for names that are not built in."""
        if cmd_name not in self.commands:
            self._add_plugins(ctx)
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of the commands in the order of help."""
        return [name for names in self.headings(ctx).values() for name in names]

    def headings(self, ctx: Any) -> Mapping[str, Sequence[str]]:
        """Names of the commands by heading; those of plugins come last."""
        self._add_plugins(ctx)
        placed = {name for names in HEADINGS.values() for name in names}
        # With broken or limited plugins, a listed command may be missing.
        known = {h: [n for n in names if n in self.commands] for h, names in HEADINGS.items()}
        return known | {PLUGINS: [name for name in self.commands if name not in placed]}

    def _add_plugins(self, ctx: Any) -> None:
        is_completing = ctx is not None and ctx.resilient_parsing
        for name, command in plugin_commands(quietly=is_completing).items():
            # A built-in command is never replaced.
            self.commands.setdefault(name, command)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; only --debug shows a traceback."""
        try:
            return super().invoke(ctx)
        except (typer.TyperException, typer.Exit, typer.Abort, BrokenPipeError):
            raise  # A reader that closes the pipe, such as `| head`, is not an error.
        except ArtextractError as error:
            _fail(ctx, str(error), error.exit_code, getattr(error, "failures", ()))
        except KeyboardInterrupt:
            console.interrupted(*ctx.meta.get(CONTINUE, ()), continues=CONTINUE in ctx.meta)
            raise typer.Exit(INTERRUPTED) from None
        # Whatever was not turned into a sentence on the path, such as a full disk below a library.
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            _fail(ctx, f"system error: {where}{error.strerror or error}", 1)
        except MemoryError:
            _fail(ctx, "out of memory: use a smaller --size or fewer --jobs", 1)
        except Exception as error:  # noqa: BLE001 - a bug must be reported in one line too
            _fail(
                ctx, f"unexpected {type(error).__name__}: {error}; --debug shows the traceback", 1
            )


app = typer.Typer(
    cls=RootGroup,
    no_args_is_help=True,
    # Tracebacks are ours to show, with --debug only.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "ARTEXTRACT"},
)
app.add_typer(data.app, name="data")
app.add_typer(graph.app, name="graph")
app.command(cls=ResumableCommand)(train.train)
app.command(cls=HelpCommand)(adapt.adapt)
app.command(cls=ResumableCommand)(examine.examine)
app.command(cls=ResumableCommand)(infer.infer)
app.command(cls=HelpCommand)(evaluate.evaluate)
app.add_typer(visualize_commands.app, name="visualize")
app.add_typer(export.app, name="export")
app.command(cls=HelpCommand)(report_command.report)
app.command(cls=HelpCommand)(demo.demo)
app.add_typer(models.app, name="models")
app.add_typer(plugins.app, name="plugins")
app.add_typer(cluster.app, name="cluster")


def _fail(ctx: Any, message: str, exit_code: int, failures: Sequence[str] = ()) -> None:
    if ctx.params.get("debug"):
        raise  # the error that is being handled
    for failure in failures:
        console.error(failure)
    # Messages of libraries may have several lines.
    console.error(" ".join(message.split()))
    raise typer.Exit(exit_code)


def _show_version(value: bool) -> None:
    if value:
        console.emit(artextract_cli.__version__, f"artextract {artextract_cli.__version__}")
        raise typer.Exit


def _limit_plugins(value: bool) -> None:
    if value:
        # In the environment, so that worker processes inherit it.
        os.environ[LIMIT_VARIABLE] = ""


@app.callback()
def root(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(help="YAML file with defaults; default: artextract.yaml in this folder."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show more messages.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show only results.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Write results as JSON.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    no_plugins: Annotated[
        bool,
        typer.Option(
            "--no-plugins",
            callback=_limit_plugins,
            is_eager=True,  # before --help, which lists the commands of plugins
            help="Use built-in plugins only.",
        ),
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Find hidden layers in paintings.

    A photograph and its multispectral bands become superpixel graphs, which a Siamese graph network
    compares. Differences between them can reveal a hidden layer.
    """
    verbosity = -1 if quiet else int(verbose)
    console.configure(as_json=json, verbosity=verbosity, words=ctx.meta["line"])
    ctx.default_map = load_defaults(config, ctx.command)


def hoist_global_flags(words: Sequence[str]) -> list[str]:
    """Move global flags to the front of the command line."""
    front: list[str] = []
    rest = list(words)
    # After a bare "--" everything is an argument, even if it looks like a flag.
    end = rest.index("--") if "--" in rest else len(rest)
    position = 0
    while position < end:
        takes_value = GLOBAL_FLAGS.get(rest[position].split("=")[0])
        # A flag and its value move together: "--config FILE", but "--config=FILE" is one word.
        width = 2 if takes_value and "=" not in rest[position] else 1
        if takes_value is None or position + width > end:
            position += 1
            continue
        front += rest[position : position + width]
        del rest[position : position + width]
        end -= width
    return front + rest


def main() -> None:
    """Run the program."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        # Redirected output of Windows may have an encoding without → or ².
        sys.stdout.reconfigure(errors="backslashreplace")
    with rejoin_bash_words():
        app(args=hoist_global_flags(sys.argv[1:]), prog_name="artextract")
