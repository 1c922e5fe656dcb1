"""The optics of injected layers: two-flux paint above and below a surface."""

from functools import cache
from typing import NamedTuple

import numpy as np

from artextract_cli.kernels.filters import blur
from artextract_cli.kernels.jit import compiled
from artextract_cli.simulate.optics import kubelka_munk
from artextract_cli.simulate.optics.kubelka_munk import FloatArray

N_REFLECTANCES = 97
LOG_THICKNESSES = np.linspace(np.log(0.05), np.log(60), 64)
HIDING_CONTRAST = 0.03  # between black and white beneath: less, and the eye sees neither


class LayerOptics(NamedTuple):
    """What a paint over one ground lets through, by its reflectance and log thickness (97, 64)."""

    reflectance: FloatArray  # R0, over black
    transmittance: FloatArray  # T²
    hiding: FloatArray  # (97,) log thickness at which it hides its ground


def thickness_of(rng: np.random.Generator, seen: FloatArray, optics: LayerOptics) -> FloatArray:
    """Logarithm of the optical thickness at 550 nm (H, W): mostly about what hides the ground."""
    if rng.random() < 0.25:
        return np.full(seen.shape[:2], np.log(rng.uniform(0.8, 7)))
    brightest = np.maximum(np.maximum(seen[..., 0], seen[..., 1]), 0.5 * seen[..., 2])
    smooth = blur(brightest[..., None], 2.0)[..., 0]
    hiding = np.interp(smooth, np.linspace(0, 1, N_REFLECTANCES), optics.hiding)
    return np.asarray(hiding + np.log(rng.uniform(0.6, 1.7)))


@cache
def draw_optics(ground: float) -> LayerOptics:
    """Tables for paints over a ground: found by trying ratios K/S, as theory gives the inverse."""
    ratio = np.concatenate([[0], np.logspace(-4.5, 2.5, 500)])[::-1, None]
    scattering = np.exp(LOG_THICKNESSES)[None]
    r0, t = kubelka_munk.layer(
        ratio * scattering, np.broadcast_to(scattering, (len(ratio), scattering.size))
    )
    seen = kubelka_munk.over(r0, t, np.float64(ground))
    at = np.linspace(0, 1, N_REFLECTANCES)
    reflectance, transmittance = (
        np.stack([np.interp(at, s, v) for s, v in zip(seen.T, values.T, strict=True)], axis=1)
        for values in (r0, t**2)
    )
    white, black = (transmittance * g / (1 - g * reflectance) for g in (0.9, 0.05))
    hides = white - black < HIDING_CONTRAST
    hides[:, -1] = True
    return LayerOptics(
        reflectance=reflectance.astype(np.float32),
        transmittance=transmittance.astype(np.float32),
        hiding=LOG_THICKNESSES[hides.argmax(1)],
    )


def below_surface(seen: FloatArray) -> FloatArray:
    """Undo Saunderson's surface correction of `kubelka_munk.through_surface`."""
    passed = (1 - kubelka_munk.OUTER_REFLECTANCE) * (1 - kubelka_munk.INNER_REFLECTANCE)
    return np.minimum(seen / (passed + kubelka_munk.INNER_REFLECTANCE * seen), 1)


def above_surface(inner: FloatArray) -> FloatArray:
    """Reflectance above the surface of a layer from that below it."""
    return kubelka_munk.through_surface(np.clip(inner, 0, 1))


@compiled
def visible_share(
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
    """Reflectance (H, W, C) of paint ``inner`` once ``below`` covers its share of the ground.

    The columns of the tables are log thicknesses from ``low`` to ``high``.
    """
    height, width, channels = inner.shape
    n_reflectances, n_thicknesses = reflectance.shape
    step = (high - low) / (n_thicknesses - 1)
    made = inner.copy()
    for y in range(height):
        for x in range(width):
            if share[y, x] <= 0:
                continue
            for c in range(channels):
                row = min(max(inner[y, x, c], 0.0), 1.0) * (n_reflectances - 1)
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
                new = bare[c] * (1 - share[y, x]) + below[y, x, c] * share[y, x]
                made[y, x, c] += t2 * (new / (1 - r0 * new) - bare[c] / (1 - r0 * bare[c]))
    return made
