"""Lines as painters draw them: contours, hatching, letters, and tracings of a picture."""

import numpy as np
from scipy import ndimage

from artextract_cli.simulate.measured.fields import Shape, smooth
from artextract_cli.simulate.measured.optics import FloatArray

STEP = 0.7
"""Distance between points along a line, px: less than a pixel, or thin lines would break."""


def _dense(path: FloatArray) -> FloatArray:
    """Points (n, 2) at even steps along a path (m, 2)."""
    length = np.concatenate([[0.0], np.hypot(*np.diff(path, axis=0).T).cumsum()])
    at = np.arange(0.0, max(length[-1], STEP), STEP)
    return np.stack([np.interp(at, length, path[:, i]) for i in (0, 1)], 1)


def _pressed(rng: np.random.Generator, points: FloatArray, width: float) -> FloatArray:
    """The points with a half width that follows the pressure of the hand."""
    phase = np.linspace(0, np.pi * rng.uniform(0.6, 1.4), len(points)) + rng.uniform(0, 0.8)
    pressure = 0.75 + 0.35 * np.abs(np.sin(phase))
    # Never much below half a pixel: thinner lines would break up.
    return np.column_stack([points, np.maximum(0.5 * width * pressure, 0.45)])


def contour(rng: np.random.Generator, shape: Shape, width: float) -> FloatArray:
    """A closed outline: a few harmonics about a centre, left open here and there."""
    size = min(shape) * rng.uniform(0.08, 0.35)
    angle = np.linspace(0, rng.uniform(1.2, 2.05) * np.pi, 160) + rng.uniform(0, 2 * np.pi)
    radius = np.full_like(angle, size)
    for order in (2, 3, 4, 5):
        swing = rng.normal(0, 0.28 / order)
        radius += size * swing * np.cos(order * angle + rng.uniform(0, 2 * np.pi))
    centre = rng.uniform(0, 1, 2) * shape
    path = (
        centre
        + np.column_stack([np.sin(angle), np.cos(angle) * rng.uniform(0.5, 1.5)])
        * (radius[:, None])
    )
    return _pressed(rng, _dense(path), width)


def hatching(rng: np.random.Generator, shape: Shape, width: float) -> FloatArray:
    """A patch of short parallel strokes."""
    length, gap = rng.uniform(0.06, 0.22) * min(shape) + 4, width + rng.uniform(1.5, 4.5)
    angle, start = rng.uniform(0, np.pi), rng.uniform(0, 1, 2) * shape
    along = np.array([np.sin(angle), np.cos(angle)])
    across = np.array([along[1], -along[0]])
    parts = []
    for i in range(int(rng.integers(5, 16))):
        first = start + across * gap * i + along * rng.normal(0, 0.1) * length
        bend = across * rng.normal(0, 0.05) * length
        last = first + along * length * rng.uniform(0.7, 1.1)
        path = np.stack([first, (first + last) / 2 + bend, last])
        parts.append(_pressed(rng, _dense(path), width))
    return np.concatenate(parts)


def lettering(rng: np.random.Generator, shape: Shape, width: float) -> FloatArray:
    """A line of writing: letters as bent strokes between the corners of a small grid."""
    height = float(np.clip(min(shape) * rng.uniform(0.04, 0.12), 5, 40))
    at = rng.uniform(0.05, 0.9, 2) * shape
    slant, parts = rng.normal(0, 0.15), []
    for _ in range(int(rng.integers(4, 11))):
        corners = rng.integers(0, 3, (int(rng.integers(3, 6)), 2)) * np.array([0.5, 0.3])
        path = _dense(at + corners * height)
        path = ndimage.gaussian_filter1d(path, 0.13 * height, axis=0, mode="nearest")
        parts.append(_pressed(rng, path, width))
        at = at + np.array([slant, 0.95]) * height * rng.uniform(0.8, 1.1)
    return np.concatenate(parts)


def wandering(rng: np.random.Generator, shape: Shape, width: float) -> FloatArray:
    """A free curve: drapery, a branch, a horizon."""
    n = int(rng.integers(30, 120))
    # A random walk of the heading, not of the position: a curve without corners.
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.09, n))
    step = min(shape) / 90 + 0.6
    path = rng.uniform(0, 1, 2) * shape + np.cumsum(
        step * np.column_stack([np.sin(heading), np.cos(heading)]), axis=0
    )
    return _pressed(rng, _dense(path), width)


def tracing(
    rng: np.random.Generator, lightness: FloatArray, width: float, share: float
) -> FloatArray:
    """The edges of a picture (H, W) as a draughtsman traces them, region by region."""
    blurred = ndimage.gaussian_filter(lightness, 1.5)
    rows, columns = (ndimage.sobel(blurred, axis=axis) for axis in (0, 1))
    steep = np.hypot(rows, columns)
    # Local maxima of steepness, with a tolerance so that level crests do not break.
    crest = ndimage.maximum_filter(steep, size=3) <= steep * 1.02
    crest &= steep > np.quantile(steep, 0.7)
    # Steep edges first, and region by region: a tracing is rarely complete.
    order = steep / (steep.max() + 1e-6) + smooth(rng, lightness.shape, min(lightness.shape) / 4)
    at = np.argwhere(crest)
    # Rounded and stable: the order of nearly equal crests does not depend on the machine.
    at = at[np.argsort(-order[crest].round(4), kind="stable")]
    at = at[: int(share * lightness.size) + 20]
    return np.column_stack([at, np.full(len(at), max(0.5 * width, 0.6))])


MOTIFS = (contour, hatching, lettering, wandering)


def drawn(rng: np.random.Generator, shape: Shape, width: float) -> FloatArray:
    """A handful of motifs: points (n, 3) of row, column and half width."""
    # Any mixture of motifs is equally likely, so that most drawings have a character.
    weights = rng.dirichlet(np.full(len(MOTIFS), 1.0))
    chosen = rng.choice(len(MOTIFS), 5, p=weights)
    return np.concatenate([MOTIFS[i](rng, shape, width) for i in chosen])
