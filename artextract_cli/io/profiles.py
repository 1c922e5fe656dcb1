"""Colour profiles embedded in image files (ICC.1:2022), and what they say about pixel values.

Little CMS evaluates profiles in floating point, those of curves and a matrix as well as tables, so
that images of 16 bit keep their precision. Nothing is rounded to 8 bit.
"""

import io
import struct
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

import imagecodecs
import numpy as np
from PIL import ImageCms

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import (
    LARGEST_GAMMA,
    LEAST_GAMMA,
    LINEAR,
    SRGB,
    canonical_coding,
    linear_values,
)
from artextract_cli.io.stored import DECODING_ERRORS

PROFILE = "profile"
"""Coding of an image whose embedded profile is neither linear, nor sRGB, nor a power."""

MAX_PROFILE_BYTES = 2**24
"""Largest profile that is read. Those with tables for printers have 1 to 3 MB."""

SAME_COLOURS = 0.005
"""Largest difference from sRGB, of 1, up to which a profile counts as sRGB itself.

The variants in use differ by up to 0.003, as their matrices are rounded."""

SAME_CURVE = 0.002
"""Largest difference of linear values up to which a curve counts as linear, sRGB or a power."""

GREY, RGB = "gray", "rgb"
_SPACES = {b"GRAY": GREY, b"RGB ": RGB}
_HEADER_BYTES = 128
_D65 = (0.3127, 0.3290, 1.0)
_SRGB_PRIMARIES = (0.64, 0.33, 1.0, 0.30, 0.60, 1.0, 0.15, 0.06, 1.0)
_N_LEVELS = 257


def profile_coding(path: Path, data: bytes, n_channels: int) -> str:
    """What the profile of an image says about its pixel values.

    Parameters
    ----------
    path
        The image, for messages.
    data
        Its profile.
    n_channels
        1 for grey, 3 for RGB; alpha does not count.

    Returns
    -------
    str
        ``linear``, ``srgb``, ``gamma X`` or ``profile``; of RGB only ``srgb`` or ``profile``.

    Raises
    ------
    InputError
        If the profile is damaged, or is not one of grey or RGB.
    """
    space = _space(path, data, n_channels)
    try:
        return _coding(data, space, n_channels)
    except DECODING_ERRORS as error:
        raise _refused(path, "a damaged colour profile") from error


def profile_space(data: bytes) -> str | None:
    """`GREY` or `RGB`, by the header of a profile; None if it is for another kind of image."""
    return _SPACES.get(data[16:20])


def profile_name(data: bytes) -> str:
    """The description of a profile in one short line; empty if there is none."""
    try:
        described = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(data)))
    except (*DECODING_ERRORS, ImageCms.PyCMSError):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in described).split())[:100]


def srgb_by_profile(values: FloatArray, data: bytes) -> FloatArray:
    """Convert (..., C) of the colours of a profile, 0..1, into sRGB.

    Colours that sRGB cannot show are clipped to 0..1.
    """
    return _by_profile(values, data, _srgb_profile())


def linear_by_profile(values: FloatArray, data: bytes) -> FloatArray:
    """Convert (..., C) of the colours of a profile, 0..1, into linear values of sRGB, clipped."""
    return _by_profile(values, data, linear_profile())


def _by_profile(values: FloatArray, data: bytes, target: bytes) -> FloatArray:
    channels = values.shape[-1]
    if channels == 1:
        # Neutral: all channels are equal in sRGB too, and one of them is enough.
        values = np.repeat(values, 3, axis=-1) if profile_space(data) == RGB else values
    rows = np.ascontiguousarray(values, np.float32).reshape(-1, 1, values.shape[-1])
    converted = _transformed(rows, data, target).reshape(*values.shape[:-1], 3)
    return np.asarray(np.clip(converted[..., :channels], 0, 1), np.float32)


def _transformed(values: FloatArray, data: bytes, target: bytes) -> FloatArray:
    """Convert (H, W, C) float32 to (H, W, 3) in the colours of ``target``, without clipping."""
    space = profile_space(data)
    converted: FloatArray = imagecodecs.cms_transform(
        values[..., 0] if space == GREY else values,
        data,
        target,
        colorspace=space,
        outcolorspace=RGB,
        intent=imagecodecs.CMS.INTENT.RELATIVE_COLORIMETRIC,
    )
    return converted


def _space(path: Path, data: bytes, n_channels: int) -> str:
    if not _HEADER_BYTES < len(data) <= MAX_PROFILE_BYTES or data[36:40] != b"acsp":
        raise _refused(path, "a damaged colour profile")
    (size,) = struct.unpack_from(">I", data)
    if not _HEADER_BYTES < size <= len(data):
        raise _refused(path, "a damaged colour profile")
    space = profile_space(data)
    # A grey profile says nothing about colours; one of RGB says how its greys are coded.
    if space is None or (space == GREY and n_channels == 3) or data[12:16] in (b"link", b"nmcl"):
        raise _refused(path, "a colour profile for another kind of image")
    return space


@lru_cache(maxsize=64)
def _coding(data: bytes, space: str, n_channels: int) -> str:
    """The coding of a profile; cached, since the images of a dataset mostly share one."""
    if n_channels == 3:
        levels = np.linspace(0, 1, 9, dtype=np.float32)
        colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 1, 3)
        difference = abs(_transformed(colours, data, _srgb_profile()) - colours).max()
        return SRGB if difference <= SAME_COLOURS else PROFILE
    levels = np.linspace(0, 1, _N_LEVELS, dtype=np.float32)
    return _named(levels, linear_by_profile(levels[:, None], data)[:, 0])


def _named(levels: FloatArray, light: FloatArray) -> str:
    """The coding in which ``levels`` (N,) stand for ``light`` (N,)."""
    middle = len(levels) // 2
    words = [LINEAR, SRGB]
    if 0 < light[middle] < 1:
        gamma = float(np.log(light[middle]) / np.log(levels[middle]))
        if LEAST_GAMMA < gamma <= LARGEST_GAMMA:
            words.append(canonical_coding(f"gamma {gamma:.2f}"))
    differences = {word: abs(linear_values(levels, word) - light).max() for word in words}
    best = min(differences, key=differences.__getitem__)
    return best if differences[best] <= SAME_CURVE else PROFILE


@cache
def _srgb_profile() -> bytes:
    return bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


@cache
def linear_profile() -> bytes:
    """A profile of linear values with the primaries of sRGB."""
    made: Callable[..., bytes] = imagecodecs.cms_profile
    return made(RGB, whitepoint=list(_D65), primaries=list(_SRGB_PRIMARIES), gamma=1.0)


def _refused(path: Path, what: str) -> InputError:
    msg = (
        f"{path} has {what}: export it again without one, or state its coding in dataset.yaml or "
        "by --coding, which then counts instead"
    )
    return InputError(msg)
