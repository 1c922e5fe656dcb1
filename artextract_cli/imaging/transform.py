"""Geometric transforms between images, and resampling by them."""

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import DependencyError

TransformModel = Literal["shift", "affine", "homography"]
Transform = NDArray[np.float64]
MAX_OVERSAMPLING = 1.5
"""Bands with that many pixels for one of the photograph are averaged before they are compared."""


def warp(picture: NDArray[Any], transform: Transform, size: tuple[int, int]) -> NDArray[Any]:
    """Bring a picture (H', W'), 8 or 16 bit or float32, onto the grid (H, W) of the photograph.

    Cubic interpolation, kept within the range of the values; 0 where the picture does not reach.
    """
    cv2 = load_opencv()
    # Finer than the photograph: what the coarser grid cannot show is taken away.
    picture = _softened(picture, _scale(transform))
    warped = _warped(picture, transform, size, cv2.INTER_CUBIC)
    is_float = picture.dtype.kind == "f"
    return np.clip(warped, picture.min(), picture.max()) if is_float else warped


def blurred_to_band_resolution(photograph: FloatArray, transform: Transform) -> FloatArray:
    """The photograph (H, W) with no finer detail than its band has."""
    return np.asarray(_softened(photograph, 1 / _scale(transform)), np.float32)


def valid_area(
    shape: tuple[int, int], transform: Transform, size: tuple[int, int]
) -> NDArray[np.bool_]:
    """Where on the grid (H, W) of the photograph a band of ``shape`` has been seen."""
    return warped_mask(np.ones(shape, np.bool_), transform, size)


def warped_mask(
    mask: NDArray[np.bool_], transform: Transform, size: tuple[int, int]
) -> NDArray[np.bool_]:
    """Where on the grid (H, W) of the photograph only pixels of a band's ``mask`` are read."""
    cv2 = load_opencv()
    # The cubic reads one pixel further than the linear.
    inside = cv2.erode(np.uint8(mask), np.ones((3, 3), np.uint8), borderValue=0)
    seen = _warped(inside.astype(np.float32), transform, size, cv2.INTER_LINEAR)
    return np.asarray(seen > 0.999)


def shared_area(seen: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns of a large rectangle in which ``seen`` (H, W) is True throughout.

    The side of which the least has been seen is trimmed until all has been; nothing may be left.
    """
    top, bottom, left, right = 0, seen.shape[0], 0, seen.shape[1]
    while top < bottom and left < right:
        rows, columns = seen[top:bottom, left:right], seen[top:bottom, left:right].T
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
    """Scale, rotation in degrees and shift of a band (H', W') in the middle of its photograph.

    The shift is that of where this middle lies in the band from the band's own, in its px.
    """
    middle, own = (np.array([(s[1] - 1) / 2, (s[0] - 1) / 2]) for s in (size, band_size))
    origin, right, down = transform_points(transform, middle + np.eye(3, 2, -1))
    jacobian = np.stack([right - origin, down - origin], axis=1)
    turn = math.atan2(jacobian[1, 0] - jacobian[0, 1], jacobian[0, 0] + jacobian[1, 1])
    return {
        "scale": math.sqrt(abs(float(np.linalg.det(jacobian)))),
        "rotation": math.degrees(turn),
        "right": float(origin[0] - own[0]),
        "down": float(origin[1] - own[1]),
    }


def transform_points(transform: Transform, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take points (N, 2), as (x, y), from the photograph to the band."""
    mapped = np.c_[points, np.ones(len(points))] @ transform.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:])


def _softened(picture: NDArray[Any], factor: float) -> NDArray[Any]:
    """A picture without what a grid that is coarser by a factor cannot show."""
    sigma = 0.5 * math.sqrt(max(0.0, factor**2 - 1))
    return load_opencv().GaussianBlur(picture, (0, 0), sigma) if sigma > 0.2 else picture


def _scale(transform: Transform) -> float:
    """Pixels of the band for one of the photograph."""
    return math.sqrt(abs(float(np.linalg.det(transform[:2, :2]))))


def resampled(
    band: FloatArray, transform: Transform, size: tuple[int, ...]
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """The band on a grid (H, W), and where it reaches; beyond, its edge goes on."""
    cv2 = load_opencv()
    scale = _scale(transform)
    if scale > MAX_OVERSAMPLING:
        band, to_small = shrunk(band, max(1, round(max(band.shape) / scale)))
        transform = to_small @ transform
    shape = (size[0], size[1])
    seen = _warped(band, transform, shape, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE)
    near = valid_area((band.shape[0], band.shape[1]), transform, shape)
    return seen, cv2.erode(np.uint8(near), np.ones((5, 5), np.uint8), borderValue=0) > 0


def _warped(
    picture: NDArray[Any],
    transform: Transform,
    size: tuple[int, int],
    interpolation: int,
    border: int = 0,
) -> NDArray[Any]:
    cv2 = load_opencv()
    flags = interpolation | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpPerspective(picture, transform, size[::-1], flags=flags, borderMode=border)
    )


def shrunk(picture: FloatArray, side: int) -> tuple[FloatArray, Transform]:
    """A picture whose longest side is at most ``side``, and how it came there."""
    cv2 = load_opencv()
    factor = side / max(picture.shape)
    if factor >= 1:
        return picture, np.eye(3)
    height, width = (max(1, round(factor * length)) for length in picture.shape)
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return small, scaling(width / picture.shape[1], height / picture.shape[0])


def in_full_pixels(transform: Transform, to_small: Transform) -> Transform:
    """What a transform of the shrunk photograph is on the photograph itself."""
    return np.asarray(np.linalg.inv(to_small) @ transform @ to_small)


def scaling(right: float, down: float) -> Transform:
    """Scaling of pictures by their corners, not by the middles of their first pixels."""
    return np.array([[right, 0, (right - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1.0]])


def shifting(right: float, down: float) -> Transform:
    """The transform that shifts by pixels to the right and down."""
    return np.array([[1, 0, right], [0, 1, down], [0, 0, 1.0]])


def about_centre(turn: Transform, size: tuple[int, ...]) -> Transform:
    """A ``turn`` about the middle of an image of that size (H, W)."""
    middle = ((size[1] - 1) / 2, (size[0] - 1) / 2)
    return shifting(*middle) @ turn @ shifting(-middle[0], -middle[1])


def about_centres(
    size: tuple[int, ...], band_size: tuple[int, ...], scale: float, degrees: float
) -> Transform:
    """The similarity that brings the middle of a photograph (H, W) onto that of its band."""
    cosine, sine = (scale * f(math.radians(degrees)) for f in (math.cos, math.sin))
    turn = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    middle, own = (((s[1] - 1) / 2, (s[0] - 1) / 2) for s in (size, band_size))
    return np.asarray(shifting(*own) @ turn @ shifting(-middle[0], -middle[1]))


def load_opencv() -> Any:
    """Import OpenCV, or say how to install it."""
    try:
        import cv2
    except ImportError as error:
        msg = (
            "registration needs OpenCV, which is not installed: "
            "pip install 'artextract[registration]'"
        )
        raise DependencyError(msg) from error
    return cv2
