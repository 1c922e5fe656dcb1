"""Optics of injected layers: two-flux paint above and below a surface."""

from functools import cache
from typing import NamedTuple

import numpy as np

from artextract_cli.kernels.filters import blur
from artextract_cli.kernels.jit import compiled
from artextract_cli.simulate.optics import kubelka_munk
from artextract_cli.simulate.optics.kubelka_munk import FloatArray

# Steps of about .01 of reflectance, and a factor of 1.12 between thicknesses, with bilinear
# interpolation in between. The ends are nearly transparent and opaque in every band.
N_REFLECTANCES = 97  # rows of the tables, from 0 to 1
LOG_THICKNESSES = np.linspace(np.log(0.05), np.log(60), 64)  # columns of the tables
HIDING_CONTRAST = 0.03  # of underlying black and white; the eye does not see a smaller one


class LayerOptics(NamedTuple):
    """Optics of paint on one ground, by its reflectance and log thickness, (97, 64)."""

    reflectance: FloatArray  # R0, over black
    transmittance: FloatArray  # T²
    hiding: FloatArray  # (97,) log thickness at which it hides its ground


def thickness_of(rng: np.random.Generator, channels: FloatArray, optics: LayerOptics) -> FloatArray:
    """Draw log optical thicknesses at 550 nm (H, W): mostly those that just hide the ground."""
    if rng.random() < 0.25:
        return np.full(channels.shape[:2], np.log(rng.uniform(0.8, 7)))
    # Blue counts half, since it contributes least to what the eye sees.
    brightest = np.maximum(np.maximum(channels[..., 0], channels[..., 1]), 0.5 * channels[..., 2])
    # Thickness belongs to the paint; without the blur it would follow noise and weave.
    smooth = blur(brightest[..., None], 2.0)[..., 0]
    hiding = np.interp(smooth, np.linspace(0, 1, N_REFLECTANCES), optics.hiding)
    return np.asarray(hiding + np.log(rng.uniform(0.6, 1.7)))


@cache
def draw_optics(ground: float) -> LayerOptics:
    """Tabulate the optics of paints on a ground, by inverting reflectances of many ratios K/S."""
    # From much absorption to none, so that reflectance rises along the rows, as `np.interp` needs.
    # (ratios, 1), against scattering (1, thicknesses).
    ratio = np.concatenate([[0], np.logspace(-4.5, 2.5, 500)])[::-1, None]
    scattering = np.exp(LOG_THICKNESSES)[None]
    r0, t = kubelka_munk.layer(
        ratio * scattering, np.broadcast_to(scattering, (len(ratio), scattering.size))
    )
    # Reflectance over the ground depends on K/S monotonically: each column is inverted by
    # exchanging its axes, since there is no closed form for R0 and T² from a measured reflectance.
    visible = kubelka_munk.over(r0, t, np.float64(ground))
    at = np.linspace(0, 1, N_REFLECTANCES)
    reflectance, transmittance = (
        np.stack([np.interp(at, s, v) for s, v in zip(visible.T, values.T, strict=True)], axis=1)
        for values in (r0, t**2)
    )
    white, black = (transmittance * g / (1 - g * reflectance) for g in (0.9, 0.05))
    hides = white - black < HIDING_CONTRAST
    # Paint that never hides its ground gets the largest thickness; `argmax` would give the
    # smallest.
    hides[:, -1] = True
    return LayerOptics(
        reflectance=reflectance.astype(np.float32),
        transmittance=transmittance.astype(np.float32),
        hiding=LOG_THICKNESSES[hides.argmax(1)],
    )


def below_surface(outer: FloatArray) -> FloatArray:
    """Undo Saunderson's surface correction of `kubelka_munk.through_surface`."""
    passed = (1 - kubelka_munk.OUTER_REFLECTANCE) * (1 - kubelka_munk.INNER_REFLECTANCE)
    # A surface reflects at most .96 in this model: lighter pixels would exceed 1 inside.
    return np.minimum(outer / (passed + kubelka_munk.INNER_REFLECTANCE * outer), 1)


def above_surface(inner: FloatArray) -> FloatArray:
    """Reflectance above the surface of a layer from that below it."""
    return kubelka_munk.through_surface(np.clip(inner, 0, 1))


def reflectance_over(
    inner: FloatArray,
    log_thickness: FloatArray,
    fall: FloatArray,
    share: FloatArray,
    below: FloatArray,
    bare: FloatArray,
    reflectance: FloatArray,
    transmittance: FloatArray,
    low: float,
    high: float,
) -> FloatArray:
    """Reflectance (H, W, C) of paint ``inner`` if ``below`` covers its share of the ground.

    The columns of the tables are log thicknesses from ``low`` to ``high``.
    """
    result = inner.copy()
    tables = (reflectance, transmittance)
    _add_reflected(result, log_thickness, fall, share, below, bare, *tables, low, high)
    return result


@compiled
def _add_reflected(
    paint: FloatArray,
    log_thickness: FloatArray,
    fall: FloatArray,
    share: FloatArray,
    below: FloatArray,
    bare: FloatArray,
    reflectance: FloatArray,
    transmittance: FloatArray,
    low: float,
    high: float,
) -> None:
    """Add to ``paint`` what it transmits from ``below`` instead of from the ground."""
    height, width, channels = paint.shape
    n_reflectances, n_thicknesses = reflectance.shape
    step = (high - low) / (n_thicknesses - 1)
    for y in range(height):
        for x in range(width):
            if share[y, x] <= 0:
                continue
            for c in range(channels):
                # Bilinear interpolation of both tables, where a layer covers something: as arrays
                # (H, W, C) they would take as much memory as the channels.
                row = min(max(paint[y, x, c], 0.0), 1.0) * (n_reflectances - 1)
                column = (log_thickness[y, x] - fall[c] - low) / step
                column = min(max(column, 0.0), n_thicknesses - 1.0)
                i, j = min(int(row), n_reflectances - 2), min(int(column), n_thicknesses - 2)
                u, v = row - i, column - j
                r0 = (1 - u) * ((1 - v) * reflectance[i, j] + v * reflectance[i, j + 1]) + u * (
                    (1 - v) * reflectance[i + 1, j] + v * reflectance[i + 1, j + 1]
                )
                t2 = (1 - u) * ((1 - v) * transmittance[i, j] + v * transmittance[i, j + 1]) + u * (
                    (1 - v) * transmittance[i + 1, j] + v * transmittance[i + 1, j + 1]
                )
                # R' = R + T²·(g/(1 − R0·g) − Rg/(1 − R0·Rg)): see docs/detection.md.
                new = bare[c] * (1 - share[y, x]) + below[y, x, c] * share[y, x]
                paint[y, x, c] += t2 * (new / (1 - r0 * new) - bare[c] / (1 - r0 * bare[c]))
