"""Envelope residuals: an infrared band against what all shorter bands predict, by one-sided fits.

A hidden layer that covers much of the painting attracts a two-sided fit. Here only pixels on one
side of the prediction lose weight: if these are the darker ones, the fit follows the upper envelope
of the reflectance and dark content stands out below it; if the lighter ones, the lower envelope.
The targets are linear reflectances, in which noise is uniform; the terms include the position, to
account for illumination fall-off (asymmetric least squares: Newey & Powell, Econometrica 55,
819, 1987).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.arrays import Arrays
from artextract_cli.evidence.band_regression import (
    BandFit,
    Surface,
    fit_bands,
)
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.imaging.blocks import Block, BlockCache
from artextract_cli.imaging.robust_regression import Weighting

DARK, LIGHT = -1, 1
SIDES = (DARK, LIGHT)
# A pixel on the side that loses weight has half of it at 0.5 deviations. This is sharper than the 2
# of the two-sided fit: a layer that covers much of the painting would keep its weight there.
ONE_SIDED = tuple(Weighting(tolerance=0.5, side=side) for side in SIDES)
# Infrared bands add directions to the visible ones; 119 terms still leave 25 of the 3000 pixels
# for each.
N_COMPONENTS = 7  # of the logarithms of all shorter bands; cubic terms of 7 make 119


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Infrared bands, and how they are predicted.

    Attributes
    ----------
    n_below
        Number of the shortest infrared bands that are predictors, beside the visible ones.
    bands
        The predicted bands, T; a band may occur twice.
    cubic
        Whether products of three components are terms.
    """

    n_below: int
    bands: Sequence[int]
    cubic: bool

    @property
    def distinct(self) -> list[int]:
        """Each of the bands once: with one or two infrared bands, several slots are the same."""
        return list(dict.fromkeys(self.bands))


def fit_envelopes(view: SceneView, chains: Sequence[Chain]) -> list["EnvelopeFits"]:
    """Fit all ``chains`` to a scene, in one pass over its blocks."""
    inputs = [
        (BlockCache(ShorterBands(view, chain.n_below)), _Reflectance(view, chain.distinct))
        for chain in chains
    ]

    def arrays(block: Block) -> list[FloatArray]:
        return [
            array
            for surface, reflectance in inputs
            for array in (*surface(block), reflectance(block))
        ]

    samples = iter(view.gather(arrays, view.pixels))
    return [
        EnvelopeFits(
            view.arrays, chain, *of_chain, Surface(next(samples), next(samples)), next(samples)
        )
        for chain, of_chain in zip(chains, inputs, strict=True)
    ]


class EnvelopeFits:
    """Residuals of the bands of a chain from its predictors, by one fit for each side.

    Called with a block, it returns 2·T maps (h, w): every band's residual in deviations from the
    fit in which dark content stands out (negative), then from that in which light content does
    (positive). A band that is given twice is fitted once.
    """

    def __init__(
        self,
        arrays: Arrays,
        chain: Chain,
        surface: Callable[[Block], Surface],
        reflectance: Callable[[Block], FloatArray],
        sample: Surface,
        targets: FloatArray,
    ) -> None:
        self._arrays, self._surface, self._reflectance = arrays, surface, reflectance
        repeats, n = [chain.distinct.index(band) for band in chain.bands], len(chain.distinct)
        # Of the 2 × distinct residuals: first those of the upper envelope.
        self._order = [*repeats, *(n + repeat for repeat in repeats)]
        fits = [
            fit_bands(sample, targets, cubic=chain.cubic, weighting=one_sided)
            for one_sided in ONE_SIDED
        ]
        self._fit = BandFit(
            offsets=np.concatenate([fit.offsets for fit in fits]),
            gains=np.concatenate([fit.gains for fit in fits], axis=1),
            deviations=np.concatenate([fit.deviations for fit in fits]),
            cubic=chain.cubic,
        )

    def __call__(self, block: Block) -> list[FloatArray]:
        """The residuals, 2·T maps (h, w), of the window around a block."""
        targets = self._reflectance(block)
        # Both sides are one `BandFit`, so that the polynomial terms are computed only once.
        both = self._arrays.joined([targets, targets])
        residuals = self._arrays.residuals(self._fit, self._surface(block), both)
        return [residuals[which] for which in self._order]


class ShorterBands:
    """The visible and the ``n`` shortest infrared bands as predictors.

    They are principal components, slopes and the position.
    """

    def __init__(self, view: SceneView, n: int) -> None:
        self._view, self._n = view, n
        self._projection = view.shorter(n, N_COMPONENTS)

    def __call__(self, block: Block) -> Surface:
        """The predictors of the window around a block."""
        arrays = self._view.arrays
        components = arrays.components(self._projection, self._view.logs(block, self._n))
        # The slopes absorb small displacements of the bands, as in `surface_features`.
        extra = [*arrays.slopes(components), *self._view.place(block)]
        return Surface(components, arrays.as_image(extra))


class _Reflectance:
    """Blurred linear reflectance (h, w, T) of infrared bands in the window around a block."""

    def __init__(self, view: SceneView, bands: Sequence[int]) -> None:
        self._view, self._which = view, [view.infrared.index(band) for band in bands]

    def __call__(self, block: Block) -> FloatArray:
        return self._view.blurred_infrared(block)[..., self._which]
