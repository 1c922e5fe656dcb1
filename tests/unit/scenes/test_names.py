import pytest

from artextract_cli.scenes.names import name_problem


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Vermeer, Mädchen (1665)", None),
        ("console", None),
        ("com10", None),
        ("a.b", None),
        ("a:b", "contains :"),
        ('a"b?', 'contains " ?'),
        ("a\tb", "contains unprintable characters"),
        ("a.", "is not allowed on every operating system"),
        (" a", "is not allowed on every operating system"),
        ("nul", "is not allowed on every operating system"),
        ("Aux.tif", "is not allowed on every operating system"),
        ("COM¹", "is not allowed on every operating system"),
        ("con .b", "is not allowed on every operating system"),
        ("conin$", "is not allowed on every operating system"),
    ],
)
def test_names_that_windows_does_not_allow(name: str, problem: str | None) -> None:
    assert name_problem(name) == problem
