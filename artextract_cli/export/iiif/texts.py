"""Texts in manifests: whatever a name or a note contains is shown as it is written."""

import html
from typing import Any

LANGUAGE = "en"
UNKNOWN = "none"
"""In place of the language of names and titles."""


def text(value: str, language: str = LANGUAGE) -> dict[str, list[str]]:
    """A text for a property that viewers never take for HTML, such as a label."""
    return {language: [value]}


def shown(value: str, language: str = LANGUAGE) -> dict[str, list[str]]:
    """A text for a property that may be HTML: the value of metadata, a summary."""
    return {language: [as_html(value)]}


def as_html(value: str) -> str:
    """A text as it is, or as HTML without markup where a viewer could take it for markup.

    A value that begins with ``<`` and ends with ``>`` is HTML (Presentation API 3.0, section 4.5);
    some viewers take every value for it.
    """
    lines = value.splitlines()
    if len(lines) < 2 and not set(value) & set("<>&"):
        return value
    return "<p>" + "<br/>".join(html.escape(line) for line in lines) + "</p>"


def row(label: str, *values: str, language: str = LANGUAGE) -> dict[str, Any]:
    """A row of metadata, of one or more values."""
    return {"label": text(label), "value": {language: [as_html(value) for value in values]}}
