import pytest

from artextract_cli.report.wording import decimal, millimetres, one_in, percent, place, unbroken


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0"),
        (1, "100"),
        (0.9996, "99.9"),
        (0.9899, "99"),
        (0.512, "51"),
        (0.0994, "9.9"),
        (0.01, "1.0"),
        (0.00316, "0.32"),
        (0.0000123, "0.0012"),
    ],
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == f"{text}\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("rate", "text"),
    [(0, "none"), (1, "1 in 1"), (0.4, "1 in 2.5"), (0.034, "1 in 29")],
)
def test_one_in(rate: float, text: str) -> None:
    assert one_in(rate) == text


def test_large_counts_are_grouped() -> None:
    assert one_in(0.00012345) == "1 in 8\N{NARROW NO-BREAK SPACE}100"


def test_numbers_and_lengths() -> None:
    assert decimal(-0.256) == "−0.26"
    assert millimetres(30, 4) == "7.5"
    assert millimetres(1, 400) == "0.0025"
    assert millimetres(0, 4) == "0"
    assert millimetres(5000, 4) == "1250"


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [(0, 0, "upper left"), (50, 100, "centre"), (99.9, 100, "lower"), (50, 199.9, "right")],
)
def test_place(row: float, column: float, words: str) -> None:
    assert place(row, column, (100, 200)) == words


def test_units_stay_with_their_numbers() -> None:
    assert unbroken("30 × 40 px, 5 % or more") == "30\xa0× 40\xa0px, 5\xa0% or more"
