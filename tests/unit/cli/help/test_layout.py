"""Help: what stands where, and that it fits."""

import re
from collections.abc import Callable
from typing import Annotated, Literal

import pytest
import typer
from typer.testing import CliRunner

from artextract_cli.cli.help.layout import HELP_WIDTH, HelpCommand, HelpGroup, group_of, helpful
from tests.helpers.command_line import Ran
from tests.helpers.command_tree import NAMES, commands


@pytest.fixture
def shown(run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """The lines of help at a width, without the spaces at their ends."""

    def call(*words: str, width: int = 100) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(width))
        ran = run(*words, "--help")
        assert (ran.exit_code, ran.stderr) == (0, "")
        return [line.rstrip() for line in ran.stdout.splitlines()]

    return call


def section(lines: list[str], title: str) -> list[str]:
    """The first words of the rows below a heading."""
    rows = lines[lines.index(title) + 1 :]
    end = rows.index("") if "" in rows else len(rows)
    return [row.split()[0] for row in rows[:end] if row[2] != " "]


def test_commands_stand_in_the_order_of_the_work(shown: Callable[..., list[str]]) -> None:
    lines = shown()
    examine = ["examine", "data", "infer", "report", "visualize", "export"]
    assert section(lines, "Examine a painting") == examine
    assert section(lines, "Train and evaluate") == ["graph", "train", "adapt", "evaluate"]
    assert section(lines, "Tools") == ["models", "plugins", "cluster", "doctor", "demo"]
    assert "Plugins" not in lines
    data = ["import", "check", "calibrate", "register", "mask", "colour", "simulate"]
    assert section(shown("data"), "Commands") == data


def test_every_command_of_the_program_takes_one_line(shown: Callable[..., list[str]]) -> None:
    lines = shown()
    end = lines.index("Options")
    rows = lines[lines.index("Examine a painting") : end]
    assert [row for row in rows if row.startswith("   ")] == []


def test_environment_variables_are_explained_once(shown: Callable[..., list[str]]) -> None:
    text = " ".join(shown())
    assert text.count("ARTEXTRACT_<COMMAND>_<OPTION>") == 1
    assert "docs/" in text


@pytest.mark.parametrize("width", [80, 100, 200])
@pytest.mark.parametrize("name", ["", "doctor", *NAMES])
def test_help_fits_its_width_and_is_complete(
    shown: Callable[..., list[str]], name: str, width: int
) -> None:
    lines = shown(*name.split(), width=width)
    # A line of an example is not broken, so that it can be copied.
    prose = [line for line in lines if not line.startswith("  artextract ")]
    assert max(map(len, prose)) <= min(width, HELP_WIDTH)
    text = "\n".join(lines)
    assert "env var" not in text
    assert "…" not in text


@pytest.mark.parametrize("width", [16, 20, 30, 40])
@pytest.mark.parametrize("name", ["", "report", "train", "examine"])
def test_narrow_help_is_as_complete_as_wide_help(
    shown: Callable[..., list[str]], name: str, width: int
) -> None:
    def words(lines: list[str]) -> list[str]:
        return sorted("".join(lines).replace(" ", ""))

    lines = shown(*name.split(), width=width)
    assert words(lines) == words(shown(*name.split(), width=100))
    texts = [line for line in lines if line.startswith("    ")]
    assert texts
    assert max(map(len, texts)) <= width


@pytest.mark.parametrize(
    ("words", "usage"),
    [
        (["examine"], "Usage: root examine FOLDER [OPTIONS]"),
        (["infer", "--nope"], "Usage: root infer [DATASET] [OPTIONS]"),
        (["data", "nope"], "Usage: root data [OPTIONS] COMMAND [ARGS]..."),
    ],
)
def test_errors_show_the_usage_of_the_help(
    run: Callable[..., Ran], words: list[str], usage: str
) -> None:
    ran = run(*words)
    assert ran.exit_code == 2
    assert ran.stderr.splitlines()[0] == usage


