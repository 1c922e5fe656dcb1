"""Every sentence that tells a user what went wrong comes about, and the table lacks none."""

import ast
import functools
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import artextract_cli
from artextract_cli.errors import ArtextractError
from tests.errors.row import Row
from tests.helpers.command_line import Ran
from tests.helpers.error_tables import ROWS, TABLES
from tests.helpers.suggestions import check_parses, suggested

ELSEWHERE = {
    test: messages for table in TABLES for test, messages in getattr(table, "ELSEWHERE", {}).items()
}
PASSED_ON = {
    place: why for table in TABLES for place, why in getattr(table, "PASSED_ON", {}).items()
}

ROOT = Path(artextract_cli.__file__).parents[1]
ANYTHING = "(?s:.*)"
ERRORS = {"ArtextractError", "UsageError", "InputError", "DependencyError", "DivergedError"}
ERRORS |= {"FailedScenesError"}


@pytest.fixture(scope="module")
def place(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``data``, ``graphs``, ``run`` and ``results``, made once."""
    from artextract_cli.cli.main import app

    root = tmp_path_factory.mktemp("made")
    shutil.copytree(dataset, root / "data")
    small = "--objective node-contrastive --epochs 1 --backbone gcn -o hidden=8 -o out_size=4"
    for line in (
        f"graph build {root}/data --out {root}/graphs",
        f"train {root}/graphs --out {root}/run {small}",
        f"infer {root}/data --model {root}/run --out {root}/results",
    ):
        result = CliRunner().invoke(app, shlex.split(line))
        assert result.exit_code == 0, result.output
    return root


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.message[:70])
def test_what_is_told(row: Row, place: Path, tmp_path: Path, run: Callable[..., Ran]) -> None:
    here = place
    if row.damage is not None:
        here = Path(shutil.copytree(place, tmp_path / "copy"))
        row.damage(here)
    if not isinstance(row.provoked_by, str):
        with pytest.raises(ArtextractError) as caught:
            row.provoked_by(here)
        assert caught.value.exit_code == row.exit_code
        assert re.fullmatch(pattern(row.message), str(caught.value)), str(caught.value)
        check_suggestions(str(caught.value))
        return
    ran = run(*shlex.split(row.provoked_by.format(here=here, new=tmp_path / "new")))
    told = [line for line in ran.stderr.splitlines() if line.startswith("error: ")]
    assert ran.exit_code == row.exit_code, ran.stderr
    assert "Traceback" not in ran.stderr
    assert len(told) == 1 or " scenes could not be " in told[-1], ran.stderr
    assert re.search(pattern(row.message), told[-1]), told[-1]
    check_suggestions(ran.stderr)


def check_suggestions(message: str) -> None:
    """Commands in a message can be pasted: our program understands them."""
    for command in suggested(message):
        check_parses(command)


def test_every_command_in_the_tables_is_understood() -> None:
    """Also of what is met elsewhere; "…" stands for one word or more."""
    messages = [row.message for row in ROWS] + [m for told in ELSEWHERE.values() for m in told]
    found = [command for message in messages for command in suggested(message)]
    assert len(found) > 40
    for command in found:
        # What a row leaves open may be several words, such as options: they are not checked here.
        if not re.search(r"(?<!\S)…", command):
            check_parses(command)


@pytest.mark.parametrize(
    "wrong",
    [
        "infre DATASET",
        "infer DATASET --otu RESULTS",
        "infer DATASET RESULTS",
        "graph build --out GRAPHS",
        "data register DATASET",
        "graph",
        "train GRAPHS --out",
    ],
)
def test_a_misspelt_suggestion_is_noticed(wrong: str) -> None:
    (command,) = suggested(f"it is wrong: run `artextract {wrong}` again")
    with pytest.raises((AssertionError, typer.TyperException)):
        check_parses(command)


def test_no_sentence_is_missing() -> None:
    """Each sentence of the sources is that of a row, or is said to be met elsewhere."""
    listed = [row.message for row in ROWS] + [m for told in ELSEWHERE.values() for m in told]
    missing = [
        f"{place}: {template}"
        for place, template in sorted(sentences())
        if not (
            place in PASSED_ON
            if says_nothing(template)
            else any(re.fullmatch(template, message) for message in listed)
        )
    ]
    assert missing == []


def test_no_exception_is_of_a_sentence_that_is_gone() -> None:
    said = [template for _, template in sentences() if not says_nothing(template)]
    met = [message for messages in ELSEWHERE.values() for message in messages]
    assert [m for m in met if not any(re.fullmatch(t, m) for t in said)] == []
    assert PASSED_ON.keys() == {place for place, t in sentences() if says_nothing(t)}


@pytest.mark.parametrize("test", ELSEWHERE)
def test_what_is_met_elsewhere_has_its_test(test: str) -> None:
    file, _, name = test.partition("::")
    functions = [
        node.name
        for node in ast.walk(ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    assert name in functions


def says_nothing(template: str) -> bool:
    """Whether a sentence is but what something else says."""
    return re.search("[a-z]{3}", template.replace(ANYTHING, "")) is None


def pattern(message: str) -> str:
    """A regular expression of a message in which "…" stands for anything."""
    return ".*".join(re.escape(part) for part in message.split("…"))


@functools.cache
def sentences() -> frozenset[tuple[str, str]]:
    """Where the sources make an error, as file and function, and what its sentence looks like."""
    return frozenset(_sentences())


def _sentences() -> Iterator[tuple[str, str]]:
    for folder in (ROOT / "artextract_cli", ROOT / "plugins"):
        for path in sorted(folder.rglob("*.py")):
            for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(function, ast.FunctionDef):
                    for sentence in _sentences_of(function):
                        yield f"{path.relative_to(ROOT)}:{function.name}", _template(sentence)


def _sentences_of(function: ast.FunctionDef) -> Iterator[ast.expr]:
    assigned: dict[str, list[ast.Assign]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assigned.setdefault(node.targets[0].id, []).append(node)
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ERRORS
        ):
            said = node.args[0]
            before = assigned.get(said.id, []) if isinstance(said, ast.Name) else []
            earlier = [one for one in before if one.lineno < node.lineno]
            yield max(earlier, key=lambda one: one.lineno).value if earlier else said


def _template(sentence: ast.expr) -> str:
    """A regular expression; what is not constant may be anything."""
    if isinstance(sentence, ast.Constant):
        return re.escape(str(sentence.value))
    if isinstance(sentence, ast.JoinedStr):
        return "".join(map(_template, sentence.values))
    return ANYTHING
