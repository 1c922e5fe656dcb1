"""What the colour profile embedded in an image file says about its pixel values."""

from pathlib import Path

from artextract_cli.imaging.coding import LINEAR, SRGB
from artextract_cli.io import decoders
from artextract_cli.io.formats import decoder_of, decoding
from artextract_cli.io.profiles import profile_coding
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
    if profile is None or n_channels == 3 or profile[16:20] == b"RGB ":
        return LINEAR
    return profile_coding(path, profile, n_channels)


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
