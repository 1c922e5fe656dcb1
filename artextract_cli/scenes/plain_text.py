"""Text that a person has written, and that is shown to others as it is."""

import unicodedata

LAYOUT = "\n\r\t"
"""Control characters that texts of several lines have."""
# Embeddings, overrides and isolates make text read in another order than it is written; the marks
# that Arabic and Hebrew need are not among them.
OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def invisible_character(text: str) -> str | None:
    """The first invisible character of a text that changes how it is shown, such as U+202E."""
    for character in text:
        is_control = unicodedata.category(character) == "Cc" and character not in LAYOUT
        if is_control or character in OVERRIDES:
            return f"U+{ord(character):04X}"
    return None
