"""What an institution states about an examination, shown on top of the report."""

import dataclasses
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

from artextract_cli.errors import InputError, UsageError
from artextract_cli.scenes.plain_text import invisible_character
from artextract_cli.utils.settings import Setting
from artextract_cli.utils.yaml import read_yaml

GROUP = "Filing"
MAX_TITLE, MAX_TEXT = 200, 10_000
"""Largest number of characters of a title, and of any other statement."""
_text = partial(Setting, group=GROUP, metavar="TEXT")


@dataclass(frozen=True, kw_only=True)
class Filing:
    """Statements that identify a report in a file of documents; all are optional.

    Attributes
    ----------
    title
        Title of the painting; the heading of the report.
    inventory
        Inventory number.
    institution
        Who owns or examines the painting.
    operator
        Who examined it.
    date
        Date of the examination, in any form.
    notes
        Anything else; line breaks are kept.

    Raises
    ------
    UsageError
        If a statement is too long, or has a control character or one that changes the direction of
        the text.
    """

    title: Annotated[str | None, _text(help="Title of the painting.")] = None
    inventory: Annotated[str | None, _text(help="Inventory number.")] = None
    institution: Annotated[
        str | None,
        Setting(
            help="Institution that owns or examines the painting.", group=GROUP, metavar="TEXT"
        ),
    ] = None
    operator: Annotated[str | None, _text(help="Who examined it.")] = None
    date: Annotated[str | None, _text(help="Date of the examination.")] = None
    notes: Annotated[str | None, _text(help="Notes for the report.")] = None

    def __post_init__(self) -> None:
        for name in _NAMES:
            _check_text(name, getattr(self, name) or "")

    @property
    def stated(self) -> dict[str, str]:
        """The statements that were made, by name."""
        return {name: text for name, text in dataclasses.asdict(self).items() if text}

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Labels and statements, without the title."""
        return tuple((_LABELS[name], text) for name, text in self.stated.items() if name in _LABELS)

    def over(self, other: "Filing") -> "Filing":
        """These statements, and those of ``other`` where there are none.

        Parameters
        ----------
        other
            Statements with less weight. An empty text counts as a statement.
        """
        given = {k: v for k, v in dataclasses.asdict(self).items() if v is not None}
        return dataclasses.replace(other, **given)


_NAMES = tuple(Filing.__dataclass_fields__)
_LABELS = {
    "inventory": "Inventory number",
    "institution": "Institution",
    "operator": "Operator",
    "date": "Date of examination",
    "notes": "Notes",
}


def _check_text(name: str, text: str) -> None:
    limit = MAX_TITLE if name == "title" else MAX_TEXT
    if len(text) > limit:
        msg = f"{name} has {len(text)} characters, but at most {limit} are allowed: shorten it"
        raise UsageError(msg)
    if character := invisible_character(text):
        msg = (
            f"{name} contains the invisible character {character}, which changes how text is "
            "shown: remove it"
        )
        raise UsageError(msg)


def read_filing(path: Path) -> Filing:
    """Read statements from a YAML file with the keys of `Filing`.

    Raises
    ------
    InputError
        If it cannot be read, has an unknown key, or a statement that is not text or not valid.
    """
    content = read_yaml(path)
    for key, value in content.items():
        if key not in _NAMES:
            msg = f"{path}: unknown key {key!r}; known keys: {', '.join(_NAMES)}"
            raise InputError(msg)
        # A whole number has one spelling; 12.30 has lost its zero by now. A bool is an int too.
        if type(value) not in (str, int, type(None)):
            msg = f"{path}: {key} must be text: put it in quotation marks"
            raise InputError(msg)
    texts = {key: None if value is None else str(value) for key, value in content.items()}
    try:
        return Filing(**texts)
    except UsageError as error:
        msg = f"{path}: {error}"
        raise InputError(msg) from error
