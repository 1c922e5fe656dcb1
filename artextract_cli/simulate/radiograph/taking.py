"""The radiograph of a scene from what its paint and its ground consist of."""

from collections.abc import Callable, Sequence

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.simulate.optics.pigments import Palette
from artextract_cli.simulate.radiograph.attenuation import attenuation_of, random_attenuation
from artextract_cli.simulate.radiograph.film import expose
from artextract_cli.simulate.settings import SceneSettings

XRAY = "xray"
"""Name of the radiograph among the layers of a scene."""

_STREAM = 0x78726179  # no other random numbers of a scene move if a radiograph is taken

Depths = Callable[[np.random.Generator], tuple[FloatArray, float]]
"""From random numbers to μ·x (H, W) of all paint, and that of a unit load of the ground."""


def further_layers(
    rng_seed_parts: Sequence[int], settings: SceneSettings, depths: Depths, *, canvas: bool
) -> dict[str, FloatArray]:
    """The layers (H, W) that the settings ask for, by name; 0..1.

    ``depths`` is called only if a radiograph is to be taken; ``canvas`` says whether the support is
    canvas, else a panel.
    """
    if XRAY not in settings.layers:
        return {}
    rng = np.random.default_rng(np.random.SeedSequence([*rng_seed_parts, _STREAM]))
    paint, ground = depths(rng)
    return {XRAY: expose(rng, paint, ground, canvas=canvas)}


def depths_of_loads(palette: Palette, loads: Sequence[FloatArray], ground: FloatArray) -> Depths:
    """`Depths` of layers of loads (P, H, W) each, over a ground of shares (P,)."""
    names = [pigment.name for pigment in palette.pigments]

    def depths(rng: np.random.Generator) -> tuple[FloatArray, float]:
        # The pigments of a random painter have spectra, but no chemistry.
        real = palette.name != "random"
        of_pigments = attenuation_of(names) if real else random_attenuation(rng, names)
        paint = sum(np.tensordot(of_pigments, layer, axes=1) for layer in loads)
        return np.asarray(paint, np.float32), float(of_pigments @ ground)

    return depths
