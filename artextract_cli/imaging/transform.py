"""Geometric transforms between images, and resampling by them."""

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.utils.optional import load_optional

TransformModel = Literal["shift", "affine", "homography"]
Transform = NDArray[np.float64]
MAX_OVERSAMPLING = 1.5
"""Pixels of a band per pixel of the photograph above which it is reduced before a comparison; else
resampling would skip pixels."""


def warp(image: NDArray[Any], transform: Transform, size: tuple[int, int]) -> NDArray[Any]:
    """Resample an image (H', W'), 8 or 16 bit or float32, on the grid (H, W) of the photograph.

    Cubic interpolation, clipped to the range of the values; 0 outside the image.
    """
    cv2 = load_opencv()
    # Detail that the coarser grid of the photograph cannot represent is removed first.
    image = _blurred(image, _scale(transform))
    warped = _warped(image, transform, size, cv2.INTER_CUBIC)
    # Cubic interpolation overshoots at edges; integers are clipped by OpenCV to their type only.
    is_float = image.dtype.kind == "f"
    return np.clip(warped, image.min(), image.max()) if is_float else warped


def blurred_to_band_resolution(photograph: FloatArray, transform: Transform) -> FloatArray:
    """Blur the photograph (H, W) to the resolution of its band."""
    return np.asarray(_blurred(photograph, 1 / _scale(transform)), np.float32)


def valid_area(
    shape: tuple[int, int], transform: Transform, size: tuple[int, int]
) -> NDArray[np.bool_]:
    """Mask (H, W) of the pixels of the photograph that a band of ``shape`` covers."""
    return warped_mask(np.ones(shape, np.bool_), transform, size)


def warped_mask(
    mask: NDArray[np.bool_], transform: Transform, size: tuple[int, int]
) -> NDArray[np.bool_]:
    """Mask (H, W) of the pixels of the photograph that are computed only from a band's ``mask``."""
    cv2 = load_opencv()
    # Cubic interpolation reads one pixel further than linear interpolation.
    inside = cv2.erode(np.uint8(mask), np.ones((3, 3), np.uint8), borderValue=0)
    covered = _warped(inside.astype(np.float32), transform, size, cv2.INTER_LINEAR)
    return np.asarray(covered > 0.999)  # 1 but for rounding


def shared_area(valid: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns of a large rectangle in which ``valid`` (H, W) is True throughout.

    The side with the smallest valid share is trimmed until all is valid; it may become empty.
    """
    top, bottom, left, right = 0, valid.shape[0], 0, valid.shape[1]
    # Greedy: the result need not be the largest rectangle there is.
    while top < bottom and left < right:
        rows, columns = valid[top:bottom, left:right], valid[top:bottom, left:right].T
        shares = [float(edge.mean()) for edge in (rows[0], rows[-1], columns[0], columns[-1])]
        worst = int(np.argmin(shares))
        if shares[worst] == 1:
            break
        top, bottom = top + (worst == 0), bottom - (worst == 1)
        left, right = left + (worst == 2), right - (worst == 3)
    return slice(top, bottom), slice(left, right)


def describe(
    transform: Transform, size: tuple[int, int], band_size: tuple[int, int]
) -> dict[str, float]:
    """Scale, rotation in degrees and shift of a band (H', W') at the centre of its photograph.

    The shift is from the centre of the band to that of the photograph, in px of the band.
    """
    centre, band_centre = (np.array([(s[1] - 1) / 2, (s[0] - 1) / 2]) for s in (size, band_size))
    origin, right, down = transform_points(transform, centre + np.eye(3, 2, -1))
    jacobian = np.stack([right - origin, down - origin], axis=1)
    angle = math.atan2(jacobian[1, 0] - jacobian[0, 1], jacobian[0, 0] + jacobian[1, 1])
    return {
        "scale": math.sqrt(abs(float(np.linalg.det(jacobian)))),
        "rotation": math.degrees(angle),
        "right": float(origin[0] - band_centre[0]),
        "down": float(origin[1] - band_centre[1]),
    }


def transform_points(transform: Transform, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Transform points (N, 2), as (x, y), from the photograph to the band."""
    mapped = np.c_[points, np.ones(len(points))] @ transform.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:])


