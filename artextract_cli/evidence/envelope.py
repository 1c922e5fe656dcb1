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
from functools import partial

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.arrays import Arrays
from artextract_cli.evidence.band_regression import (
    SLOPE_REACH,
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
    margin
        Pixels around a block for which residuals are computed too.
    """

    n_below: int
    bands: Sequence[int]
    cubic: bool
    margin: int = 0

    @property
    def distinct(self) -> list[int]:
        """Each of the bands once: with one or two infrared bands, several slots are the same."""
        return list(dict.fromkeys(self.bands))


def fit_envelopes(view: SceneView, chains: Sequence[Chain]) -> list["EnvelopeFits"]:
    """Fit all ``chains`` to a scene, in one pass over its blocks."""
    inputs = [
        (BlockCache(ShorterBands(view, chain)), _Reflectance(view, chain)) for chain in chains
    ]

    def arrays(block: Block) -> list[FloatArray]:
        return [
            view.blocks.near(block, array, 0, chain.margin)
            for chain, (surface, reflectance) in zip(chains, inputs, strict=True)
            for array in (*surface(block), reflectance(block))
        ]

    samples = iter(view.gather(arrays, view.pixels, margin=0))
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
        """The residuals, 2·T maps (h, w), of a block with the margin of the chain."""
        targets = self._reflectance(block)
        # Both sides are one `BandFit`, so that the polynomial terms are computed only once.
        both = self._arrays.joined([targets, targets])
        residuals = self._arrays.residuals(self._fit, self._surface(block), both)
        return [residuals[which] for which in self._order]


class ShorterBands:
    """The visible and the shortest infrared bands as predictors of a chain.

    They are principal components, slopes and the position.
    """

    def __init__(self, view: SceneView, chain: Chain) -> None:
        self._view, self._chain = view, chain
        self._projection = view.shorter(chain.n_below, N_COMPONENTS)

    def __call__(self, block: Block) -> Surface:
        """The predictors of a block with the margin of the chain."""
        near, margin = partial(self._view.blocks.near, block), self._chain.margin
        arrays, wider = self._view.arrays, margin + SLOPE_REACH
        logs = near(self._view.logs(block, self._chain.n_below), wider)
        components = arrays.components(self._projection, logs)
        # The slopes absorb small displacements of the bands, as in `surface_features`.
        slopes = [near(slope, margin, wider) for slope in arrays.slopes(components)]
        place = [near(term, margin) for term in self._view.place(block)]
        return Surface(near(components, margin, wider), arrays.as_image([*slopes, *place]))


class _Reflectance:
    """Blurred linear reflectance (h, w, T) of a block's infrared, with the margin of a chain."""

    def __init__(self, view: SceneView, chain: Chain) -> None:
        self._view, self._margin = view, chain.margin
        self._which = [view.infrared.index(band) for band in chain.distinct]

    def __call__(self, block: Block) -> FloatArray:
        blurred = self._view.blurred_infrared(block)
        return self._view.blocks.near(block, blurred, self._margin)[..., self._which]
