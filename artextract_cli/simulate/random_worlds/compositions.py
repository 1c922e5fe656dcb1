"""Compositions of random paintings: regions, their colours and the light in them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from artextract_cli._typing import IntArray
from artextract_cli.simulate.content.fields import Shape, cells, smooth_noise
from artextract_cli.simulate.optics.kubelka_munk import FloatArray
from artextract_cli.simulate.random_worlds import photographs
from artextract_cli.simulate.styles.moderns.manner import MODERNS_MANNER
from artextract_cli.simulate.styles.old_masters.manner import OLD_MASTERS_MANNER

# Photographs have real shapes, but there are only seven: a larger share would repeat them more
# often.
PHOTOGRAPH_ODDS = 0.4
# Uniform in the logarithm, like `_COLOURS`: few and many are equally frequent.
_REGIONS = (3, 45)
_COLOURS = (6, 40)  # of a photograph


@dataclass(frozen=True, kw_only=True)
class Composition:
    """Labels (H, W) of R regions; after a photograph also their colours and the light in them.

    ``colours`` (R, 3) are sRGB, ``lightness`` (H, W) is the sRGB lightness of each pixel less that
    of its region.
    """

    labels: IntArray
    colours: FloatArray | None = None
    lightness: FloatArray | None = None

    @property
    def regions(self) -> int:
        """How many there are."""
        return int(self.labels.max()) + 1


def compose(rng: np.random.Generator, shape: Shape) -> Composition:
    """A composition after a photograph, or out of the head."""
    if rng.random() < PHOTOGRAPH_ODDS:
        return _after_photograph(rng, shape)
    maker = _MAKERS[rng.integers(len(_MAKERS))]
    return Composition(labels=_renumbered(maker(rng, shape)))


def _after_photograph(rng: np.random.Generator, shape: Shape) -> Composition:
    picture = photographs.photograph(rng, shape)
    count = round(_log_uniform(rng, *_COLOURS))
    labels = _renumbered(photographs.clusters(rng, picture, count))
    regions = np.arange(int(labels.max()) + 1)
    colours = np.stack([ndimage.mean(picture[..., i], labels, regions) for i in range(3)], axis=1)
    # Weights of luminance of the sRGB primaries (IEC 61966-2-1), applied to coded values for
    # lightness.
    grey = picture @ np.array([0.21, 0.72, 0.07], np.float32)
    own = ndimage.mean(grey, labels, regions).astype(np.float32)
    return Composition(labels=labels, colours=colours, lightness=grey - own[labels])


def _few_large(rng: np.random.Generator, shape: Shape) -> IntArray:
    """Large smooth areas with soft borders."""
    return cells(rng, shape, int(rng.integers(2, 7)), warp=rng.uniform(0.02, 0.15) * min(shape))


def _warped_cells(rng: np.random.Generator, shape: Shape) -> IntArray:
    count = round(_log_uniform(rng, *_REGIONS))
    return cells(rng, shape, count, warp=rng.uniform(0.01, 0.08) * min(shape))


def _islands(rng: np.random.Generator, shape: Shape) -> IntArray:
    """Each pixel belongs to the strongest of many smooth noises."""
    scale = _log_uniform(rng, 0.03, 0.25) * min(shape)
    best, labels = np.full(shape, -np.inf, np.float32), np.zeros(shape, int)
    for label in range(round(_log_uniform(rng, *_REGIONS))):
        # The offset makes some regions larger than others.
        field = smooth_noise(rng, shape, scale) + np.float32(0.6 * rng.standard_normal())
        labels[field > best] = label
        best = np.maximum(best, field)
    return labels


def _renumbered(labels: IntArray) -> IntArray:
    """The same regions with no number left out."""
    _, numbers = np.unique(labels, return_inverse=True)
    return np.asarray(numbers.reshape(labels.shape))


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


_MAKERS: tuple[Callable[[np.random.Generator, Shape], IntArray], ...] = (
    _few_large,
    _warped_cells,
    _islands,
    OLD_MASTERS_MANNER.compose,
    MODERNS_MANNER.compose,
)