def _blurred(image: NDArray[Any], factor: float) -> NDArray[Any]:
    """Remove detail that a grid coarser by ``factor`` cannot represent."""
    # A pixel counts as a blur of σ = 0.5, a coarser one as `factor` times that; squares of blurs
    # add up. Below 0.2 the kernel is a single pixel.
    sigma = 0.5 * math.sqrt(max(0.0, factor**2 - 1))
    return load_opencv().GaussianBlur(image, (0, 0), sigma) if sigma > 0.2 else image


def _scale(transform: Transform) -> float:
    """Pixels of the band per pixel of the photograph."""
    return math.sqrt(abs(float(np.linalg.det(transform[:2, :2]))))


def resampled(
    band: FloatArray, transform: Transform, size: tuple[int, ...]
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """The band on a grid (H, W), with its edge repeated outside, and the mask of its valid area."""
    cv2 = load_opencv()
    scale = _scale(transform)
    if scale > MAX_OVERSAMPLING:
        band, to_small = shrunk(band, max(1, round(max(band.shape) / scale)))
        transform = to_small @ transform
    shape = (size[0], size[1])
    warped = _warped(band, transform, shape, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE)
    valid = valid_area((band.shape[0], band.shape[1]), transform, shape)
    # Edges are taken afterwards, and those at the border of the valid area are not of the painting.
    return warped, cv2.erode(np.uint8(valid), np.ones((5, 5), np.uint8), borderValue=0) > 0


def _warped(
    image: NDArray[Any],
    transform: Transform,
    size: tuple[int, int],
    interpolation: int,
    border: int = 0,
) -> NDArray[Any]:
    cv2 = load_opencv()
    flags = interpolation | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpPerspective(image, transform, size[::-1], flags=flags, borderMode=border)
    )


def shrunk(image: FloatArray, side: int) -> tuple[FloatArray, Transform]:
    """Reduce an image to a longest side of at most ``side``; also returns the transform to it."""
    cv2 = load_opencv()
    factor = side / max(image.shape)
    if factor >= 1:
        return image, np.eye(3)
    height, width = (max(1, round(factor * length)) for length in image.shape)
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return small, scaling(width / image.shape[1], height / image.shape[0])


def in_full_pixels(transform: Transform, to_small: Transform) -> Transform:
    """Convert a transform of the reduced photograph to one of the full photograph."""
    return np.asarray(np.linalg.inv(to_small) @ transform @ to_small)


def scaling(right: float, down: float) -> Transform:
    """Scaling of an image about its corner, not about the centre of its first pixel."""
    return np.array([[right, 0, (right - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1.0]])


def shifting(right: float, down: float) -> Transform:
    """The transform that shifts by pixels to the right and down."""
    return np.array([[1, 0, right], [0, 1, down], [0, 0, 1.0]])


def about_centre(rotation: Transform, size: tuple[int, ...]) -> Transform:
    """Apply a ``rotation`` about the origin about the centre of an image (H, W) instead."""
    centre = ((size[1] - 1) / 2, (size[0] - 1) / 2)
    return shifting(*centre) @ rotation @ shifting(-centre[0], -centre[1])


def about_centres(
    size: tuple[int, ...], band_size: tuple[int, ...], scale: float, degrees: float
) -> Transform:
    """The similarity that maps the centre of a photograph (H, W) to that of its band."""
    cosine, sine = (scale * f(math.radians(degrees)) for f in (math.cos, math.sin))
    rotation = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    centre, band_centre = (((s[1] - 1) / 2, (s[0] - 1) / 2) for s in (size, band_size))
    return np.asarray(shifting(*band_centre) @ rotation @ shifting(-centre[0], -centre[1]))


def load_opencv() -> Any:
    """Import OpenCV.

    Raises
    ------
    DependencyError
        If it is not installed.
    """
    return load_optional("cv2", "registration needs OpenCV", "'artextract[registration]'")
