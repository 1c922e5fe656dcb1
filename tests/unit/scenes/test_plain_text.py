"""Text that is shown as it is written."""

import pytest

from artextract_cli.scenes.plain_text import invisible_character


@pytest.mark.parametrize("text", ["", "two\nlines\t", "\u200fעברית", "<b>", "Öl"])
def test_plain_text_is_accepted(text: str) -> None:
    assert invisible_character(text) is None


@pytest.mark.parametrize(
    ("text", "named"), [("a\x1b[31m", "U+001B"), ("12\u202e3", "U+202E"), ("a\x7f", "U+007F")]
)
def test_the_first_character_that_changes_how_text_is_shown_is_named(text: str, named: str) -> None:
    assert invisible_character(text) == named
