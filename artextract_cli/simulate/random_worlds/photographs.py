"""Real pictures as compositions: photographs that scikit-image ships, cut and turned anew."""

from functools import cache
from importlib.resources import files

import imagecodecs
import numpy as np
from scipy import ndimage

from artextract_cli._typing import IntArray
from artextract_cli.simulate.content.fields import Shape, grid
from artextract_cli.simulate.optics.kubelka_munk import FloatArray

# Only files inside the scikit-image wheel: others would be downloaded.
PHOTOGRAPHS = (
    *("astronaut.png", "coffee.png", "chelsea.png", "rocket.jpg", "retina.jpg", "ihc.png"),
    "motorcycle_left.png",
)
TEXTURES = ("brick.png", "grass.png", "gravel.png")

_SAMPLE = 4000  # pixels that the clusters are found with
# Rounds of k-means (S. P. Lloyd, 1982); regions need not be optimal.
_ROUNDS = 8


def photograph(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """A cutting (H, W, 3) of some photograph, sRGB 0-1, in changed colours."""
    picture = _read(str(rng.choice(PHOTOGRAPHS)))
    # Permuted, inverted and bent channels: shapes of real things, not their colours.
    cut = _cutting(rng, picture, shape)[..., rng.permutation(3)]
    if rng.random() < 0.2:
        cut = 1 - cut
    return np.asarray(cut ** rng.uniform(0.6, 1.5, 3), np.float32)


def texture(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """A cutting (H, W) of some rough surface, of mean 0 and variance 1."""
    cut = _cutting(rng, _read(str(rng.choice(TEXTURES))), shape)[..., 0]
    return np.asarray((cut - cut.mean()) / max(float(cut.std()), 1e-3))


def clusters(rng: np.random.Generator, picture: FloatArray, count: int) -> IntArray:
    """Labels (H, W) below ``count``: pixels of like colour, by k-means.

    Each centre starts as the pixel that is farthest from the others, of a random sample.
    """
    pixels = picture.reshape(-1, 3)
    sample = pixels[rng.integers(len(pixels), size=_SAMPLE)]
    centres = _spread(sample, count)
    for _ in range(_ROUNDS):
        labels = _nearest(sample, centres)
        sizes = np.bincount(labels, minlength=len(centres))
        sums = [np.bincount(labels, sample[:, i], len(centres)) for i in range(3)]
        means = np.stack(sums, axis=1) / np.maximum(sizes, 1)[:, None]
        centres = np.where(sizes[:, None] > 0, means, centres).astype(np.float32)
    # Otherwise noise and JPEG blocks would end up as regions of single pixels.
    smooth = ndimage.gaussian_filter(picture, (0.7, 0.7, 0))
    return _nearest(smooth.reshape(-1, 3), centres).reshape(picture.shape[:2])


def _spread(sample: FloatArray, count: int) -> FloatArray:
    """Centres (count, 3), each the colour of the sample (n, 3) farthest from those before it."""
    centres = [sample[0]]
    distance = np.full(len(sample), np.inf, np.float32)
    for _ in range(count - 1):
        distance = np.minimum(distance, ((sample - centres[-1]) ** 2).sum(axis=1))
        centres.append(sample[distance.argmax()])
    return np.stack(centres)


def _nearest(pixels: FloatArray, centres: FloatArray) -> IntArray:
    """Of each pixel (n, 3) the nearest centre (K, 3)."""
    # Without the square of the pixel, which is the same for all centres: (n, K), one matrix
    # product.
    return np.asarray(((centres**2).sum(axis=1) - 2 * pixels @ centres.T).argmin(axis=1))


@cache
def _read(name: str) -> FloatArray:
    """A picture of scikit-image (H, W, C) float32, 0-1."""
    data = (files("skimage") / "data" / name).read_bytes()
    decode = imagecodecs.jpeg8_decode if name.endswith("jpg") else imagecodecs.png_decode
    picture = np.asarray(decode(data), np.float32) / 255
    return picture[..., :3] if picture.ndim == 3 else picture[..., None]


def _cutting(rng: np.random.Generator, picture: FloatArray, shape: Shape) -> FloatArray:
    """A part of the picture at any scale, flipped and turned, (H, W, C) float32."""
    angle = rng.normal(0, 0.12) + np.pi / 2 * rng.integers(4)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    half = np.array(shape) / 2
    # Half sides of the upright box around the turned cutting, which must lie within the picture.
    reach = np.abs(turn) @ half
    available = np.array(picture.shape[:2]) / 2 - 1
    scale = float((available / reach).min()) * rng.uniform(0.35, 1)
    centre = available + rng.uniform(-1, 1, 2) * (available - scale * reach)
    rows, columns = (axis - middle for axis, middle in zip(grid(shape), half, strict=True))
    if rng.random() < 0.5:
        columns = -columns
    places = [
        c + scale * (row * rows + column * columns)
        for c, (row, column) in zip(centre, turn, strict=True)
    ]
    # Against aliasing: of a picture that is reduced, more than one pixel falls on each new one.
    blur = max(0.4 * (scale - 1), 0)
    layers = [
        ndimage.map_coordinates(
            ndimage.gaussian_filter(picture[..., i], blur) if blur else picture[..., i],
            places,
            order=1,
            mode="nearest",
        )
        for i in range(picture.shape[2])
    ]
    return np.stack(layers, axis=-1).clip(0, 1)
