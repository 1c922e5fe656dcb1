"""Every command has two examples that it understands, and a page that exists."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

import artextract_cli
from artextract_cli.cli.help.examples import GUIDES
from artextract_cli.cli.help.layout import HELP_WIDTH
from artextract_cli.cli.main import hoist_global_flags
from tests.helpers.command_line import Ran
from tests.helpers.command_tree import commands

COMMANDS = dict(commands())
EXAMPLES = [(name, example) for name, guide in GUIDES.items() for example in guide.examples]
ROOT = Path(artextract_cli.__file__).parents[1]


def test_every_command_has_examples() -> None:
    assert sorted(GUIDES) == sorted(COMMANDS)


def test_all_examples_differ() -> None:
    assert len({example for _, example in EXAMPLES}) == len(EXAMPLES) == 2 * len(GUIDES)


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_every_example_is_understood_and_fits_its_line(name: str, example: str) -> None:
    program, *words = shlex.split(example)
    start = len(name.split())
    assert [program, *words[:start]] == ["artextract", *name.split()]
    rest = [word for word in hoist_global_flags(words) if word not in ("--json", "--quiet")]
    COMMANDS[name].make_context(name, rest[start:])
    assert len(example) <= HELP_WIDTH - 2


@pytest.mark.parametrize("page", sorted({guide.page for guide in GUIDES.values()}))
def test_every_page_exists(page: str) -> None:
    assert (ROOT / page).is_file()


def test_help_shows_the_examples(run: Callable[..., Ran]) -> None:
    lines = run("data", "import", "--help").stdout.splitlines()
    assert [line for line in lines if line.startswith("  artextract ")] == [
        f"  {example}" for example in GUIDES["data import"].examples
    ]


# They need no files, or a dataset named scans.
@pytest.mark.parametrize(
    "example",
    [
        GUIDES["data simulate"].examples[1],
        *GUIDES["data check"].examples,
        GUIDES["data mask"].examples[1],
        *GUIDES["plugins list"].examples,
        *GUIDES["plugins info"].examples,
    ],
)
def test_simple_examples_run(run: Callable[..., Ran], dataset: Path, example: str) -> None:
    Path("scans").symlink_to(dataset)
    ran = run(*shlex.split(example)[1:])
    assert ran.exit_code == 0, ran.stderr
