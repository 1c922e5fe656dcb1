"""Images inside the page: reduced in size, encoded, as data URIs.

Every image has a limit in bytes, so that the size of a page does not depend on its content.
"""

import base64
import math
from dataclasses import dataclass
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.imaging.heatmap import Picture

# In px, of the square with as many pixels; larger images are reduced. A screen of 2560 × 1600 shows
# as many at once. With eight bands a scene has 25 such images, which must fit into 15 MB.
MAX_SIDE = 2048
MAX_SIDE_LENGTH = 8192  # px in a row or column that every browser can draw
# In px; below this an image is not reduced further, even if it exceeds its limit. It guards against
# a limit of nothing, not against large images: 64 × 64 pixels take a few kB.
MIN_SIDE = 64
# Of JPEG, tried in turn before the size is reduced. Below the last one, the blocks of 8 × 8 pixels
# could be taken for structures of the painting: a smaller image is the better choice.
QUALITIES = (92, 82, 68)
SHRINK = 0.95  # largest ratio of sides between two attempts, so that each makes progress
# Scores are noise on flat ground: searching them for repetitions takes long and finds nothing.
RUN_LENGTHS = 3  # zlib's Z_RLE
WHITE_QUANTILE = 0.999  # share of pixels darker than white: single highlights do not set it


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """An image inside the page."""

    uri: str
    width: int
    height: int
    n_bytes: int
    """Size before base64, which is a third longer."""


def reduced(image: NDArray[Any], side: int = MAX_SIDE) -> FloatArray:
    """Reduce (H, W) or (H, W, C) to at most ``side``² pixels; a new pixel is a mean.

    The limit is one of area: a long frieze keeps its height. Smaller images are unchanged. A new
    pixel is NaN if most of what it covers is.
    """
    size = _smaller(image.shape[0], image.shape[1], side)
    if size == image.shape[:2]:
        return np.asarray(image, np.float32)
    if image.ndim == 3:
        # Pillow resizes images of one float channel only.
        channels = [_mean(image[..., c], size) for c in range(image.shape[2])]
        return np.stack(channels, axis=-1)
    if image.dtype.kind != "f" or np.isfinite(image).all():
        return _mean(image, size)
    # Resizing would spread a NaN over the whole new pixel: sums and shares are resized instead.
    finite = np.isfinite(image)
    share = _mean(finite, size)
    total = _mean(np.where(finite, image, 0), size)
    # Where the share is below one half the result is NaN anyway, so that the divisor may be limited
    # to it.
    return np.where(share >= 0.5, total / np.maximum(share, 0.5), np.nan).astype(np.float32)


def _smaller(height: int, width: int, side: int) -> tuple[int, int]:
    share = min(1, side / math.sqrt(height * width), MAX_SIDE_LENGTH / max(height, width))
    return max(1, round(height * share)), max(1, round(width * share))


def _mean(channel: NDArray[Any], size: tuple[int, int]) -> FloatArray:
    """Means (h, w) of ``channel`` (H, W) over the area of each new pixel."""
    image = Image.fromarray(np.ascontiguousarray(channel, np.float32))
    return np.asarray(image.resize(size[::-1], Image.Resampling.BOX))


def grey(band: FloatArray, white: float | None = None) -> Picture:
    """A linear band of any shape as display-coded grey, by default its brightest thousandth white.

    ``white`` is another value to display as white, such as that of the whole image for a part.
    """
    white = white_of(band) if white is None else white
    return as_bytes(coded_rgb(np.clip(band / white, 0, 1).astype(np.float32)))


def white_of(band: FloatArray) -> float:
    """The value of ``band`` (H, W) that is displayed as white."""
    # A band that is black throughout stays black instead of being divided by zero.
    return max(float(np.quantile(sample(band.ravel()), WHITE_QUANTILE)), 1e-6)


# 250 000 pixels: 250 of them lie above the quantile that sets white, the rarest that is asked for.
def sample(pixels: NDArray[Any], most: int = 250_000) -> NDArray[Any]:
    """Every nth of ``pixels`` (P, ...), about ``most`` of them."""
    return pixels[:: max(1, len(pixels) // most)]


def as_bytes(coded: NDArray[np.floating]) -> Picture:
    """Values 0..1 of any shape as 0..255."""
    return np.asarray(np.rint(np.clip(coded, 0, 1) * 255), np.uint8)


def jpeg(image: Picture, limit: int) -> Encoded:
    """Encode (H, W) or (H, W, 3) in at most ``limit`` bytes, reducing first quality, then size."""
    pixels, side = image, _side(image)
    while True:
        for quality in QUALITIES:
            content = imagecodecs.jpeg8_encode(np.ascontiguousarray(pixels), level=quality)
            if len(content) <= limit:
                return _encoded("jpeg", content, pixels)
        side = _next_side(side, len(content), limit)
        if side < MIN_SIDE:
            return _encoded("jpeg", content, pixels)
        # From the original each time, so that blur does not accumulate over attempts.
        pixels = as_bytes(reduced(image, side) / 255)


def score_png(score: FloatArray, step: float, zero: int, limit: int) -> Encoded:
    """Encode scores (H, W) as grey levels 1 to 255, ``zero`` + score/``step``.

    Level 0 marks pixels outside the painting. If the result exceeds ``limit`` bytes, the image is
    reduced; levels are never approximated.
    """
    levels, side = quantised(score, step, zero), _side(score)
    while True:
        content = imagecodecs.png_encode(levels, strategy=RUN_LENGTHS)
        side = _next_side(side, len(content), limit)
        if len(content) <= limit or side < MIN_SIDE:
            return _encoded("png", content, levels)
        levels = quantised(reduced(score, side), step, zero)


def _side(image: NDArray[Any]) -> int:
    """Side of the square with as many pixels as ``image`` (H, W, ...)."""
    return math.isqrt(image.shape[0] * image.shape[1])


def _next_side(side: int, n_bytes: int, limit: int) -> int:
    """A side at which ``n_bytes`` should become ``limit``: bytes are about proportional to area."""
    # Three per cent below the limit, because the proportion is not exact. Not less than half the
    # side in one step: far from the limit the estimate is poor, and a smaller image than necessary
    # would result.
    return int(side * min(SHRINK, max(0.5, 0.97 * (limit / n_bytes) ** 0.5)))


def quantised(score: FloatArray, step: float, zero: int) -> Picture:
    """Scores of any shape as 1..255, NaN as 0."""
    # Rounded to the nearest level; scores beyond the ends of the range get the colour of the end.
    levels = np.clip(np.rint(np.nan_to_num(score) / step) + zero, 1, 255)
    return np.where(np.isfinite(score), levels, 0).astype(np.uint8)


def _encoded(kind: str, content: bytes | bytearray, pixels: Picture) -> Encoded:
    text = base64.b64encode(content).decode("ascii")
    height, width = pixels.shape[:2]
    uri = f"data:image/{kind};base64,{text}"
    return Encoded(uri=uri, width=width, height=height, n_bytes=len(content))
