import pytest

from artextract_cli.cli.parameters import parse_grey, parse_memory
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


def test_a_grey_patch() -> None:
    assert parse_grey("40, 60,30,20") == (40, 60, 30, 20)
    assert parse_grey(None) is None


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1,2,3,4,5", "1,2,0,4", "-1,2,3,4", "1,2,3,x", "1,2,3,²"]
)
def test_what_is_no_patch(text: str) -> None:
    with pytest.raises(UsageError, match="--grey takes X,Y,WIDTH,HEIGHT"):
        parse_grey(text)
