"""Addresses, and the names of folders in them."""

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.export.iiif.addresses import (
    MAX_NAME,
    checked_base,
    checked_rights,
    folder_name,
)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://museum.example/iiif/", "https://museum.example/iiif"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:80/a%20b", "http://[::1]:80/a%20b"),
    ],
)
def test_a_base_address_ends_without_a_slash(given: str, kept: str) -> None:
    assert checked_base(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        *("museum.example", "ftp://museum.example", "https://", "https:///iiif", "http://a:b/"),
        *("http://a/?q", "http://a/#f", "http://user@a/", "http://a/b c", "http://a/<b>"),
        *("http://a/../b", "http://a/./b", "javascript:alert(1)", "http://a/\n", "http://[a/", ""),
    ],
)
def test_other_addresses_are_refused(given: str) -> None:
    with pytest.raises(UsageError, match="cannot be the address of a folder"):
        checked_base(given)


def test_rights_are_addresses_in_the_form_that_viewers_compare() -> None:
    assert checked_rights("https://creativecommons.org/publicdomain/zero/1.0/") == (
        "http://creativecommons.org/publicdomain/zero/1.0/"
    )
    own = "https://museum.example/terms?lang=en"
    assert checked_rights(own) == own
    for wrong in ("CC BY 4.0", "javascript:alert(1)", 'http://a/"', "http://a/\u202e"):
        with pytest.raises(UsageError, match="not the address of a licence"):
            checked_rights(wrong)


def test_plain_names_are_folders_as_they_are() -> None:
    for name in ("abbey", "Abbey_2.b-c", "0"):
        assert folder_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("..", ".hidden", "a/../b", "a b", "a%2e", "Vitræ", "con", "a.", "x" * (MAX_NAME + 1)),
        *("<img src=x>", "\u202eabc", "a\nb", "\udc80", "?", "a\\b", "C:", "-"),
        *("collection.json", "Export.JSON"),
    ],
)
def test_other_names_become_folders_that_every_server_finds(name: str) -> None:
    folder = folder_name(name)
    assert set(folder) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
    assert 0 < len(folder) <= MAX_NAME
    assert folder_name(folder) == folder
    assert folder_name(name + "!") != folder
