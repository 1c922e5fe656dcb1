"""Commands that messages suggest: found, parsed without running them, or made to work."""

import re
import shlex
from collections.abc import Iterator, Mapping

from artextract_cli.cli.main import hoist_global_flags
from tests.helpers.command_tree import commands

COMMANDS = dict(commands())
HELP = {"-h", "--help"}
# A word in capitals stands for what is not known, such as DATASET.
PLACEHOLDER = re.compile("[A-Z]{3,}")


def suggested(message: str) -> Iterator[str]:
    """Every command of artextract that a message quotes, and that after ``next:``."""
    quoted = re.findall(r"`(artextract .*?)`|'(artextract [^']*)'", message)
    yield from (one or other for one, other in quoted)
    yield from re.findall("^next: (artextract .*)$", message, re.MULTILINE)


def check_parses(command: str) -> None:
    """Parse a command: it exists, has these options, and gets as many arguments as it needs.

    Raises
    ------
    AssertionError
        If there is no such command.
    TyperException
        If its options or arguments are wrong.
    """
    words = shlex.split(command)[1:]
    name = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in COMMANDS), None)
    assert name is not None, command
    rest = hoist_global_flags(words)[len(name.split()) :]
    if not HELP & set(rest):
        COMMANDS[name].make_context(name, rest)


def filled(command: str, known: Mapping[str, object]) -> list[str]:
    """The words of a command after the program, with words in capitals replaced."""
    words = shlex.split(command)[1:]
    return [str(known[w]) if PLACEHOLDER.fullmatch(w) else w for w in words]
