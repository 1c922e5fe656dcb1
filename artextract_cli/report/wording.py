"""Numbers formatted for readers: rates, shares, lengths, locations."""

import re

from artextract_cli.results.verdict import in_percent, two_figures

_NUMBER_AND_UNIT = re.compile("([0-9]) (%|px|mm|nm|×)")


def percent(share: float) -> str:
    """A share in percent, as everywhere, with a non-breaking space."""
    return unbroken(in_percent(share))


def one_in(rate: float) -> str:
    """A rate as ``1 in 30``."""
    if rate <= 0:
        return "none"
    count = 1 / rate
    if count < 10:
        return f"1 in {count:.2g}"
    rounded = float(f"{count:.2g}")
    return f"1 in {rounded:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def unbroken(text: str) -> str:
    """Join numbers and their units by non-breaking spaces."""
    return _NUMBER_AND_UNIT.sub("\\1\N{NO-BREAK SPACE}\\2", text)


def decimal(value: float, places: int = 2) -> str:
    """A number with a true minus sign."""
    return f"{value:.{places}f}".replace("-", "−")


def millimetres(pixels: float, pixels_per_mm: float) -> str:
    """A length in px as mm, with two significant figures or whole."""
    return two_figures(pixels / pixels_per_mm)


def place(row: float, column: float, shape: tuple[int, int]) -> str:
    """Location of a point in an image of ``shape`` (H, W), in words such as "upper left"."""
    words = (
        _third(row / shape[0], ("upper", "", "lower")),
        _third(column / shape[1], ("left", "", "right")),
    )
    return " ".join(word for word in words if word) or "centre"


def _third(share: float, words: tuple[str, str, str]) -> str:
    # A centroid on the last row has the share 1, which would be a fourth third.
    return words[min(2, max(0, int(share * 3)))]


def capital(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
