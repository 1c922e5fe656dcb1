"""The advice of error messages, followed to the letter: then the command succeeds."""

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.errors.row import Row
from tests.helpers.command_line import Ran
from tests.helpers.error_tables import ROWS
from tests.helpers.suggestions import filled, suggested

# Advice that takes a network to install from, or captures that these small scenes are not.
NOT_FOLLOWED = (
    *("needs plugin 'sgc'", "is a white or dark frame", "is open to everyone", "tls://"),
    *("20 × 30 pixels", "belong to another photograph", "float64 of shape (2,)"),
    "belong to bands other than",
)
# Another command takes the place of the one that failed, or that one would take long.
NOT_REPEATED = (
    *("a report examines one painting", "other than those", "absent.npz", "start anew"),
    *("is not a certificate", "no graph files", "contains no graphs", "with a coding other than"),
)
SMALL = "--objective node-contrastive --epochs 1 --backbone gcn -o hidden=8 -o out_size=4"
ROWS_WITH_COMMANDS = [
    row
    for row in ROWS
    if isinstance(row.provoked_by, str)
    and any(suggested(row.message))
    and not any(words in row.message for words in NOT_FOLLOWED)
]
REMOVED = re.compile(
    r"(/[^:`]+?) (?:is damaged|has a) .*: (?:re)?move it|: remove ([^:`]+) and run"
)


