"""Random fields (H, W) and what is drawn on them: clouds, strokes with smooth edges, warps."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from artextract_cli.simulate.workshop.arrays import FloatArray

Shape = tuple[int, int]
_LARGE = 1024  # above this the strokes are drawn with 2 × 2 instead of 3 × 3 samples a pixel


def cloud(
    rng: np.random.Generator, shape: Shape, scale: float, roughness: float = 2.5
) -> FloatArray:
    """Noise of mean 0 and deviation 1 whose power falls below ``scale`` px as f^-roughness."""
    rows = np.fft.fftfreq(shape[0])[:, None]
    columns = np.fft.rfftfreq(shape[1])[None]
    frequency = np.hypot(rows, columns) * max(scale, 1.0)
    spectrum = np.fft.rfft2(rng.standard_normal(shape))
    # Flat below the frequency 1/scale and a power law above: blots of this size with finer detail.
    field = np.fft.irfft2(spectrum * (1 + frequency**2) ** (-roughness / 2), shape)
    field -= field.mean()
    # A picture of one pixel has no deviation.
    return (field / max(float(field.std()), 1e-9)).astype(np.float32)


def grid(shape: Shape) -> tuple[FloatArray, FloatArray]:
    """Rows (H, 1) and columns (1, W) as shares of the height and width, 0-1."""
    rows = (np.arange(shape[0], dtype=np.float32) + 0.5) / shape[0]
    columns = (np.arange(shape[1], dtype=np.float32) + 0.5) / shape[1]
    return rows[:, None], columns[None]


def blurred(field: FloatArray, sigma: float) -> FloatArray:
    """The field after a Gaussian blur of ``sigma`` px."""
    # Less would not change a pixel.
    if sigma < 0.05:
        return field
    return np.asarray(ndimage.gaussian_filter(field, sigma, mode="nearest", truncate=3.0))


def moved(field: FloatArray, rows: FloatArray | float, columns: FloatArray | float) -> FloatArray:
    """The field displaced downwards and to the right by px."""
    at = np.meshgrid(*(np.arange(side, dtype=np.float32) for side in field.shape), indexing="ij")
    places = [at[0] - rows, at[1] - columns]
    return np.asarray(ndimage.map_coordinates(field, places, order=1, mode="nearest"))


def highest(field: FloatArray, share: float) -> FloatArray:
    """Mask of the highest ``share`` of the field with an edge of about one pixel."""
    if share <= 0:
        return np.zeros_like(field)
    limit = float(np.quantile(field, 1 - min(share, 1.0)))
    slope = np.hypot(*np.gradient(field)) if min(field.shape) > 1 else np.ones_like(field)
    # On plateaus the slope is about 0, and the edge would be as wide as they are.
    slope = np.maximum(slope, float(slope.mean()) * 0.3 + 1e-6)
    return np.clip((field - limit) / slope + 0.5, 0, 1).astype(np.float32)


class Sheet:
    """A sheet to draw on in pixel coordinates; `mask` is what is covered, with smooth edges."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.factor = 3 if max(shape) <= _LARGE else 2
        size = (shape[1] * self.factor, shape[0] * self.factor)
        self.image = Image.new("L", size)
        self.pen = ImageDraw.Draw(self.image)

    def _scaled(self, points: FloatArray) -> list[tuple[float, float]]:
        return [(float(x), float(y)) for y, x in np.asarray(points) * self.factor]

    def line(self, points: FloatArray, width: float, value: float = 1.0) -> None:
        """A polyline through points (K, 2), row and column."""
        pixels = max(1, round(width * self.factor))
        self.pen.line(self._scaled(points), round(255 * value), pixels, joint="curve")

    def brushed(self, points: FloatArray, widths: FloatArray, value: float = 1.0) -> None:
        """A polyline that swells and tapers: ``widths`` (K-1,) of its pieces."""
        scaled = self._scaled(points)
        fill = round(255 * value)
        for start, end, width in zip(scaled, scaled[1:], widths, strict=False):
            self.pen.line([start, end], fill, max(1, round(float(width) * self.factor)))

    def polygon(self, points: FloatArray, value: float = 1.0) -> None:
        """A filled polygon with corners (K, 2)."""
        self.pen.polygon(self._scaled(points), round(255 * value))

    def mask(self) -> FloatArray:
        """Share of each pixel that is covered (H, W), 0-1."""
        small = self.image.reduce(self.factor)
        return np.asarray(small, dtype=np.float32) / 255


def curve(points: FloatArray, n_points: int) -> FloatArray:
    """A smooth curve (N, 2) through points (K, 2)."""
    from scipy.interpolate import CubicSpline

    steps = np.linspace(0, len(points) - 1, n_points)
    return np.asarray(CubicSpline(np.arange(len(points)), points)(steps))


def blob(
    rng: np.random.Generator, centre: Sequence[float] | FloatArray, radius: float, wild: float
) -> FloatArray:
    """Outline (N, 2) of a rounded closed shape; ``wild`` 0 is an ellipse."""
    # The last point is the first again: the outline is closed for lines as well as for polygons.
    angles = np.linspace(0, 2 * np.pi, 65)
    reach = np.ones_like(angles)
    for order in range(2, 6):
        reach += wild / order * rng.standard_normal() * np.cos(order * angles + rng.uniform(0, 6.3))
    aspect, turn = np.exp(0.35 * rng.standard_normal()), rng.uniform(0, np.pi)
    y, x = reach * np.sin(angles) * radius * aspect, reach * np.cos(angles) * radius / aspect
    turned = np.stack([y * np.cos(turn) + x * np.sin(turn), x * np.cos(turn) - y * np.sin(turn)], 1)
    return np.asarray(turned + np.asarray(centre))
