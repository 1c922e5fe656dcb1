"""Bands whose content contradicts the order of their wavelengths."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import BoolArray, FloatArray
from artextract_cli.imaging.coding import linear_rgb

LAST_COLOUR_NM = 700
"""Longest wavelength in nm that the photograph shows."""

LONGEST_SIDE = 128
"""Longest side in px of the reduced images that are compared."""

MIN_DISTANCE_NM = 60
"""Smallest difference of wavelengths that the three channels of a photograph can tell apart."""

MIN_GAIN = 0.3
"""Smallest gain of an exchange in Fisher's z. In 185 scenes whose bands are in order, the largest
is 0.22."""

MIN_RESEMBLANCE = 0.8
"""Smallest correlation of an infrared band with the colour of a visible one that it stands for."""

MIN_CHROMA = 0.01
"""Smallest mean difference of the channels: a grey photograph does not tell wavelengths apart."""

_CHANNELS_NM, _WIDTHS_NM = np.array([605.0, 545.0, 455.0]), np.array([40.0, 40.0, 30.0])
"""Centres and standard deviations of the sensitivities of red, green and blue, approximately."""

_COLOURS_NM = 430, 650
"""Wavelengths in nm beyond which blue or red alone is the colour that a band resembles most."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """Two bands that resemble the photograph better if they are exchanged."""

    shorter: int
    """Index of the band with the shorter wavelength."""

    longer: int
    """Index of the band with the longer wavelength."""

    as_named: float
    """Correlation of the first with the photograph's colour of its wavelength."""

    exchanged: float
    """Correlation of the second with that colour."""

    gain: float
    """Of the exchange, in Fisher's z."""


def find_exchange(
    photograph: FloatArray,
    bands: FloatArray,
    wavelengths: Sequence[float],
    mask: BoolArray | None = None,
) -> Exchange | None:
    """Find two bands that resemble the photograph better if they are exchanged.

    Parameters
    ----------
    photograph
        (h, w, 3), coded as sRGB, of at most about 128 px a side.
    bands
        (h, w, B), linear; only bands that are registered.
    wavelengths
        In nm (B,).
    mask
        (h, w), True where there is painting.

    Returns
    -------
    Exchange or None
        The most certain one.
    """
    painted = np.ones(bands.shape[:2], np.bool_) if mask is None else mask
    colours = np.sqrt(linear_rgb(photograph)[painted])
    if len(colours) < 2 or np.ptp(colours, axis=1).mean() < MIN_CHROMA:
        return None
    values = np.sqrt(np.maximum(bands[painted], 0))
    expected = np.stack([colours @ _sensitivity(nm) for nm in wavelengths], axis=1)
    correlations = _standardized(values).T @ _standardized(expected)
    return max(_exchanges(correlations, wavelengths), key=lambda e: e.gain, default=None)


def _exchanges(correlations: NDArray[np.floating], nm: Sequence[float]) -> Iterator[Exchange]:
    """Pairs whose exchange improves the ``correlations`` (B, B) of bands with expected ones."""
    z = np.arctanh(np.clip(correlations, -0.999, 0.999))
    for pair in combinations(range(len(nm)), 2):
        shorter, longer = sorted(pair, key=nm.__getitem__)
        if nm[shorter] > LAST_COLOUR_NM or nm[longer] - nm[shorter] < MIN_DISTANCE_NM:
            continue
        gain = z[longer, shorter] - z[shorter, shorter]
        if nm[longer] <= LAST_COLOUR_NM:
            other = z[shorter, longer] - z[longer, longer]
            is_found, total = min(gain, other) > MIN_GAIN, gain + other
        else:
            is_found, total = gain > MIN_GAIN, gain
            is_found &= bool(correlations[longer, shorter] > MIN_RESEMBLANCE)
        if is_found:
            yield Exchange(
                shorter=shorter,
                longer=longer,
                as_named=float(correlations[shorter, shorter]),
                exchanged=float(correlations[longer, shorter]),
                gain=float(total),
            )


def _sensitivity(nm: float) -> NDArray[np.floating]:
    """Weights (3,) of red, green and blue that show best what a band of this wavelength shows."""
    nearest = np.clip(nm, *_COLOURS_NM)
    weights = np.exp(-0.5 * ((nearest - _CHANNELS_NM) / _WIDTHS_NM) ** 2)
    return np.asarray(weights / weights.sum())


def _standardized(values: FloatArray) -> FloatArray:
    """Columns of (N, B) with mean 0 and norm 1."""
    centred = values - values.mean(axis=0)
    return np.asarray(centred / np.maximum(np.linalg.norm(centred, axis=0), 1e-9))
