"""Lines and shapes: curves a hand would draw, and their rasterisation without jagged edges.

Curves are arrays (n, 2) of (row, column) in pixels.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image, ImageDraw

from artextract_cli._typing import IntArray
from artextract_cli.simulate.content.fields import Shape
from artextract_cli.simulate.optics.kubelka_munk import FloatArray

# Pillow draws without smoothing edges: nine samples give a pixel ten levels of coverage, for nine
# times the memory.
_SUPERSAMPLING = 3


class Sketch:
    """A sheet (H, W) of strokes and filled shapes, drawn at three times its resolution."""

    def __init__(self, shape: Shape):
        self.shape = shape
        size = (shape[1] * _SUPERSAMPLING, shape[0] * _SUPERSAMPLING)
        self._image = Image.new("L", size)
        self._draw = ImageDraw.Draw(self._image)

    def stroke(self, curve: FloatArray, width: float) -> None:
        """Draw a line ``width`` pixels wide along the curve."""
        self._draw.line(
            self._points(curve),
            fill=255,
            width=max(1, round(width * _SUPERSAMPLING)),
            joint="curve",
        )

    def fill(self, outline: FloatArray) -> None:
        """Fill a closed outline."""
        self._draw.polygon(self._points(outline), fill=255)

    @property
    def covered(self) -> float:
        """Share of the sheet that is covered, 0 to 1."""
        return float(np.asarray(self._image).mean()) / 255

    def mask(self) -> FloatArray:
        """Coverage of every pixel (H, W) float32, 0 to 1."""
        # The mean of whole squares of samples, without rounding of places.
        small = self._image.reduce(_SUPERSAMPLING)
        return np.asarray(small, np.float32) / 255

    def _points(self, curve: FloatArray) -> list[float]:
        return [float(value) for value in (curve[:, ::-1] * _SUPERSAMPLING).ravel()]


def paint_in(labels: IntArray, outlines: Sequence[FloatArray]) -> IntArray:
    """The labels (H, W), at most 255 of them, with each outline filled as a region of its own.

    Numbered anew, so that none is left out where one region hides another.
    """
    sheet = Image.fromarray(labels.astype(np.uint8))
    draw = ImageDraw.Draw(sheet)
    for label, curve in enumerate(outlines, start=int(labels.max()) + 1):
        draw.polygon([float(value) for value in curve[:, ::-1].ravel()], fill=label)
    _, renumbered = np.unique(np.asarray(sheet), return_inverse=True)
    return np.asarray(renumbered.reshape(labels.shape))


def wander(rng: np.random.Generator, start: FloatArray, length: float, bend: float) -> FloatArray:
    """A line of ``length`` pixels whose heading drifts by ``bend`` radians per tenth of it."""
    steps = 40
    # Small turns add up to the hesitations of a hand, the linear term to the bend of the whole
    # line.
    drift = rng.normal(0, bend / 2, steps)
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(drift) + np.linspace(0, rng.normal(0, bend), 40)
    step = np.stack([np.sin(heading), np.cos(heading)], axis=1) * (length / steps)
    return start + np.cumsum(step, axis=0)


def outline(
    rng: np.random.Generator, centre: FloatArray, radius: float, roughness: float = 0.2
) -> FloatArray:
    """A closed, smooth, star-shaped outline: harmonics 1-5 on a circle, stretched and turned."""
    angle = np.linspace(0, 2 * np.pi, 96)
    order = np.arange(1, 6)[:, None]
    # Higher harmonics are weaker: otherwise outlines would be jagged.
    amplitude = rng.normal(0, roughness, (5, 1)) / order
    wave = np.cos(order * angle + rng.uniform(0, 2 * np.pi, (5, 1)))
    # A positive radius keeps the outline from crossing itself.
    r = radius * np.clip(1 + (amplitude * wave).sum(axis=0), 0.2, 2)
    # One axis is stretched as much as the other shrinks, so that the area stays.
    stretch = np.exp(rng.normal(0, 0.25))
    curve = np.stack([r * np.sin(angle) * stretch, r * np.cos(angle) / stretch], axis=1)
    return centre + curve @ _rotation(rng.normal(0, 0.4)).T


def figure(rng: np.random.Generator, centre: FloatArray, size: float) -> list[FloatArray]:
    """Outlines of something standing: a body, a head above it and perhaps an arm or attribute."""
    up = _rotation(rng.normal(0, 0.25)) @ np.array([-1.0, 0.0])
    body = outline(rng, centre, 0.6 * size, 0.18)
    head = outline(rng, centre + up * size * rng.uniform(0.75, 0.95), 0.26 * size, 0.06)
    parts = [body, head]
    if rng.random() < 0.7:
        side = _rotation(rng.uniform(-2.2, 2.2)) @ up
        parts.append(outline(rng, centre + side * 0.55 * size, rng.uniform(0.12, 0.3) * size))
    return parts


def hatching(rng: np.random.Generator, centre: FloatArray, radius: float) -> Iterator[FloatArray]:
    """Parallel, slightly bent lines that fill a disc of ``radius`` pixels, as a shadow is drawn."""
    turn = _rotation(rng.uniform(0, np.pi))
    bend = rng.normal(0, 0.12) * radius
    # Up to 0.9 of the radius: chords farther out would be dots.
    for offset in np.arange(-0.9, 0.9, rng.uniform(4, 9) / radius):
        half = np.sqrt(1 - offset**2) * rng.uniform(0.75, 1)
        t = np.linspace(-half, half, 8)
        line = np.stack([np.full(8, offset) * radius + bend * t**2, t * radius], axis=1)
        yield centre + (line + rng.normal(0, 0.4, 2)) @ turn.T


def script(rng: np.random.Generator, start: FloatArray, length: float, size: float) -> FloatArray:
    """A line of cursive writing: loops of height ``size`` along a nearly level base line."""
    # About 16 points for each loop, of which there are 0.9 in a height.
    count = max(16, round(length / size * 14))
    t = np.linspace(0, length / size, count)
    phase = 2 * np.pi * (0.9 * t + 0.25 * np.cumsum(rng.normal(0, 0.25, count)))
    tall = 1 + 0.9 * (np.sin(1.7 * t + rng.uniform(0, 6)) > 0.5)
    rows = -0.5 * tall * np.sin(phase) + 0.02 * rng.normal() * t
    columns = t + 0.45 * np.cos(phase)
    return start + size * np.stack([rows, columns], axis=1)


def _rotation(angle: float) -> FloatArray:
    """The matrix (2, 2) that turns (row, column) by ``angle`` radians."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s], [s, c]])
