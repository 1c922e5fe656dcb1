"""Texts of the command line that stand for numbers, files and the like."""

import re
from contextlib import suppress
from pathlib import Path

from artextract_cli.errors import UsageError
from artextract_cli.imaging.coding import BANDS, PHOTOGRAPH, WORDS, Coding, canonical_coding

UNITS = {"M": 10**6, "G": 10**9, "T": 10**12, "MI": 2**20, "GI": 2**30, "TI": 2**40}


def parse_wavelengths(text: str | None) -> tuple[float, ...] | None:
    """Turn ``420,470`` into numbers.

    Raises
    ------
    UsageError
        If a part is no number above zero.
    """
    if text is None:
        return None
    try:
        made = tuple(float(part) for part in text.split(","))
    except ValueError:
        made = ()
    if not made or not all(0 < value < float("inf") for value in made):
        msg = f"--wavelengths takes numbers in nm parted by commas, such as 420,850; got {text!r}"
        raise UsageError(msg)
    return made


def parse_bands(words: list[str] | None) -> dict[str, Path]:
    """Turn ``["950=ir.tif"]`` into a mapping from band to file.

    Raises
    ------
    UsageError
        If a word has no ``=``, or a band comes twice.
    """
    bands: dict[str, Path] = {}
    for word in words or ():
        name, equals, file = word.partition("=")
        if not (name and equals and file) or name in bands:
            msg = f"--band takes each band once as NM=FILE, such as 950=ir.tif; got {word!r}"
            raise UsageError(msg)
        bands[name] = Path(file)
    return bands


def parse_coding(words: list[str] | None) -> Coding:
    """Turn ``["bands=srgb", "950=linear"]`` into what they say of photograph and bands.

    Raises
    ------
    UsageError
        If a word has no ``=``, says no coding, or a name comes twice.
    """
    said: dict[str, str] = {}
    for word in words or ():
        name, _, text = word.partition("=")
        with suppress(ValueError):
            if name and name not in said:
                said[name] = canonical_coding(text)
                continue
        msg = (
            f"--coding takes each of photograph, bands or one band once, with {WORDS}, such as "
            f"bands=srgb; got {word!r}"
        )
        raise UsageError(msg)
    photograph, bands = said.pop(PHOTOGRAPH, None), said.pop(BANDS, None)
    return Coding(photograph=photograph, bands=bands, by_band=said)


def parse_memory(text: str) -> int:
    """Turn ``4GB``, ``500MB`` or ``2GiB`` into bytes.

    Raises
    ------
    UsageError
        If it is no such amount, or nothing.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([MGT]I?)B?", text.strip(), re.IGNORECASE)
    amount = float(found[1]) * UNITS[found[2].upper()] if found else 0
    if amount < 1:
        msg = f"--max-memory takes an amount such as 4GB or 800MB; got {text!r}"
        raise UsageError(msg)
    return int(amount)
