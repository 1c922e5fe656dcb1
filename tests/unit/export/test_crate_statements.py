"""Authors and licences of a crate, as typed."""

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.export.crate_statements import Author, licence_address, parse_author


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("R. Doe", Author(name="R. Doe")),
        ("R. Doe; 0000-0002-1825-0097", Author(name="R. Doe", orcid="0000-0002-1825-0097")),
        (
            "R. Doe;https://orcid.org/0000-0002-1694-233X",
            Author(name="R. Doe", orcid="0000-0002-1694-233X"),
        ),
    ],
)
def test_an_author_with_and_without_orcid(text: str, author: Author) -> None:
    assert parse_author(text) == author


@pytest.mark.parametrize("orcid", ["0000-0002-1825-0096", "0000000218250097", "", "X"])
def test_a_mistyped_orcid_is_refused(orcid: str) -> None:
    with pytest.raises(UsageError, match="is mistyped"):
        parse_author(f"R. Doe;{orcid}")


def test_a_licence_is_an_identifier_or_an_address() -> None:
    assert licence_address("CC-BY-4.0") == "https://spdx.org/licenses/CC-BY-4.0"
    assert licence_address("https://museum.example/terms") == "https://museum.example/terms"
