"""Colour profiles, written by Little CMS, and images that embed them."""

from functools import cache
from pathlib import Path

import imagecodecs
import numpy as np
import tifffile
from PIL import Image, ImageCms

D50, D65 = [0.3457, 0.3585, 1.0], [0.3127, 0.3290, 1.0]


def rgb_profile(primaries: list[float], gamma: float, white: list[float] = D65) -> bytes:
    xyy = [number for x, y in zip(primaries[::2], primaries[1::2], strict=True)
           for number in (x, y, 1.0)]  # fmt: skip
    return bytes(imagecodecs.cms_profile("rgb", whitepoint=white, primaries=xyy, gamma=gamma))


@cache
def grey_profile(gamma: float) -> bytes:
    """Cached, because a profile contains the time at which it was made."""
    return bytes(imagecodecs.cms_profile("gray", whitepoint=D65, gamma=gamma))


SRGB = bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
ADOBE_RGB = rgb_profile([0.64, 0.33, 0.21, 0.71, 0.15, 0.06], 563 / 256)
DISPLAY_P3 = rgb_profile([0.680, 0.320, 0.265, 0.690, 0.150, 0.060], 2.2)
PROPHOTO = rgb_profile([0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001], 1.8, D50)
LINEAR_RGB = rgb_profile([0.64, 0.33, 0.30, 0.60, 0.15, 0.06], 1.0)
LAB = bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes())


def save(path: Path, values: np.ndarray, profile: bytes | None) -> Path:
    """An image, with a profile in it, by the suffix of its path."""
    if path.suffix == ".tif":
        photometric = "rgb" if values.ndim == 3 else "minisblack"
        tifffile.imwrite(path, values, photometric=photometric, iccprofile=profile, tile=(16, 16))
    else:
        Image.fromarray(values).save(path, icc_profile=profile, **_quality(path))
    return path


def _quality(path: Path) -> dict[str, int]:
    return {"quality": 100, "subsampling": 0} if path.suffix == ".jpg" else {}
