"""What the colour profile embedded in an image file says about its pixel values."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.coding import LINEAR, SRGB
from artextract_cli.io import decoders
from artextract_cli.io.formats import decoder_of, decoding
from artextract_cli.io.image import Picture
from artextract_cli.io.profiles import GREY, PROFILE, RGB, profile_coding, profile_space
from artextract_cli.io.raw import decode_raw


def photograph_coding(path: Path) -> str:
    """The coding of a photograph according to its embedded profile; sRGB if it has none.

    Raw files are developed to linear values.

    Raises
    ------
    InputError
        If the file is missing, not an image, or its header or profile is damaged.
    """
    if decoder_of(path) is decode_raw:
        return LINEAR
    profile, n_channels = _embedded(path)
    return SRGB if profile is None else profile_coding(path, profile, n_channels)


def band_coding(path: Path) -> str:
    """The coding of a band according to its embedded profile; linear if it has none for grey.

    Profiles of RGB say how a screen is to show a file, also where a program attached them to
    readings of a sensor, and do not count.

    Raises
    ------
    InputError
        As :func:`photograph_coding`.
    """
    profile, n_channels = _embedded(path)
    if profile is None or n_channels == 3 or profile_space(profile) == RGB:
        return LINEAR
    return profile_coding(path, profile, n_channels)


def states_coding(path: Path) -> bool:
    """Whether the profile of a band says how it is coded; raises as `photograph_coding`."""
    return profile_space(embedded_profile(path) or b"") == GREY


def linear_band(values: NDArray[Any], path: Path | None, stated: str | None) -> FloatArray:
    """Decode a band (H, W) as stored into linear values, float32.

    Parameters
    ----------
    values
        (H, W) integers of full depth, or floats 0..1.
    path
        The file that they were read from, whose profile counts; None if it has several bands.
    stated
        The coding that is stated, which counts first; None if none is.

    Returns
    -------
    ndarray
        (H, W) float32, linear, 1 at full scale.

    Raises
    ------
    InputError
        As :func:`photograph_coding`.
    """
    word = stated or (LINEAR if path is None else band_coding(path))
    return picture_of(values[..., None], path if word == PROFILE else None).grey(word)


def picture_of(values: NDArray[Any], path: Path | None) -> Picture:
    """A picture of values (H, W, C) as stored, with the profile of the file that they are from."""
    is_integer = values.dtype.kind == "u"
    return Picture(
        values=values,
        full_scale=float(np.iinfo(values.dtype).max) if is_integer else 1.0,
        depth=values.dtype.name,
        profile=None if path is None else embedded_profile(path),
    )


def embedded_profile(path: Path) -> bytes | None:
    """The colour profile of an image; None if it has none.

    Raises
    ------
    InputError
        If the file is missing, not an image, or its header is damaged.
    """
    return _embedded(path)[0]


def _embedded(path: Path) -> tuple[bytes | None, int]:
    decode = decoder_of(path)
    with decoding(path):
        return decoders.embedded_profile(decode, path)
