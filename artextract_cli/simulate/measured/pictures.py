"""What the paintings show: photographs, fields of colour, dabs; and how paints render it."""

from dataclasses import replace
from functools import cache

import numpy as np
from scipy import ndimage

from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.simulate.measured.fields import Shape, smooth
from artextract_cli.simulate.measured.optics import FloatArray, lab_of_linear
from artextract_cli.simulate.measured.paints import Coat, Paints, matched

PHOTOGRAPHS = ("china.jpg", "flower.jpg", "grace_hopper.jpg")


@cache
def _photograph(name: str) -> FloatArray:
    """A photograph that scikit-learn or matplotlib ships, linear, (H, W, 3)."""
    if name == "grace_hopper.jpg":
        from matplotlib.cbook import get_sample_data
        from PIL import Image

        with Image.open(str(get_sample_data(name, asfileobj=False))) as image:
            coded = np.asarray(image.convert("RGB"))
    else:
        from sklearn.datasets import load_sample_image

        coded = load_sample_image(name)
    return linear_rgb(coded.astype(np.float32) / np.float32(255))


def _reduced(photograph: FloatArray, by: int) -> FloatArray:
    """Means of squares of ``by`` pixels, so that a small picture of a photograph is clean."""
    rows, columns = (n // by for n in photograph.shape[:2])
    # (rows, by, columns, by, 3): the mean of axes 1 and 3 is that of each square.
    squares = photograph[: rows * by, : columns * by].reshape(rows, by, columns, by, 3)
    result: FloatArray = squares.mean((1, 3))
    return result


def _crop(rng: np.random.Generator, photograph: FloatArray, shape: Shape) -> FloatArray:
    """A random part of a photograph, turned or flipped, at the size that is wanted."""
    if rng.random() < 0.3:
        photograph = np.rot90(photograph)
    if rng.random() < 0.5:
        photograph = photograph[:, ::-1]
    greatest = min(photograph.shape[0] / shape[0], photograph.shape[1] / shape[1])
    scale = greatest * rng.uniform(0.45, 1.0)
    # Whole factors by averaging, the rest by interpolation: without aliasing.
    photograph, scale = _reduced(photograph, max(int(scale), 1)), scale / max(int(scale), 1)
    corner = rng.uniform(0, 1, 2) * (np.array(photograph.shape[:2]) - scale * np.array(shape))
    rows, columns = (
        np.clip(corner[i] + scale * np.arange(shape[i]), 0, photograph.shape[i] - 1) for i in (0, 1)
    )
    at = np.meshgrid(rows, columns, indexing="ij")
    blur = 0.4 * max(scale - 0.5, 0.0)
    channels = (ndimage.gaussian_filter(photograph[..., c], blur) for c in range(3))
    return np.stack([ndimage.map_coordinates(c, at, order=1) for c in channels], -1)


def _graded(rng: np.random.Generator, linear: FloatArray) -> FloatArray:
    """Another light: contrast, chroma, warmth and now and then other hues."""
    linear = np.clip(linear, 0, 1) ** rng.uniform(0.7, 1.3) * rng.uniform(0.75, 1.0)
    grey = linear.mean(-1, keepdims=True)
    linear = grey + (linear - grey) * rng.uniform(0.5, 1.15)
    if rng.random() < 0.3:
        linear = linear[..., rng.permutation(3)]
    return np.clip(linear * np.exp(rng.normal((0.08, 0, -0.08), 0.1)), 0.003, 0.9)


def from_photograph(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """A part of a photograph, linear (H, W, 3)."""
    name = PHOTOGRAPHS[int(rng.integers(len(PHOTOGRAPHS)))]
    return _graded(rng, _crop(rng, _photograph(name), shape))


def _colours(rng: np.random.Generator, n: int) -> FloatArray:
    """Colours (n, 3), linear, that occur in some photograph."""
    photograph = _photograph(PHOTOGRAPHS[int(rng.integers(len(PHOTOGRAPHS)))])
    pixels = photograph.reshape(-1, 3)[rng.integers(0, photograph.size // 3, n)]
    return _graded(rng, pixels)


def fields_of_colour(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """A few large planes with soft edges and modelling, linear (H, W, 3)."""
    n, size = int(rng.integers(3, 10)), min(shape) * rng.uniform(0.2, 0.6)
    heights = np.stack(
        [smooth(rng, shape, size) + 0.35 * smooth(rng, shape, size / 4) for _ in range(n)]
    )
    # The higher the factor, the harder the edges between planes.
    weights = np.exp(heights * rng.uniform(1.5, 9))
    weights /= weights.sum(0)
    picture = np.tensordot(weights, _colours(rng, n), (0, 0))
    rows = np.linspace(-1, 1, shape[0])[:, None] * rng.uniform(-0.4, 0.4)
    shade = rows + 0.18 * smooth(rng, shape, size / 2) + 0.08 * smooth(rng, shape, 4)
    result: FloatArray = np.clip(picture * np.exp(shade)[..., None], 0.003, 0.9)
    return result


def scenery(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Sky and ridges, each paler the farther away, linear (H, W, 3)."""
    n = int(rng.integers(3, 8))
    colours = _colours(rng, n + 1)
    # Distant ridges fade to the colour of the air.
    haze = np.linspace(0.65, 0.0, n + 1)[:, None] ** 1.5
    colours = colours * (1 - haze) + haze * np.array([0.55, 0.6, 0.62])
    rows = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
    picture = colours[0] * (0.75 + 0.5 * rows[..., None]) * np.ones((1, shape[1], 1))
    for i, height in enumerate(np.sort(rng.uniform(0.2, 0.95, n))):
        size = min(shape) * rng.uniform(0.05, 0.4)
        crest = height + 0.07 * smooth(rng, (2, shape[1]), size)[:1]
        ridge = np.clip((rows - crest) * shape[0] / rng.uniform(1, 6) + 0.5, 0, 1)[..., None]
        shade = np.exp(rng.uniform(0.05, 0.35) * smooth(rng, shape, rng.uniform(2, 12)))
        picture = picture * (1 - ridge) + ridge * colours[i + 1] * shade[..., None]
    result: FloatArray = np.clip(picture, 0.003, 0.9)
    return result


def dabs(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Another picture broken into dabs of even colour, linear (H, W, 3)."""
    below = from_photograph(rng, shape) if rng.random() < 0.6 else scenery(rng, shape)
    size = float(np.clip(min(shape) * rng.uniform(0.015, 0.05), 3, 30))
    warp = [smooth(rng, shape, 3 * size) * size * 0.7 for _ in range(2)]
    rows, columns = np.indices(shape, np.float32)
    row = np.floor((rows + warp[0]) / size)
    column = np.floor((columns + warp[1] + (row % 2) * size) / (2 * size))
    middle = (
        np.clip((row + 0.5) * size, 0, shape[0] - 1).astype(int),
        np.clip((column + 0.5) * 2 * size, 0, shape[1] - 1).astype(int),
    )
    change = np.exp(0.18 * rng.standard_normal((*shape, 3), dtype=np.float32)[middle])
    result: FloatArray = np.clip(below[middle] * change, 0.003, 0.9)
    return result


def composed(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """A picture, linear (H, W, 3)."""
    kinds = (from_photograph, fields_of_colour, scenery, dabs)
    return kinds[int(rng.choice(4, p=[0.58, 0.1, 0.14, 0.18]))](rng, shape)


def _clusters(rng: np.random.Generator, lab: FloatArray, n: int) -> FloatArray:
    """Middle colours (n, 3) of a picture: Lloyd's iteration on a sample of its pixels."""
    pixels = lab.reshape(-1, 3)
    # 1200 pixels are enough for at most 30 colours.
    sample = pixels[rng.integers(0, len(pixels), 1200)]
    centres = sample[rng.choice(1200, n, replace=False)].astype(np.float64)
    for _ in range(8):
        nearest = ((sample[:, None] - centres[None]) ** 2).sum(-1).argmin(1)
        for i in range(n):
            if (nearest == i).any():
                centres[i] = sample[nearest == i].mean(0)
    return centres


def _two_nearest(lab: FloatArray, centres: FloatArray) -> tuple[np.ndarray, np.ndarray, FloatArray]:
    """The nearest and next nearest centre of each pixel, and how far it lies towards the next."""
    shape = lab.shape[:2]
    best, next_best = (np.full(shape, np.inf, np.float32) for _ in range(2))
    first, second = (np.zeros(shape, np.int32) for _ in range(2))
    for i, centre in enumerate(centres.astype(np.float32)):
        # Running minima: two maps of distances, instead of one for each of up to 30 centres.
        distance = sum((lab[..., c] - centre[c]) ** 2 for c in range(3))
        wins, follows = distance < best, distance < next_best
        second = np.where(wins, first, np.where(follows, i, second))
        next_best = np.where(wins, best, np.where(follows, distance, next_best))
        first, best = np.where(wins, i, first), np.where(wins, distance, best)
    near, far = np.sqrt(best), np.sqrt(next_best)
    # 0 at a centre, one half on the border between two; the guard is for two equal centres.
    return first, second, near / np.maximum(near + far, 1e-3)


def _stirred(paints: Paints, coat: Coat, lightness: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shares of white and dark that bring the lightness (H, W) nearer to what is wanted."""
    reached = paints.lab[:, 0].astype(np.float32)
    missing = lightness - (
        reached[coat.first] * (1 - coat.blend) + reached[coat.second] * coat.blend
    )
    # A share of 1 would change the lightness by about 70 or 90; limits keep the hue of the paint.
    return np.clip(missing / 70, 0, 0.45), np.clip(-missing / 90, 0, 0.3)


def painted(
    rng: np.random.Generator, linear: FloatArray, among: Paints, aids: Paints, brush: FloatArray
) -> Coat:
    """A picture painted in paints of a stock; ``aids`` are the white and the dark to stir in.

    ``brush`` (H, W) of deviation 1 moves the lightness as the brush does. The thickness just hides
    the ground from the eye.
    """
    lab = lab_of_linear(linear).astype(np.float32)
    # No painter copies single pixels, and their noise would be copied into the paint.
    lab = np.stack([ndimage.gaussian_filter(lab[..., c], 0.6) for c in range(3)], -1)
    lab[..., 0] += np.float32(rng.uniform(0.5, 3.0)) * brush
    centres = _clusters(rng, lab, int(rng.integers(8, 31)))
    paints = among.take(matched(rng, centres, among, 2)).joined(aids)
    first, second, blend = _two_nearest(lab, centres)
    if rng.random() < 0.35:
        # Some painters set colours side by side, with hard edges.
        blend = np.clip((blend - 0.5) * 4 + 0.5, 0, 0.5)
    blend = blend.astype(np.float32)
    hiding = paints.hiding.astype(np.float32)
    zero = np.zeros(lab.shape[:2], np.float32)
    thickness = hiding[first] * (1 - blend) + hiding[second] * blend
    coat = Coat(
        paints=paints,
        first=first,
        second=second,
        blend=blend,
        white=zero,
        dark=zero,
        thickness=thickness,
    )
    white, dark = _stirred(paints, coat, lab[..., 0])
    return replace(coat, white=white, dark=dark)
