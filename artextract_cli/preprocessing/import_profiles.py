"""Colour profiles of the files of a capture: its images become sRGB and linear, as usual."""

import dataclasses
from collections.abc import Mapping

from artextract_cli.imaging.coding import LINEAR, PHOTOGRAPH, SRGB, Coding
from artextract_cli.io.codings import (
    band_coding,
    embedded_profile,
    linear_band,
    photograph_coding,
    picture_of,
)
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
    files, rgb, bands = capture.files or {}, capture.rgb, planes(capture)
    if (word := words.get(PHOTOGRAPH)) is not None:
        rgb = counts_of_16_bit(picture_of(rgb, files[PHOTOGRAPH]).srgb(word))
    if words.keys() - {PHOTOGRAPH}:
        # All of them, because bands have one depth.
        bands = [
            counts_of_16_bit(linear_band(values, files.get(band), _stated(words, band)))
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


def _stated(words: Mapping[str, str], band: str) -> str | None:
    """Bands that no profile changes stay as they are."""
    return None if band in words else LINEAR
