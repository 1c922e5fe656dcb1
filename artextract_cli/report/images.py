"""Pictures small enough to travel inside a page: reduced, encoded, as data URIs.

Every picture gets a limit in bytes, so that the size of a page does not depend on what is painted.
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

MAX_SIDE = 2048  # of the square with as many pixels
LONGEST = 8192  # pixels in a row that every browser draws
SMALLEST_SIDE = 64  # below this nothing is gained
QUALITIES = (92, 82, 68)
SHRINK = 0.95
# Scores are noise upon even ground: to search them for repetitions costs much and finds nothing.
RUN_LENGTHS = 3  # zlib's Z_RLE
BRIGHTEST = 0.999  # the share of pixels that are darker than white


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """A picture inside the page."""

    uri: str
    width: int
    height: int
    n_bytes: int
    """Before they become text, which is a third longer."""


def reduced(picture: NDArray[Any], side: int = MAX_SIDE) -> FloatArray:
    """Bring (H, W) or (H, W, C) to at most ``side``² pixels; a new pixel is a mean.

    So the height of a frieze is not lost because it is long. What is small enough stays as it is.
    NaN stays NaN where it covers most of a new pixel.
    """
    size = _smaller(picture.shape[0], picture.shape[1], side)
    if size == picture.shape[:2]:
        return np.asarray(picture, np.float32)
    if picture.ndim == 3:
        channels = [_mean(picture[..., c], size) for c in range(picture.shape[2])]
        return np.stack(channels, axis=-1)
    if picture.dtype.kind != "f" or np.isfinite(picture).all():
        return _mean(picture, size)
    finite = np.isfinite(picture)
    share = _mean(finite, size)
    total = _mean(np.where(finite, picture, 0), size)
    return np.where(share >= 0.5, total / np.maximum(share, 0.5), np.nan).astype(np.float32)


def _smaller(height: int, width: int, side: int) -> tuple[int, int]:
    share = min(1, side / math.sqrt(height * width), LONGEST / max(height, width))
    return max(1, round(height * share)), max(1, round(width * share))


def _mean(channel: NDArray[Any], size: tuple[int, int]) -> FloatArray:
    """Means (h, w) over the area of each new pixel of ``channel`` (H, W)."""
    image = Image.fromarray(np.ascontiguousarray(channel, np.float32))
    return np.asarray(image.resize(size[::-1], Image.Resampling.BOX))


def grey(band: FloatArray) -> Picture:
    """A linear band (H, W) as grey for the eye, its brightest thousandth at white."""
    return as_bytes(coded_rgb(np.clip(band / white_of(band), 0, 1).astype(np.float32)))


def white_of(band: FloatArray) -> float:
    """The value of ``band`` (H, W) that is shown as white."""
    return max(float(np.quantile(sample(band.ravel()), BRIGHTEST)), 1e-6)


def sample(pixels: NDArray[Any], most: int = 250_000) -> NDArray[Any]:
    """Every nth of ``pixels`` (P, ...), about ``most`` of them."""
    return pixels[:: max(1, len(pixels) // most)]


def as_bytes(coded: NDArray[np.floating]) -> Picture:
    """Values 0..1 of any shape as 0..255."""
    return np.asarray(np.rint(np.clip(coded, 0, 1) * 255), np.uint8)


def jpeg(picture: Picture, limit: int) -> Encoded:
    """Encode (H, W) or (H, W, 3) in at most ``limit`` bytes: first quality gives way, then size."""
    pixels, side = picture, _side(picture)
    while True:
        for quality in QUALITIES:
            content = imagecodecs.jpeg8_encode(np.ascontiguousarray(pixels), level=quality)
            if len(content) <= limit:
                return _encoded("jpeg", content, pixels)
        side = _next_side(side, len(content), limit)
        if side < SMALLEST_SIDE:
            return _encoded("jpeg", content, pixels)
        pixels = as_bytes(reduced(picture, side) / 255)


def score_png(score: FloatArray, step: float, zero: int, limit: int) -> Encoded:
    """Encode scores (H, W) as grey levels: ``zero`` + score/``step``, 1 to 255; 0 is no painting.

    What does not fit into ``limit`` bytes is reduced; levels are never approximated.
    """
    levels, side = quantised(score, step, zero), _side(score)
    while True:
        content = imagecodecs.png_encode(levels, strategy=RUN_LENGTHS)
        side = _next_side(side, len(content), limit)
        if len(content) <= limit or side < SMALLEST_SIDE:
            return _encoded("png", content, levels)
        levels = quantised(reduced(score, side), step, zero)


def _side(picture: NDArray[Any]) -> int:
    """Of the square with as many pixels as ``picture`` (H, W, ...)."""
    return math.isqrt(picture.shape[0] * picture.shape[1])


def _next_side(side: int, n_bytes: int, limit: int) -> int:
    """A side at which ``n_bytes`` may come down to ``limit``: bytes go as pixels, or less."""
    return int(side * min(SHRINK, max(0.5, 0.97 * (limit / n_bytes) ** 0.5)))


def quantised(score: FloatArray, step: float, zero: int) -> Picture:
    """Scores of any shape as 1..255, NaN as 0."""
    levels = np.clip(np.rint(np.nan_to_num(score) / step) + zero, 1, 255)
    return np.where(np.isfinite(score), levels, 0).astype(np.uint8)


def _encoded(kind: str, content: bytes | bytearray, pixels: Picture) -> Encoded:
    text = base64.b64encode(content).decode("ascii")
    height, width = pixels.shape[:2]
    uri = f"data:image/{kind};base64,{text}"
    return Encoded(uri=uri, width=width, height=height, n_bytes=len(content))
