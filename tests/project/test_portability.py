"""Sources run on Windows and macOS too; `make types` checks them as these systems see them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.other_systems import POSIX_ONLY_MODULES

ROOT = Path(__file__).parents[2]
TREES = {
    path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8"))
    for folder in ("artextract_cli", "plugins")
    for path in sorted((ROOT / folder).rglob("*.py"))
}


def imports_at_the_top(tree: ast.Module) -> Iterator[str]:
    """Modules that are imported with the module itself, on every system."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def unportable_texts(tree: ast.Module) -> Iterator[str]:
    """Calls that read or write text as the system does, not as UTF-8 with line feeds."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute | ast.Name):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        given = {keyword.arg for keyword in node.keywords}
        call = ast.unparse(node)
        is_explicit = {
            "read_text": bool(node.args or given),
            "write_text": "newline" in given and ("encoding" in given or "utf-8" in call),
            "open": not is_text(node) or {"encoding", "newline"} <= given,
        }
        if not is_explicit.get(name, True):
            yield call


def is_text(node: ast.Call) -> bool:
    """Whether a call of ``open`` opens a text: it has a mode without ``b``."""
    modes = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
    return any(str(mode) in ("r", "w", "a", "x", "rt", "wt") for mode in modes) or bool(
        {keyword.arg for keyword in node.keywords} & {"encoding", "newline"}
    )


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ("path.write_text(text)", True),
        ("path.write_text(text, encoding='utf-8')", True),
        ("path.write_text(text, encoding='utf-8', newline='\\n')", False),
        ("path.write_text(text, 'utf-8', newline='\\n')", False),
        ("path.read_text()", True),
        ("path.read_text('utf-8')", False),
        ("path.open('w')", True),
        ("open(path, 'w', encoding='utf-8')", True),
        ("path.open('wb')", False),
        ("Image.open(path)", False),
    ],
)
def test_what_counts_as_text_of_the_system(code: str, is_found: bool) -> None:
    assert bool(list(unportable_texts(ast.parse(code)))) == is_found


def test_no_module_needs_posix_to_be_imported() -> None:
    needed = {path: set(imports_at_the_top(tree)) for path, tree in TREES.items()}
    assert {path: found for path in TREES if (found := needed[path] & {*POSIX_ONLY_MODULES})} == {}


def test_texts_have_one_encoding_and_line_ends_of_one_kind() -> None:
    found = {path: list(unportable_texts(tree)) for path, tree in TREES.items()}
    assert {path: calls for path, calls in found.items() if calls} == {}
