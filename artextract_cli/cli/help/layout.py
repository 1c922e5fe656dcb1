"""Help of commands: options in groups with one column of names, then examples.

Typer's own help repeats the environment variable of every option and takes three lines for one
option; ours fits most commands in one screen.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import rich.console
import rich.table
import rich.text
from typer.core import TyperCommand, TyperGroup

from artextract_cli.cli.help.examples import GUIDES
from artextract_cli.cli.help.plugin_sections import Section, plugin_sections

# Groups of options that come first and last; others stand between them.
FIRST, LAST = ("Arguments", "Input", "Output", "Model"), ("Training", "Computing", "Options")
# The groups of options that have the same meaning in all commands and name no group themselves.
GROUP_OF = {
    **dict.fromkeys(("dataset", "folder", "source", "raw", "graphs", "file", "runs"), "Input"),
    **dict.fromkeys(("results", "truth", "importer", "options", "rgb", "band"), "Input"),
    **dict.fromkeys(("scene", "split", "view", "wavelengths", "coding", "pixels_per_mm"), "Input"),
    **dict.fromkeys(("out", "figure", "plates", "no_bands", "dry_run", "remember"), "Output"),
    **dict.fromkeys(("model", "scorer", "expect", "adapt"), "Model"),
    **dict.fromkeys(("epochs", "seed", "seeds"), "Training"),
    "resume": "Output",
    "jobs": "Computing",
}
HELP_WIDTH = 100  # characters; longer lines are hard to read
# Characters of names and values; longer ones take a line of their own, so that the text beside the
# others has room.
NAMES_WIDTH = 34
CHOICES_WIDTH = 24  # characters of choices beside the name; more are listed after the text
NAME_STYLE = "cyan"
HIGHEST = 1e6  # limits from here on only exclude nonsense, and are not shown
METAVARS = {
    "path": "PATH",
    "file": "FILE",
    "directory": "DIR",
    "int": "N",
    "float": "X",
    "bool": "",
}


class HelpCommand(TyperCommand):
    """A command whose help shows groups, examples, and the options of plugins that are named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Keep the words, since help is shown before they are assigned to parameters."""
        ctx.meta["words"] = list(args)
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        print_help(self, ctx)


class HelpGroup(TyperGroup):
    """A group of commands, listed in the order of registration."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        print_help(self, ctx)


def print_help(command: Any, ctx: Any) -> None:
    """Print the help of a command to stdout, at most `HELP_WIDTH` characters wide."""
    console = rich.console.Console(highlight=False)
    console.width = min(console.width, HELP_WIDTH)
    console.print(f"Usage: {_usage(command, ctx)}", style="bold", markup=False)
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    for paragraph in paragraphs:
        console.print()
        console.print(_text(command, " ".join(paragraph.split())))
    _print_sections(console, command, _commands(command, ctx))
    _print_sections(console, command, [*_options(command, ctx), *plugin_sections(command, ctx)])
    for line in _ending(command, ctx):
        # Not wrapped: examples are there to be copied.
        console.print(line, markup=False, soft_wrap=line.startswith(" "))


def _print_sections(
    console: rich.console.Console, command: Any, sections: Iterable[Section]
) -> None:
    """Print sections that are not empty, the texts of all of them in one column."""
    shown = [(title, rows) for title, rows in sections if rows]
    width = max((len(name) for _, rows in shown for name, _ in rows), default=0)
    for title, rows in shown:
        console.print()
        console.print(title, style="bold", markup=False)
        for name, text in rows:
            _print_row(console, min(width, NAMES_WIDTH), name, _text(command, text))


def _print_row(console: rich.console.Console, width: int, name: str, text: rich.text.Text) -> None:
    grid = rich.table.Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=width, no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    if len(name) > width:
        console.print(f"  {name}", style=NAME_STYLE, markup=False, soft_wrap=True)
        name = ""
    grid.add_row(rich.text.Text(name, style=NAME_STYLE), text)
    console.print(rich.padding.Padding.indent(grid, 2))


def _text(command: Any, text: str) -> rich.text.Text:
    if command.rich_markup_mode == "rich":
        return rich.text.Text.from_markup(text, emoji=False)
    return rich.text.Text(text)


def _usage(command: Any, ctx: Any) -> str:
    arguments = [_argument(param) for param in command.params if _is_argument(param)]
    last = ["COMMAND", "[ARGS]..."] if hasattr(command, "commands") else []
    return " ".join([ctx.command_path, *arguments, "[OPTIONS]", *last])


