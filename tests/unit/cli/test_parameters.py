import pytest

from artextract_cli.cli.parameters import parse_memory
from artextract_cli.errors import UsageError


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("4GB", 4 * 10**9),
        ("1.5g", 15 * 10**8),
        ("800MB", 8 * 10**8),
        ("2GiB", 2 * 2**30),
        ("512 mib", 512 * 2**20),
        ("1Ti", 2**40),
    ],
)
def test_amounts_of_memory(text: str, amount: int) -> None:
    assert parse_memory(text) == amount


@pytest.mark.parametrize("text", ["4", "GB", "4KB", "-1GB", "4GBB", "4iB"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(UsageError, match="--max-memory takes an amount such as 4GB or 800MB"):
        parse_memory(text)
