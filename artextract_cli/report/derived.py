"""Images derived from photograph and bands: false-colour infrared and principal components."""

from dataclasses import dataclass

import numpy as np

from artextract_cli._typing import BoolArray, FloatArray
from artextract_cli.imaging.heatmap import Picture
from artextract_cli.imaging.pca import principal_axes
from artextract_cli.report.images import as_bytes, grey, sample
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM

FALSE_COLOUR_NM = 900  # the limit of infrared film, where silicon sensors still record well
# Shown in the report, by descending variance. Each takes up to 350 kB of the page; those after the
# third hold little variance, since the bands of most paintings are strongly correlated.
N_COMPONENTS = 3
TAIL = 0.01  # share of pixels clipped to black, and to white: outliers must not set the contrast


@dataclass(frozen=True, kw_only=True)
class Component:
    """A principal component of the bands."""

    picture: Picture  # (h, w)
    share: float  # of the bands' variance


def false_colour_band(wavelengths: tuple[float, ...] | None) -> int | None:
    """Index of the infrared band nearest to 900 nm; None if no band is known to be infrared."""
    infrared = [
        (abs(nm - FALSE_COLOUR_NM), i)
        for i, nm in enumerate(wavelengths or ())
        if nm > LAST_VISIBLE_NM
    ]
    return min(infrared)[1] if infrared else None


def false_colour(
    photograph: FloatArray, infrared: FloatArray, white: float | None = None
) -> Picture:
    """False-colour infrared (h, w, 3): infrared as red, red as green, green as blue.

    ``photograph`` (h, w, 3) is sRGB 0..1, ``infrared`` (h, w) linear, and full red from ``white``
    on, by default from its brightest thousandth on.
    """
    red_and_green = as_bytes(photograph[..., :2])
    return np.concatenate([grey(infrared, white)[..., None], red_and_green], axis=-1)


def principal_components(bands: FloatArray, painted: BoolArray) -> list[Component]:
    """The strongest components of ``bands`` (B, h, w), each stretched from black to white.

    Bands are standardised to mean 0 and variance 1 over the ``painted`` pixels (h, w). The sign of
    a component is such that its largest weight is positive.
    """
    # Means, deviations and covariance are those of a sample; only the projection uses every pixel.
    where = sample(np.flatnonzero(painted))
    spectra = bands.reshape(len(bands), -1)
    pixels = spectra[:, where].T
    # A band of one value would divide by zero; its standardised values become 0.
    deviation = np.maximum(pixels.std(0), 1e-9)
    standard = (pixels - pixels.mean(0)) / deviation
    axes = principal_axes(standard.T @ standard / len(standard), N_COMPONENTS)
    # Divided by the deviations here, (B, 3), instead of standardising all pixels. The mean is not
    # subtracted: the stretch that follows removes any offset.
    weights = axes.signed_directions() / deviation[:, None]
    projected = weights.T.astype(np.float32) @ spectra
    return [
        Component(
            picture=_stretched(values, values[where]).reshape(painted.shape), share=float(share)
        )
        for values, share in zip(projected, axes.shares, strict=True)
    ]


def _stretched(values: FloatArray, sampled: FloatArray) -> Picture:
    """Stretch ``values`` of any shape from black to white between the tails of ``sampled``."""
    low, high = np.quantile(sampled, [TAIL, 1 - TAIL])
    return as_bytes((values - np.float32(low)) / max(np.float32(high - low), np.float32(1e-9)))
