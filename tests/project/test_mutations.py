"""What the long test of the tests changes in a source, and what it leaves alone."""

import ast

import pytest

from tests.torture.mutations import CORE, changes, files_for


def mutants(source: str) -> list[str]:
    """The source after every change."""
    made = []
    for i in range(len(changes(ast.parse(source)))):
        tree = ast.parse(source)
        node, field, new = changes(tree)[i]
        setattr(node, field, new)
        made.append(ast.unparse(ast.fix_missing_locations(tree)))
    return made


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["pass", "a <= b"]),
        ("x = a + b", ["x = a - b"]),
        ("x = a and b", ["x = a or b"]),
        ("x = True", ["x = False"]),
        ("x = 3", ["x = 4", "x = 2"]),
        ("x = 1 if a else b", ["x = 1 if not a else b", "x = 2 if a else b", "x = 0 if a else b"]),
        ("x = [i for i in a if not i]", ["x = [i for i in a if i]"]),
        ("x += y", ["pass", "x -= y"]),
        ("x[i] = y", ["pass"]),
        ("raise ValueError(1 + 1)", ["pass"]),
    ],
)
def test_what_is_changed(source: str, expected: list[str]) -> None:
    assert mutants(source) == expected


def test_functions_return_nothing() -> None:
    assert mutants("def f(x):\n    return x") == ["def f(x):\n    return None"]
    assert mutants("def f(x):\n    return None") == []


@pytest.mark.parametrize(
    "source",
    [
        '"""Text."""',
        "msg = f'{a + 1} is too many'",
        "__all__ = ['a'] * 2",
        "Index = Array | List[3]",
        "x: Array[1 + 1]",
        "def f(x: A | B) -> A | B:\n    pass",
        "@decorated(1 + 1)\nclass A:\n    pass",
        "if sys.platform == 'win32':\n    x = 1",
        "zip(a, b, strict=True)",
    ],
)
def test_what_no_test_should_notice_is_left_alone(source: str) -> None:
    left_out = "pass" if source.startswith("zip") else None
    assert [mutant for mutant in mutants(source) if mutant != left_out] == []


@pytest.mark.parametrize("module", CORE)
def test_every_core_module_has_tests(module: str) -> None:
    assert files_for(module)
