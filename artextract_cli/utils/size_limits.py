"""How large a file may claim to be: what claims more is refused by its header, before it is read.

A crafted file of a few bytes could else fill the memory.
"""

import os
from pathlib import Path

from artextract_cli.errors import InputError, UsageError

LIMIT_VARIABLE = "ARTEXTRACT_MAX_PIXELS"
DEFAULT_MAX_PIXELS = 2**30


def max_pixels() -> int:
    """The largest number of pixels of an image (all its pages), or of numbers of a packed cube.

    Returns
    -------
    int
        2**30, unless ``ARTEXTRACT_MAX_PIXELS`` is set.

    Raises
    ------
    UsageError
        If the environment sets a limit that is no whole number above zero.
    """
    text = os.environ.get(LIMIT_VARIABLE, str(DEFAULT_MAX_PIXELS))
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        msg = f"{VARIABLE} takes a whole number of pixels, such as {DEFAULT}; got {text!r}"
        raise UsageError(msg)
    return int(text)


def check_claim(path: Path, what: str, n_pixels: int) -> None:
    """Refuse a file that claims to hold nothing, or more than `max_pixels`.

    Parameters
    ----------
    path
        The file.
    what
        What it claims, such as "300 × 200 pixels".
    n_pixels
        The same as a number.

    Raises
    ------
    InputError
        If it claims that.
    """
    if not 1 <= n_pixels <= max_pixels():
        msg = (
            f"{path} claims {what}; from 1 to {max_pixels()} pixels are read "
            f"(the environment variable {VARIABLE} sets the limit)"
        )
        raise InputError(msg)
