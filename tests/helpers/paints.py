"""Paints of the palettes."""

import numpy as np

from artextract_cli.simulate import OLD_MASTERS, Palette
from artextract_cli.simulate.optics.pigments import Batch


def nominal(palette: Palette = OLD_MASTERS, exponent: float = 1.2) -> Batch:
    ones = np.ones(len(palette.pigments))
    return Batch(
        palette=palette,
        grain=exponent * ones,
        absorption_gain=ones,
        scattering_gain=ones,
        drift=0 * ones,
    )
