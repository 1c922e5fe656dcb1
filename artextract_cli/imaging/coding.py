"""The coding of pixel values: linear, sRGB, or a power (gamma).

The counts of a camera are proportional to light; images for display are coded. The coding of
photograph and bands is stated in ``dataset.yaml`` or by ``--coding``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.errors import UsageError
from artextract_cli.kernels import srgb

LINEAR, SRGB = "linear", "srgb"
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
"""Weights of linear sRGB in luminance (ITU-R BT.709, which has the same primaries)."""

PHOTOGRAPH, BANDS = "photograph", "bands"
LEAST_GAMMA, LARGEST_GAMMA = 1, 4
WORDS = f"linear, srgb or gamma X with X from {LEAST_GAMMA} to {LARGEST_GAMMA}"
_GAMMA = re.compile(r"gamma\s*(\d+(?:\.\d*)?|\.\d+)")


@dataclass(frozen=True, kw_only=True)
class Coding:
    """How pixel values of the images of a dataset relate to light, as far as it is stated.

    A coding is ``linear``, ``srgb`` or ``gamma X`` with X from 1 to 4. Without a statement an RGB
    image is coded as sRGB, and a band is linear.

    Attributes
    ----------
    photograph
        Coding of the RGB image; None if it is not stated.
    bands
        Coding of all bands not listed in ``by_band``; None if it is not stated.
    by_band
        Coding by band id.

    Raises
    ------
    UsageError
        If a coding is not one of these.
    """

    photograph: str | None = None
    bands: str | None = None
    by_band: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for role in (PHOTOGRAPH, BANDS):
            if (stated := getattr(self, role)) is not None:
                object.__setattr__(self, role, _checked(role, stated))
        words = {band: _checked(f"band {band}", stated) for band, stated in self.by_band.items()}
        object.__setattr__(self, "by_band", words)

    @property
    def of_photograph(self) -> str:
        """Coding of the photograph, which is sRGB unless another is stated."""
        return self.photograph or SRGB

    def of_band(self, band: str) -> str:
        """Coding of a band, which is linear unless another is stated.

        Parameters
        ----------
        band
            Band id.
        """
        return self.by_band.get(band) or self.bands or LINEAR

    @property
    def options(self) -> list[str]:
        """The values of ``--coding`` that state the same."""
        roles = {PHOTOGRAPH: self.photograph, BANDS: self.bands, **self.by_band}
        return [f"{name}={coding}" for name, coding in roles.items() if coding is not None]

    def states(self, band: str) -> bool:
        """Whether the coding of a band is stated.

        Parameters
        ----------
        band
            Band id.
        """
        return self.bands is not None or band in self.by_band

    def over(self, other: "Coding") -> "Coding":
        """Combine the statements of this coding with those of another one.

        Parameters
        ----------
        other
            The coding that this one overrides.
        """
        # A coding of all bands overrides also what the other one states of single bands.
        inherited = {} if self.bands else other.by_band
        return Coding(
            photograph=self.photograph or other.photograph,
            bands=self.bands or other.bands,
            by_band={**inherited, **self.by_band},
        )

    def resolved(self, band_ids: Iterable[str]) -> tuple[str, ...]:
        """Codings of the RGB image and of the bands in their order.

        Parameters
        ----------
        band_ids
            Ids of the bands (B,).
        """
        return self.of_photograph, *map(self.of_band, band_ids)

    def described(self, band_ids: Iterable[str]) -> dict[str, object]:
        """The statement for ``dataset.yaml``.

        Parameters
        ----------
        band_ids
            Ids of the bands (B,) of the dataset.
        """
        listed = {band: self.of_band(band) for band in band_ids if self.states(band)}
        statement = {PHOTOGRAPH: self.photograph, BANDS: listed if self.by_band else self.bands}
        return {role: coding for role, coding in statement.items() if coding}


def _checked(role: str, stated: str) -> str:
    try:
        return canonical_coding(stated)
    except ValueError as error:
        msg = f"{role}: {error} (got {stated!r})"
        raise UsageError(msg) from None


def canonical_coding(text: object) -> str:
    """Return the canonical spelling of ``linear``, ``srgb`` or ``gamma X``.

    Raises
    ------
    ValueError
        If ``text`` is none of these.
    """
    word = " ".join(text.split()).lower() if isinstance(text, str) else ""
    if word in (LINEAR, SRGB):
        return word
    gamma = _GAMMA.fullmatch(word)
    if gamma is None or not LEAST_GAMMA <= float(gamma[1]) <= LARGEST_GAMMA:
        msg = f"a coding is {WORDS}"
        raise ValueError(msg)
    return f"gamma {float(gamma[1]):g}"


def linear_values(values: FloatArray, word: str) -> FloatArray:
    """Decode values into linear ones; linear values are returned unchanged.

    Parameters
    ----------
    values
        Array of any shape, 0..1, coded.
    word
        Coding: ``linear``, ``srgb`` or ``gamma X``.

    Returns
    -------
    ndarray
        Linear values of the same shape, 0..1.
    """
    if word == LINEAR:
        return values
    if word == SRGB:
        return linear_rgb(values)
    power = np.float32(word.removeprefix("gamma "))
    # Resampling can produce values below 0, of which a power is not a number.
    return np.copysign(np.abs(values) ** power, values)


def coded_values(linear: FloatArray, word: str) -> FloatArray:
    """Code linear values: the inverse of `linear_values`.

    Parameters
    ----------
    linear
        Array of any shape, 0..1, linear.
    word
        Coding: ``linear``, ``srgb`` or ``gamma X``.

    Returns
    -------
    ndarray
        Coded values of the same shape, 0..1.
    """
    if word == LINEAR:
        return linear
    if word == SRGB:
        return coded_rgb(linear)
    power = np.float32(1 / float(word.removeprefix("gamma ")))
    return np.copysign(np.abs(linear) ** power, linear)


def srgb_values(values: FloatArray, word: str) -> FloatArray:
    """Convert values of a coding, 0..1, to sRGB; values in sRGB are returned unchanged."""
    return values if word == SRGB else coded_rgb(linear_values(values, word))


def linear_rgb(rgb: FloatArray) -> FloatArray:
    """Decode sRGB values, 0..1, into linear ones (IEC 61966-2-1)."""
    # `where` computes both branches: the power must not warn of values on the line.
    power = ((np.maximum(rgb, srgb.CODED_UP_TO) + srgb.OFFSET) / srgb.SCALE) ** srgb.EXPONENT
    return np.where(rgb <= srgb.CODED_UP_TO, rgb / srgb.SLOPE, power).astype(np.float32)


def coded_rgb(linear: FloatArray) -> FloatArray:
    """Code linear values as sRGB (IEC 61966-2-1).

    Parameters
    ----------
    linear
        Array of any shape, 0..1, linear.

    Returns
    -------
    ndarray
        float32 of the same shape, 0..1, coded as sRGB.
    """
    root = np.maximum(linear, srgb.LINEAR_UP_TO) ** (1 / srgb.EXPONENT)
    power = srgb.SCALE * root - srgb.OFFSET
    return np.where(linear <= srgb.LINEAR_UP_TO, linear * srgb.SLOPE, power).astype(np.float32)