def _is_argument(param: Any) -> bool:
    return bool(param.param_type_name == "argument")


def _argument(param: Any) -> str:
    name = (param.metavar or param.name.upper()) + ("..." if param.nargs != 1 else "")
    return name if param.required else f"[{name}]"


def _commands(command: Any, ctx: Any) -> Iterator[Section]:
    if not hasattr(command, "commands"):
        return
    if hasattr(command, "headings"):
        headings = command.headings(ctx)
    else:
        headings = {"Commands": command.list_commands(ctx)}
    for heading, names in headings.items():
        found = [command.get_command(ctx, name) for name in names]
        yield heading, [(each.name, _summary(each)) for each in found if not each.hidden]


def _options(command: Any, ctx: Any) -> Iterable[Section]:
    """Arguments and options by group."""
    groups: dict[str, list[tuple[str, str]]] = {group: [] for group in FIRST}
    last: dict[str, list[tuple[str, str]]] = {group: [] for group in LAST}
    for param in _shown(command, ctx):
        group = group_of(param)
        rows = last[group] if group in last else groups.setdefault(group, [])
        rows.append((_name(param, ctx), _description(param, ctx)))
    return (groups | last).items()


def group_of(param: Any) -> str:
    """The group under which help lists a parameter."""
    default = "Arguments" if _is_argument(param) else "Options"
    return str(param.rich_help_panel or GROUP_OF.get(param.name, default))


def _shown(command: Any, ctx: Any) -> list[Any]:
    """Parameters that help lists: --help itself only for the whole program."""
    params = command.get_params(ctx) if ctx.parent is None else command.params
    return [param for param in params if not getattr(param, "hidden", False)]


def _summary(command: Any) -> str:
    text = command.short_help or command.help or ""
    return " ".join(inspect.cleandoc(text).split("\n\n")[0].split())


def _name(param: Any, ctx: Any) -> str:
    if _is_argument(param):
        return _argument(param)
    names = sorted([*param.opts, *param.secondary_opts], key=len)
    return f"{', '.join(names)} {_metavar(param, ctx)}".rstrip()


def _metavar(param: Any, ctx: Any) -> str:
    if param.metavar is not None:
        return str(param.metavar)
    words = param.display_type(ctx).strip("<>").removesuffix(" range")
    if "|" in words:
        return words if len(words) <= CHOICES_WIDTH else "NAME"
    return METAVARS.get(words, "NAME")


def _description(param: Any, ctx: Any) -> str:
    """Help, and in brackets what is not in it: choices, limits and default."""
    notes = [note for note in (_choices(param, ctx), _limits(param), _default(param, ctx)) if note]
    if param.required and not _is_argument(param):
        notes.append("required")
    # A backslash, since square brackets are markup.
    return " ".join([param.help or "", f"\\[{'; '.join(notes)}]" if notes else ""]).strip()


def _choices(param: Any, ctx: Any) -> str:
    choices = param.display_type(ctx).strip("<>").split("|")
    missing = [choice for choice in choices if choice not in (param.help or "")]
    is_long = len(choices) > 1 and _metavar(param, ctx) == "NAME"
    return f"one of: {', '.join(choices)}" if is_long and missing else ""


def _limits(param: Any) -> str:
    low, high = getattr(param, "min", None), getattr(param, "max", None)
    if low is None or (high is not None and high >= HIGHEST):
        return ""
    return f"{low:g} or more" if high is None else f"{low:g} to {high:g}"


def _default(param: Any, ctx: Any) -> str:
    default: Any = param.get_default(ctx, call=False)
    if default is None or default is False or callable(default) or not param.show_default:
        return ""
    values = default if isinstance(default, list | tuple) else [default]
    shown = ", ".join(str(value) for value in values)
    return f"default: {shown}" if shown else ""


def _ending(command: Any, ctx: Any) -> Iterator[str]:
    name = " ".join(ctx.command_path.split()[1:])
    guide = GUIDES.get(name)
    if guide is not None:
        yield ""
        yield "Examples"
        yield from (f"  {example}" for example in guide.examples)
        yield f"See {guide.page}. Options of every command: 'artextract --help'."
    for remark in getattr(command, "remarks", ()):
        yield ""
        yield remark


def helpful(command: Any) -> Any:
    """Let the command of a plugin, and all below it, show help in this form."""
    command.format_help = _printer(command)
    for below in getattr(command, "commands", {}).values():
        helpful(below)
    return command


def _printer(command: Any) -> Callable[[Any, Any], None]:
    return lambda ctx, formatter: print_help(command, ctx)