# Groups that belong to one subject; the others have the same meaning everywhere.
SUBJECTS = {"Graphs", "Registration", "Lighting", "Colour", "Paintings", "Figure", "Robustness"} | {
    "Filing"
}
SCREEN = 41  # lines; 40, and the empty one before the prompt


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("plugins")])
def test_every_option_belongs_to_a_group(name: str) -> None:
    command = dict(commands())[name]
    groups = {group_of(param) for param in command.params}
    assert groups <= {"Input", "Output", "Model", "Training", "Computing"} | SUBJECTS


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("train", "examine")])
def test_help_fits_one_screen(shown: Callable[..., list[str]], name: str) -> None:
    """Those of `train` and `examine` do not: there are too many options."""
    assert len(shown(*name.split())) <= SCREEN


def test_values_have_short_names(shown: Callable[..., list[str]]) -> None:
    text = "\n".join(shown("infer"))
    for words in (
        "--out PATH ",
        "--band NM=FILE ",
        "--wavelengths NM,... ",
        "--coding IMAGE=WORD ",
        "--device auto|cpu|cuda|cuda:N ",
        "--max-memory SIZE ",
        "--expect either|dark|light ",
    ):
        assert f"  {words}" in text
    assert "  -o KEY=VALUE " in "\n".join(shown("train"))


app = typer.Typer(cls=HelpGroup, help="Paint [bold]well[/].")


@app.command(cls=HelpCommand)
def paint(
    canvas: str,
    colours: Annotated[list[str] | None, typer.Argument()] = None,
    style: Literal["impressionist", "expressionist"] = "impressionist",
    size: int = typer.Option(3, min=1, max=9, help="Size.", rich_help_panel="Output"),
    seed: int = typer.Option(0, min=0, max=2**31 - 1, help="Seed."),
    wide: float = typer.Option(2.5, min=0, help="Width.", rich_help_panel="Input"),
    out: str = typer.Option(..., "-o", "--out", help="File.", rich_help_panel="Output"),
    dry: bool = typer.Option(False, "--dry", help="Write nothing.", rich_help_panel="Model"),
    hidden: bool = typer.Option(False, hidden=True),
) -> None:
    """Paint.

    At
    once.
    """


@app.command(cls=HelpCommand)
def clean() -> None:
    """Clean."""


def test_names_values_limits_and_defaults_of_options() -> None:
    lines = CliRunner().invoke(app, ["paint", "--help"]).stdout.splitlines()
    assert [re.sub(" {2,}", "  ", line.rstrip()) for line in lines if line.strip()] == [
        "Usage: root paint CANVAS [COLOURS...] [OPTIONS]",
        "Paint.",
        "At once.",
        "Arguments",
        "  CANVAS",
        "  [COLOURS...]",
        "Input",
        "  --wide X  Width. [0 or more; default: 2.5]",
        "Output",
        "  --size N  Size. [1 to 9; default: 3]",
        "  -o, --out NAME  File. [required]",
        "Model",
        "  --dry  Write nothing.",
        "Training",
        "  --seed N  Seed. [default: 0]",
        "Options",
        "  --style NAME  [one of: impressionist, expressionist; default: impressionist]",
    ]


def test_help_of_a_group() -> None:
    lines = CliRunner().invoke(app, ["--help"]).stdout.splitlines()
    assert "Paint well." in lines
    assert section([line.rstrip() for line in lines], "Commands") == ["paint", "clean"]


def test_choices_that_the_text_names_are_not_listed_again(
    shown: Callable[..., list[str]],
) -> None:
    text = " ".join(" ".join(shown("visualize", "pair")).split())
    assert "--mode NAME Map to show: difference" in text
    assert "one of" not in text


def test_commands_of_plugins_show_help_in_the_same_form() -> None:
    plain = typer.Typer(help="Of a plugin.")
    plain.command()(clean)
    plain.command("paint")(paint)
    command = helpful(typer.main.get_command(plain))
    context = typer.Context(command, info_name="toy")
    assert command.get_help(context) == ""  # printed
    assert helpful(command) is command
