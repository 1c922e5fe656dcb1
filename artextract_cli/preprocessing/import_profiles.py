"""Colour profiles of the files of a capture: its images become sRGB and linear, as usual."""

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli.imaging.coding import LINEAR, PHOTOGRAPH, SRGB, Coding
from artextract_cli.io.codings import band_coding, embedded_profile, photograph_coding
from artextract_cli.io.image import Picture
from artextract_cli.io.profiles import profile_name
from artextract_cli.plugin.protocols import Capture
from artextract_cli.preprocessing.capture_validation import planes
from artextract_cli.scenes.dataset_writer import counts_of_16_bit


def without_profiles(capture: Capture, coding: Coding) -> Capture:
    """Convert the images of a capture whose profiles say more than the coding of the dataset.

    A dataset states one coding for all its scenes, and the files of a dataset carry no profiles:
    the photograph becomes sRGB and bands linear, at 16 bit. What is stated counts instead.

    Raises
    ------
    InputError
        If a profile is damaged.
    """
    words = profile_words(capture, coding)
    if not words:
        return capture
    rgb, bands = capture.rgb, planes(capture)
    if (word := words.get(PHOTOGRAPH)) is not None:
        rgb = counts_of_16_bit(_picture(capture, PHOTOGRAPH, rgb).srgb(word))
    if words.keys() - {PHOTOGRAPH}:
        bands = [
            _linear(capture, band, values, words.get(band))
            for band, values in zip(capture.band_ids or (), bands, strict=True)
        ]
    return dataclasses.replace(capture, rgb=rgb, bands=bands)


def profile_words(capture: Capture, coding: Coding) -> dict[str, str]:
    """The coding that profiles give to images, where it is not stated and not the usual one."""
    words = {}
    for image, path in (capture.files or {}).items():
        if image == PHOTOGRAPH:
            word = SRGB if coding.photograph else photograph_coding(path)
        else:
            word = LINEAR if coding.states(image) else band_coding(path)
        if word != (SRGB if image == PHOTOGRAPH else LINEAR):
            words[image] = word
    return words


def profile_names(capture: Capture, coding: Coding) -> dict[str, str]:
    """The names of the profiles by which images were converted, for the history."""
    files = capture.files or {}
    return {
        image: profile_name(embedded_profile(files[image]) or b"") or word
        for image, word in profile_words(capture, coding).items()
    }


def _linear(
    capture: Capture, band: str, values: NDArray[Any], word: str | None
) -> NDArray[np.uint16]:
    """A band (H, W), linear, at 16 bit."""
    return counts_of_16_bit(_picture(capture, band, values[..., None]).grey(word or LINEAR))


def _picture(capture: Capture, image: str, values: NDArray[Any]) -> Picture:
    path = (capture.files or {}).get(image)
    is_integer = values.dtype.kind == "u"
    return Picture(
        values=values,
        full_scale=float(np.iinfo(values.dtype).max) if is_integer else 1.0,
        depth=values.dtype.name,
        profile=None if path is None else embedded_profile(path),
    )
