from pathlib import Path

import pytest

from artextract_cli import Filing
from artextract_cli.errors import InputError, UsageError
from artextract_cli.report.filing import read_filing


def test_what_is_stated_in_order_and_under_labels() -> None:
    filing = Filing(notes="a\nb", inventory="A 12", title="Lady", operator="")
    assert filing.stated == {"title": "Lady", "inventory": "A 12", "notes": "a\nb"}
    assert filing.rows == (("Inventory number", "A 12"), ("Notes", "a\nb"))
    assert Filing().stated == {}


def test_options_win_over_the_file_even_if_empty() -> None:
    of_file = Filing(title="Lady", date="1900", notes="old")
    filing = Filing(title="Gentleman", notes="").over(of_file)
    assert filing.stated == {"title": "Gentleman", "date": "1900"}


def test_a_file_with_numbers_and_dates_as_written(tmp_path: Path) -> None:
    path = tmp_path / "report.yaml"
    path.write_text("title: 'no'\ninventory: 0123\ndate: 2026-11-30\noperator: 12\nnotes:\n")
    assert read_filing(path).stated == {
        "title": "no",
        "inventory": "0123",
        "operator": "12",
        "date": "2026-11-30",
    }
    path.write_text("")
    assert read_filing(path) == Filing()


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\x9b", "\u202a", "\u2066"])
def test_characters_that_change_how_text_is_shown(character: str) -> None:
    code = rf"U\+{ord(character):04X}"
    with pytest.raises(UsageError, match=f"operator contains the invisible character {code}, "):
        Filing(operator=f"a{character}b")


def test_texts_of_any_script_and_of_several_lines() -> None:
    text = "\u05d0\u200f (1903)\r\n\tL\u2019\u00e9t\u00e9"
    assert Filing(title=text, notes=text).stated == {"title": text, "notes": text}


def test_the_longest_texts() -> None:
    Filing(title="a" * 200, notes="a" * 10_000)
    with pytest.raises(UsageError, match="title has 201 characters, but at most 200"):
        Filing(title="a" * 201)
    with pytest.raises(UsageError, match="institution has 10001 characters"):
        Filing(institution="a" * 10_001)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("titel: Lady\n", "unknown key 'titel'; known keys: title, inventory, institution, "),
        ("inventory: 12.30\n", "inventory must be text: put it in quotation marks"),
        ("notes: [a, b]\n", "notes must be text"),
        ("date: true\n", "date must be text"),
        ('title: "a\\0"\n', r"title contains the invisible character U\+0000"),
        ("notes: \u202eabc\n", r"notes contains the invisible character U\+202E"),
        (f"notes: {10_001 * 'a'}\n", "notes has 10001 characters, but at most 10000 are allowed"),
        (f"notes: {5000 * '['}", "is nested too deeply"),
        ("- title\n", "must contain keys and values"),
    ],
)
def test_a_file_that_is_not_understood(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "report.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said) as error:
        read_filing(path)
    assert str(error.value).startswith(str(path))