@pytest.fixture(scope="module")
def whole(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small job, whose results name its paths, and a copy of it."""
    from artextract_cli.cli.main import app

    root = tmp_path_factory.mktemp("small") / "my job"
    unused = shutil.ignore_patterns("t2_*", "v1_*", "dataset.yaml")
    shutil.copytree(dataset, root / "data", ignore=unused)
    about = 'wavelengths: {"450": 450, "650": 650, "850": 850}\nclean: [t0, t1]\n'
    (root / "data" / "dataset.yaml").write_text(about)
    for words in (
        ["graph", "build", root / "data", "--out", root / "graphs"],
        ["train", root / "graphs", "--out", root / "run", *SMALL.split()],
        ["infer", root / "data", "--model", root / "run", "--out", root / "results"],
    ):
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exit_code == 0, result.output
    return root, Path(shutil.copytree(root, root.with_name("copy")))


@pytest.fixture
def here(whole: tuple[Path, Path]) -> Path:
    """The small job, whatever an earlier test has done to it."""
    root, copy = whole
    for leftover in root.parent.glob("my job*"):
        shutil.rmtree(leftover)
    return Path(shutil.copytree(copy, root))


def follow(message: str, known: dict[str, Path], run: Callable[..., Ran]) -> dict[str, Path]:
    """Do what a message says, in its order; returns what was written for words in capitals."""
    for damaged in map("".join, REMOVED.findall(message)):
        shutil.rmtree(damaged) if Path(damaged).is_dir() else Path(damaged).unlink()
    made = {}
    for command in suggested(message):
        words = shlex.split(command)
        ran = run(*filled(command, known), *(SMALL.split() if words[1] == "train" else []))
        assert ran.exit_code == 0, f"{command}\n{ran.stderr}"
        out = words[words.index("--out") + 1] if "--out" in words else words[-1]
        made |= {out: known[out]} if out in known else {}
    return made


def corrected(given: list[str], message: str, made: dict[str, Path]) -> list[str]:
    """The words of the failed command, with what was made in the place of what was wrong."""
    for path in made.values():
        wrong = [word for word in given if word.startswith("/") and word in message]
        given = [str(path) if word in wrong[:1] else word for word in given]
    return given


def provoked(
    row: Row, here: Path, tmp_path: Path, run: Callable[..., Ran]
) -> tuple[list[str], Ran]:
    """The words of the command that fails, and what came of it."""
    if row.damage is not None:
        row.damage(here)
    words = shlex.split(str(row.provoked_by))
    given = [word.format(here=here, new=tmp_path / "new") for word in words]
    ran = run(*given)
    assert ran.exit_code == row.exit_code, ran.stderr
    return given, ran


@pytest.mark.parametrize("row", ROWS_WITH_COMMANDS, ids=lambda row: row.message[:70])
def test_commands_in_messages(
    row: Row, here: Path, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    given, ran = provoked(row, here, tmp_path, run)
    known = {"DATASET": here / "data", "MODEL": here / "run", "RUN": tmp_path / "made run"}
    known |= {"RESULTS": tmp_path / "made results", "GRAPHS": tmp_path / "made graphs"}
    if "train GRAPHS" in ran.stderr:
        known["GRAPHS"] = here / "graphs"
    made = follow(ran.stderr, known, run)
    if not any(words in row.message for words in NOT_REPEATED):
        again = run(*corrected(given, ran.stderr, made))
        assert again.exit_code == 0, again.stderr


# What a message says in words, and the words of a command after it was followed.
ADVICE: dict[str, Callable[[list[str], re.Match[str]], list[str]]] = {
    r"(?:choose|into) another --(out|plates)": lambda given, said: beside(given, said[1]),
    r": omit --(\w+)": lambda given, said: without(given, said[1]),
    r"(--[\w-]+) takes .*?such as ([^ ,;]+)": lambda given, said: changed(given, said[1], said[2]),
    r"(?:use|choose) (--objective|--model) ([\w-]+)": (
        lambda given, said: changed(given, said[1], said[2])
    ),
    r"its (scene)s are: \w+, \w+, (\w+)": lambda given, said: changed(given, said[1], said[2]),
    r"use a name (?:such as|that ends in) \w*(\.\w+)": (
        lambda given, said: changed(given, "out", f"other{said[1]}")
    ),
    r"choose (train) or val": lambda given, said: changed(given, "split", said[1]),
    r"has views (0) to 0": lambda given, said: changed(given, "view", said[1]),
    r"allow at least (\w+)": lambda given, said: changed(given, "max-memory", said[1]),
    r"(wavelengths) are given but scene t0 has 3 bands: (\w+), (\w+), (\w+)": (
        lambda given, said: changed(given, said[1], ",".join(said.groups()[1:]))
    ),
}
QUICK = ("graph ", "infer ", "report ", "visualize pair ")
IN_WORDS = [
    (row, pattern)
    for row in ROWS
    for pattern in ADVICE
    if isinstance(row.provoked_by, str)
    and row.provoked_by.startswith(QUICK)
    and re.search(pattern, row.message.replace("…", "9"))
    and not any(suggested(row.message))
    and not any(
        words in row.message
        for words in ("420,850", "damaged", "link", "--cluster", "--band", "--finish")
    )
]


def changed(given: list[str], option: str, value: str) -> list[str]:
    """The words of a command with another value of an option."""
    flag = f"--{option.removeprefix('--')}"
    return [*without(given, option), flag, value]


def beside(given: list[str], option: str) -> list[str]:
    """The words of a command that writes to another place of the same kind."""
    former = Path(given[given.index(f"--{option}") + 1])
    return changed(given, option, str(former.with_stem(f"{former.stem}-2")))


def without(given: list[str], option: str) -> list[str]:
    """The words of a command without an option and its value."""
    flag = f"--{option.removeprefix('--')}"
    at = given.index(flag) if flag in given else len(given)
    return given[:at] + given[at + 2 :]


@pytest.mark.parametrize(
    ("row", "pattern"), IN_WORDS, ids=[row.message[:70] for row, _ in IN_WORDS]
)
def test_advice_in_words(
    row: Row, pattern: str, here: Path, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    given, ran = provoked(row, here, tmp_path, run)
    said = re.search(pattern, ran.stderr)
    assert said, ran.stderr
    again = run(*ADVICE[pattern](given, said))
    assert again.exit_code == 0, again.stderr


def test_enough_advice_is_followed() -> None:
    assert len(ROWS_WITH_COMMANDS) > 30
    assert len(IN_WORDS) > 10
