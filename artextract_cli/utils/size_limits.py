"""Limits on the size that the header of a file may claim, checked before the data are read.

Otherwise a crafted file of a few bytes could fill the memory.
"""

import os
from pathlib import Path

from artextract_cli.errors import InputError, UsageError

LIMIT_VARIABLE = "ARTEXTRACT_MAX_PIXELS"
DEFAULT_MAX_PIXELS = 2**30  # 1 gigapixel, or 4 GiB of float32 per channel


def max_pixels() -> int:
    """Largest number of pixels of an image (all pages), or of values of a packed cube.

    Returns
    -------
    int
        2**30, unless ``ARTEXTRACT_MAX_PIXELS`` is set.

    Raises
    ------
    UsageError
        If the environment sets a limit that is not a positive whole number.
    """
    text = os.environ.get(LIMIT_VARIABLE, str(DEFAULT_MAX_PIXELS))
    # Alone, isdigit accepts superscripts, which int refuses.
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        msg = (
            f"{LIMIT_VARIABLE} must be a positive whole number of pixels, such as "
            f"{DEFAULT_MAX_PIXELS}; got {text!r}"
        )
        raise UsageError(msg)
    return int(text)


def check_claim(path: Path, what: str, n_pixels: int) -> None:
    """Check that the size a file claims is from 1 to `max_pixels`.

    Parameters
    ----------
    path
        The file.
    what
        The claimed size, such as "300 × 200 pixels".
    n_pixels
        The claimed number of pixels.

    Raises
    ------
    InputError
        If the size is outside the limits.
    """
    if not 1 <= n_pixels <= max_pixels():
        msg = (
            f"{path} claims {what}, but only 1 to {max_pixels()} pixels are allowed (the "
            f"environment variable {LIMIT_VARIABLE} sets the limit)"
        )
        raise InputError(msg)
