"""Envelope residuals: an infrared band against what all shorter bands predict, by one-sided fits.

A hidden layer that covers much of the painting attracts a two-sided fit. Here only pixels on one
side of the prediction lose weight: if these are the darker ones, the fit follows the upper envelope
of the reflectance and dark content stands out below it; if the lighter ones, the lower envelope.
The targets are linear reflectances, in which noise is uniform; the terms include the position, to
account for illumination fall-off (asymmetric least squares: Newey & Powell, Econometrica 55,
819, 1987).
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.band_regression import (
    BandFit,
    Projection,
    Surface,
    as_image,
    fit_bands,
    fit_projection,
    slopes_of,
)
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.imaging.blocks import Block, BlockCache, Pixels
from artextract_cli.imaging.robust_regression import Weighting

DARK, LIGHT = -1, 1
SIDES = (DARK, LIGHT)
# A pixel on the side that loses weight has half of it at 0.5 deviations. This is sharper than the 2
# of the two-sided fit: a layer that covers much of the painting would keep its weight there.
ONE_SIDED = tuple(Weighting(tolerance=0.5, side=side) for side in SIDES)
# Infrared bands add directions to the visible ones; 119 terms still leave 25 of the 3000 pixels
# for each.
N_COMPONENTS = 7  # of the logarithms of all shorter bands; cubic terms of 7 make 119


class EnvelopeFits:
    """Residuals of ``bands`` from predictors ``surface``, by one fit for each side.

    Called with a block, it returns 2·T maps (h, w): every band's residual in deviations from the
    fit in which dark content stands out (negative), then from that in which light content does
    (positive). A band that is given twice is fitted once.
    """

    def __init__(
        self,
        surface: Callable[[Block], Surface],
        bands: Sequence[int],
        view: SceneView,
        pixels: Pixels,
        *,
        cubic: bool = True,
    ) -> None:
        # With one or two infrared bands, several slots are the same band.
        distinct = list(dict.fromkeys(bands))
        repeats = [distinct.index(band) for band in bands]
        self._surface = surface
        self._reflectance = BlockCache(partial(_reflectance, view, distinct))
        # Of the 2 × distinct residuals: first those of the upper envelope.
        self._order = [*repeats, *(len(distinct) + repeat for repeat in repeats)]

        def arrays(block: Block) -> list[FloatArray]:
            return [*surface(block), self._reflectance(block)]

        components, extra, targets = view.blocks.gather(arrays, pixels)
        fits = [
            fit_bands(Surface(components, extra), targets, cubic=cubic, weighting=one_sided)
            for one_sided in ONE_SIDED
        ]
        self._fit = BandFit(
            offsets=np.concatenate([fit.offsets for fit in fits]),
            gains=np.concatenate([fit.gains for fit in fits], axis=1),
            deviations=np.concatenate([fit.deviations for fit in fits]),
            cubic=cubic,
        )

    def __call__(self, block: Block) -> list[FloatArray]:
        """The residuals, 2·T maps (h, w), of the window around a block."""
        targets = self._reflectance(block)
        # Both sides are one `BandFit`, so that the polynomial terms are computed only once.
        both = np.concatenate([targets, targets], axis=-1)
        residuals = self._fit.residuals(self._surface(block), both)
        return [residuals[which] for which in self._order]


class ShorterBands:
    """The visible and the ``n`` shortest infrared bands as predictors.

    They are principal components, slopes and the position.
    """

    def __init__(self, view: SceneView, n: int, pixels: Pixels) -> None:
        self._view, self._n = view, n
        (logs,) = view.blocks.gather(lambda block: [view.logs(block, n)], pixels)
        self._projection: Projection = fit_projection(logs, N_COMPONENTS)

    def __call__(self, block: Block) -> Surface:
        """The predictors of the window around a block."""
        components = self._projection(self._view.logs(block, self._n))
        # The slopes absorb small displacements of the bands, as in `surface_features`.
        extra = [*slopes_of(components), *self._view.place(block)]
        return Surface(components, as_image(extra))


def _reflectance(view: SceneView, bands: list[int], block: Block) -> FloatArray:
    """Blurred linear reflectance (h, w, T) of infrared ``bands`` in the window around a block."""
    return view.blurred_infrared(block)[..., [view.infrared.index(band) for band in bands]]
