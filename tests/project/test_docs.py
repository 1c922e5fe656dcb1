"""Every command line that the documentation shows is one that the program understands."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from artextract_cli.cli.main import GLOBAL_FLAGS, app, hoist_global_flags

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCED = re.compile(r"^ *```\w*(?: file=\S+)?\n(.*?)^ *```$", re.M | re.S)
INLINE = re.compile(r"`(artextract [^`]+)`")
SYNOPSIS = re.compile(r"[\[\]|…]|\.\.\.")


def command_lines(text: str) -> Iterator[list[str]]:
    """Words of the whole command lines of a page, after the program's name."""
    for block in FENCED.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            if re.match(r"(\.venv/bin/)?artextract ", line.strip()) and not SYNOPSIS.search(line):
                yield shlex.split(line, comments=True)[1:]


def mentions(text: str) -> Iterator[list[str]]:
    """Words of the commands that running text names, whole or in part, and of synopses."""
    prose = FENCED.sub("", text)
    synopses = [
        SYNOPSIS.sub(" ", line)
        for block in FENCED.findall(text)
        for line in block.replace("\\\n", " ").splitlines()
        if line.startswith("artextract ") and SYNOPSIS.search(line)
    ]
    for line in (*INLINE.findall(prose), *synopses):
        yield line.split()[1:]


def found_command(words: list[str]) -> tuple[Any, list[str]]:
    """The command that ``words`` name, and the words that come after its name."""
    command: Any = get_command(app)
    rest = hoist_global_flags(words)
    while rest and rest[0].startswith("-"):
        rest = rest[2 if GLOBAL_FLAGS.get(rest[0]) else 1 :]
    while hasattr(command, "commands") and rest and rest[0].islower():
        name, *rest = rest
        command = command.get_command(typer.Context(command), name)
        assert command is not None, f"{name} is no command"
    return command, rest


def given_by_remember(command: Any) -> dict[str, str]:
    """What `infer --remember` has written for the commands that come after it."""
    return {p.name: "results" for p in command.params if p.name in ("results", "truth")}


def lines_of(find: Any) -> list[Any]:
    return [
        pytest.param(words, id=f"{page.relative_to(ROOT)}: {' '.join(words)}"[:90])
        for page in PAGES
        for words in find(page.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("words", lines_of(command_lines))
def test_every_command_line_is_understood(words: list[str]) -> None:
    command, rest = found_command(words)
    assert not hasattr(command, "commands"), "names no command"
    command.make_context(command.name, rest, default_map=given_by_remember(command))


@pytest.mark.parametrize("words", lines_of(mentions))
def test_every_command_that_is_named_has_the_options_that_are_named(words: list[str]) -> None:
    command, rest = found_command(words)
    known = {name for p in command.params for name in (*p.opts, *p.secondary_opts)}
    given = {word.split("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
    assert given <= known | {"--help", "-h", "--install-completion"}


def test_the_pages_hold_command_lines() -> None:
    readme = list(command_lines((ROOT / "README.md").read_text(encoding="utf-8")))
    assert ["examine", "raw/abbey", "--out", "abbey.html"] in readme
    with pytest.raises(typer.TyperException, match="No such option"):
        test_every_command_line_is_understood(["infer", "scans", "--no-such"])


def test_the_page_about_a_backbone_shows_the_example() -> None:
    page = (ROOT / "docs" / "backbone.md").read_text(encoding="utf-8")
    module = ROOT / "examples" / "artextract-gin" / "artextract_gin.py"
    source = [line.strip() for line in module.read_text(encoding="utf-8").splitlines()]
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    assert len(blocks) == 3
    for block in blocks:
        lines = [line.strip() for line in block.splitlines()]
        assert "\n".join(lines) in "\n".join(source)
