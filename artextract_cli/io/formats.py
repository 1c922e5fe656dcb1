"""The format of an image file, by its content, and one error for all kinds of damage."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from artextract_cli.errors import InputError
from artextract_cli.io import decoders, stored, tiff
from artextract_cli.io.raw import decode_raw, is_raw
from artextract_cli.utils.file_errors import reading

_DECODERS: dict[bytes, decoders.Decoder] = {
    b"\x89PNG\r\n\x1a\n": decoders.decode_png,
    b"BM": decoders.decode_bmp,
    b"\xff\xd8\xff": decoders.decode_jpeg,
    b"II*\0": tiff.decode_tiff,
    b"MM\0*": tiff.decode_tiff,
    b"II+\0": tiff.decode_tiff,  # BigTIFF
    b"MM\0+": tiff.decode_tiff,
}


@contextmanager
def decoding(path: Path) -> Iterator[None]:
    """Raise one error for all kinds of damage; damaged EXIF data leaves the pixels intact."""
    try:
        # Decoders warn of damaged metadata, which does not touch the pixels.
        with warnings.catch_warnings(action="ignore"):
            yield
    except stored.DECODING_ERRORS as error:
        raise _damaged(path) from error


def decoder_of(path: Path) -> decoders.Decoder:
    """The decoder of an image file.

    Raises
    ------
    InputError
        If the file is missing, empty, or not an image.
    """
    with reading(path), path.open("rb") as file:
        # The longest signature, that of PNG, has 8 bytes.
        head = file.read(8)
        raw = is_raw(file)
    if not head:
        msg = f"{path} is empty (0 bytes): copy or export it again"
        raise InputError(msg)
    if raw:
        return decode_raw
    for signature, decode in _DECODERS.items():
        if head.startswith(signature):
            return decode
    kind = path.suffix[1:].upper() or "picture"
    msg = (
        f"{path} is not a {kind}: its content is not PNG, BMP, JPEG or TIFF; save it as one of "
        "these"
    )
    raise InputError(msg)


def _damaged(path: Path) -> InputError:
    return InputError(f"{path} is damaged or cut short: copy or export it again")
