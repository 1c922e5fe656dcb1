"""Who published a crate, and under which licence."""

import re
from dataclasses import dataclass

from artextract_cli.errors import UsageError

SPDX = "https://spdx.org/licenses/"
ORCID = "https://orcid.org/"
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")


@dataclass(frozen=True, kw_only=True)
class Author:
    """An author of a crate.

    Attributes
    ----------
    name
        Name as it is to be cited.
    orcid
        ORCID, such as 0000-0002-1825-0097; None if unknown.

    Raises
    ------
    UsageError
        If the name is empty or the ORCID is mistyped.
    """

    name: str
    orcid: str | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            msg = "an author has no name: give it before the ORCID, as NAME;ORCID"
            raise UsageError(msg)
        if self.orcid is not None and not _is_orcid(self.orcid):
            msg = (
                f"the ORCID of {self.name} is mistyped: {self.orcid!r} must be four groups of four "
                "digits with a valid check digit, such as 0000-0002-1825-0097"
            )
            raise UsageError(msg)


def parse_author(text: str) -> Author:
    """Parse ``NAME`` or ``NAME;ORCID``; the ORCID may be an address.

    Raises
    ------
    UsageError
        If there is no name, or the ORCID is mistyped.
    """
    name, separator, orcid = text.partition(";")
    return Author(name=name.strip(), orcid=orcid.strip().removeprefix(ORCID) if separator else None)


def licence_address(licence: str) -> str:
    """The address of a licence, given that or its SPDX identifier.

    Raises
    ------
    UsageError
        If it is neither.
    """
    if licence.startswith(("https://", "http://")) and not re.search(r"\s", licence):
        return licence
    if not _IDENTIFIER.fullmatch(licence):
        msg = (
            f"the licence {licence!r} is neither an SPDX identifier, such as CC-BY-4.0, nor the "
            "address of its text: give one of the two"
        )
        raise UsageError(msg)
    return SPDX + licence


def _is_orcid(text: str) -> bool:
    """Whether it has the form and the check digit of an ORCID (ISO/IEC 7064, MOD 11-2)."""
    if not _ORCID.fullmatch(text):
        return False
    characters = text.replace("-", "")
    total = 0
    for digit in characters[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == characters[-1]
