"""Where the pixels of a photograph lie in a picture of another wavelength, size and position.

A transform is a matrix (3, 3) that takes (x, y, 1) of the photograph, in pixels, to that of the
band. What is compared are outlines, which photograph and band share whatever their tones.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from artextract_cli.coarse_alignment import (
    Candidate,
    Pose,
    agreement,
    directions,
    poses_about,
    poses_near,
    poses_turned,
    search,
)
from artextract_cli.contract import FloatArray
from artextract_cli.errors import DependencyError, InputError
from artextract_cli.registration import edges, fading

Model = Literal["shift", "affine", "homography"]
Transform = NDArray[np.float64]

LONGEST_SIDE = 32_000
"""OpenCV counts the pixels of a side in 16 bit."""

COARSE_SIDE, FINE_SIDE = 256, 2048
"""Longest side of the photograph when the search begins, and when it ends."""

MIN_CORRELATION = 0.1
"""Of the outlines once they lie on each other; less is chance."""

SEARCH_SIDE, CHECKED_SIDE = 128, 512
"""Longest side of the photograph when every scale and turn is tried, and when fits are compared."""

SURE, LIKELY = 0.5, 0.3
"""Of the directions of outlines that agree: above, no other start is sought; below, quarter turns
are tried too. Wrong fits of real pictures reach 0.3, right ones 0.33 to 0.95."""

ALLOWED_LOSS = 0.02
"""Of this agreement, by a step of refinement; one that loses more has gone astray."""

MUCH_FINER = 1.5
"""Bands with that many pixels for one of the photograph are averaged before they are compared."""

_STEPS, _PRECISION, _SMOOTHING = 200, 1e-6, 5
_FINEST_TIMES = 2
"""The second time the band is seen from where it belongs, and its outlines are those there."""
_ANGLES = 360


def align(
    photograph: FloatArray,
    band: FloatArray,
    model: Model = "affine",
    *,
    starts: Sequence[Transform] = (),
) -> Transform:
    """Find the transform from photograph (H, W) to band (H', W').

    Scale, rotation and shift are found by phase correlation of the outlines and of their spectra
    in log-polar coordinates; where what they explain is not enough, by trying every scale and turn
    on the directions of the outlines. Then all parameters of the model are refined by maximising
    the enhanced correlation coefficient (Evangelidis & Psarakis, IEEE TPAMI 30:1858, 2008) from
    coarse to fine. ``starts``, as transforms of other bands of the same size, are tried too.

    Raises
    ------
    InputError
        If the pictures have nothing in common.
    DependencyError
        If OpenCV is not installed.
    """
    if np.ptp(photograph) == 0 or np.ptp(band) == 0:
        msg = "its outlines and those of the photograph do not agree: there are none"
        raise InputError(msg)
    *coarser, finest = _sides(max(photograph.shape))
    found = _started(photograph, band, model, starts)
    for side in coarser[1:]:
        found = _improved(photograph, band, found, side, model)
    for _ in range(_FINEST_TIMES):
        found = _improved(photograph, band, found, finest, model)
    return found


def warp(picture: NDArray[Any], transform: Transform, size: tuple[int, int]) -> NDArray[Any]:
    """Bring a picture (H', W'), 8 or 16 bit or float32, onto the grid (H, W) of the photograph.

    Cubic interpolation, kept within the range of the values; 0 where the picture does not reach.
    """
    cv2 = _opencv()
    # Finer than the photograph: what the coarser grid cannot show is taken away.
    picture = _softened(picture, _scale(transform))
    warped = _warped(picture, transform, size, cv2.INTER_CUBIC)
    is_float = picture.dtype.kind == "f"
    return np.clip(warped, picture.min(), picture.max()) if is_float else warped


def as_coarse(photograph: FloatArray, transform: Transform) -> FloatArray:
    """The photograph (H, W) with no finer detail than its band has."""
    return np.asarray(_softened(photograph, 1 / _scale(transform)), np.float32)


def reach(shape: tuple[int, int], transform: Transform, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Where on the grid (H, W) of the photograph a band of ``shape`` has been seen."""
    return carried(np.ones(shape, np.bool_), transform, size)


def carried(
    mask: NDArray[np.bool_], transform: Transform, size: tuple[int, int]
) -> NDArray[np.bool_]:
    """Where on the grid (H, W) of the photograph only pixels of a band's ``mask`` are read."""
    cv2 = _opencv()
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
    origin, right, down = moved(transform, middle + np.eye(3, 2, -1))
    jacobian = np.stack([right - origin, down - origin], axis=1)
    turn = math.atan2(jacobian[1, 0] - jacobian[0, 1], jacobian[0, 0] + jacobian[1, 1])
    return {
        "scale": math.sqrt(abs(float(np.linalg.det(jacobian)))),
        "rotation": math.degrees(turn),
        "right": float(origin[0] - own[0]),
        "down": float(origin[1] - own[1]),
    }


def moved(transform: Transform, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take points (N, 2), as (x, y), from the photograph to the band."""
    mapped = np.c_[points, np.ones(len(points))] @ transform.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:])


def _sides(longest: int) -> Iterator[int]:
    """Longest sides of the photograph from coarse to fine."""
    side = min(COARSE_SIDE, longest)
    while side < min(FINE_SIDE, longest):
        yield side
        side *= 2
    yield min(side, FINE_SIDE, longest)


def _started(
    photograph: FloatArray, band: FloatArray, model: Model, starts: Sequence[Transform]
) -> Transform:
    """Where the refinement begins: the best of several starts, refined at the coarsest."""
    guess = _coarse(photograph, band, model)
    if model == "shift":
        return _refined(photograph, band, guess, COARSE_SIDE, model)
    fits = [_fit(photograph, band, guess)]
    if fits[0][0] < SURE:
        same = max(band.shape) / max(photograph.shape)
        more = (*starts, *_sought(photograph, band, poses_about(1.0, same)))
        fits += [_fit(photograph, band, start) for start in more]
        if max(score for score, _ in fits) < LIKELY:
            turned = _sought(photograph, band, poses_turned(same))
            fits += [_fit(photograph, band, start) for start in turned]
    score, best = max(fits, key=lambda fit: fit[0])
    if score < 0:  # which tells why
        return _refined(photograph, band, guess, COARSE_SIDE, "affine")
    return best


def _fit(photograph: FloatArray, band: FloatArray, start: Transform) -> tuple[float, Transform]:
    """A start that is refined, and how much of the photograph it explains; -1 if it cannot be."""
    try:
        found = _improved(photograph, band, start, COARSE_SIDE, "affine")
    except InputError:
        return -1.0, start
    return _explained(photograph, band, found, COARSE_SIDE), found


def _improved(
    photograph: FloatArray, band: FloatArray, start: Transform, side: int, model: Model
) -> Transform:
    """Refine a transform, by fewer parameters or not at all where it would go astray."""
    if model == "shift":
        return _refined(photograph, band, start, side, model)
    checked = min(side, CHECKED_SIDE)
    before = _explained(photograph, band, start, checked)
    models: tuple[Model, ...] = ("homography", "affine") if model == "homography" else ("affine",)
    for tried in models:
        found = _refined(photograph, band, start, side, tried)
        if _explained(photograph, band, found, checked) > before - ALLOWED_LOSS:
            return found
    return start


def _explained(photograph: FloatArray, band: FloatArray, found: Transform, side: int) -> float:
    """Agreement of directions, by the root of the share of the photograph that is seen."""
    small, to_small = _shrunk(photograph, side)
    seen, known = _brought(band, found @ np.linalg.inv(to_small), small.shape)
    agreed = agreement(directions(small), directions(seen) * known)
    return agreed * math.sqrt(float(known.mean()))


def _sought(photograph: FloatArray, band: FloatArray, poses: Sequence[Pose]) -> list[Transform]:
    """The likeliest of many scales and turns, found on small pictures."""
    found = _searched(photograph, band, SEARCH_SIDE, poses)
    if not found:
        return []
    finer = _searched(photograph, band, COARSE_SIDE, poses_near(found[0][0]))
    return [transform for _, transform in (*finer[:1], *found)]


def _searched(
    photograph: FloatArray, band: FloatArray, side: int, poses: Sequence[Pose]
) -> list[tuple[Candidate, Transform]]:
    """Candidates among poses, with the transforms that they are."""
    small, to_small = _shrunk(photograph, side)
    factor = max(photograph.shape) / max(small.shape)
    # Shrunk once, as far as the finest of the poses allows.
    lesser = factor * min(scale for scale, _ in poses)
    coarse, to_coarse = _shrunk(band, math.ceil(max(band.shape) / max(1.0, lesser)))

    def posed(scale: float, degrees: float) -> Transform:
        return _about_middles(photograph.shape, band.shape, scale, degrees)

    def seen(
        scale: float, degrees: float, window: tuple[int, int]
    ) -> tuple[FloatArray, NDArray[np.bool_]]:
        corner = _shifting(-(small.shape[1] // 2), -(small.shape[0] // 2))
        back = np.linalg.inv(to_small) @ corner
        return _brought(coarse, to_coarse @ posed(scale, degrees) @ back, window)

    return [
        (one, posed(one.scale, one.degrees) @ _within(_shifting(one.right, one.down), to_small))
        for one in search(small, seen, poses)
    ]


def _coarse(photograph: FloatArray, band: FloatArray, model: Model) -> Transform:
    """The best of a few guesses, each shifted to where its outlines agree most."""
    small, to_small = _shrunk(photograph, COARSE_SIDE)
    lines = edges(small) * fading(small.shape)
    same = max(band.shape) / max(photograph.shape)
    best, found = -1.0, np.eye(3)
    for scale in {1.0, same} if model != "shift" else {1.0}:
        start = _scaling(scale, scale)
        guesses = [start]
        if model != "shift":
            turn = _log_polar(lines, _seen(band, start, to_small, small.shape))
            about = _about_middle(turn, small.shape)
            guesses.append(start @ _within(about, to_small))
        for guess in guesses:
            correlation, shifted = _shifted(lines, band, guess, to_small)
            if correlation > best:
                best, found = correlation, shifted
    return found


def _seen(
    band: FloatArray, guess: Transform, to_small: Transform, size: tuple[int, ...]
) -> FloatArray:
    """Outlines of the band as the shrunk photograph would see it by a guess."""
    seen, known = _brought(band, guess @ np.linalg.inv(to_small), size)
    return np.asarray(edges(seen) * known * fading(seen.shape), np.float32)


def _shifted(
    lines: FloatArray, band: FloatArray, guess: Transform, to_small: Transform
) -> tuple[float, Transform]:
    """Correlation of a guess that is shifted for the outlines to agree, and that guess."""
    # As the band may lie anywhere, it is looked at in a window of twice the sides.
    height, width = lines.shape
    window = (2 * height, 2 * width)
    corner = _shifting(-width / 2, -height / 2)
    seen, known = _brought(band, guess @ np.linalg.inv(to_small) @ corner, window)
    theirs = edges(seen) * known
    ours = np.zeros(window, np.float32)
    ours[height // 2 : height // 2 + height, width // 2 : width // 2 + width] = lines
    spectrum = np.fft.rfft2(ours).conj() * np.fft.rfft2(theirs)
    agreement = np.fft.irfft2(spectrum, window)
    peak = np.unravel_index(int(agreement.argmax()), window)
    down, right = ((int(p) + n // 2) % n - n // 2 for p, n in zip(peak, window, strict=True))
    norm = float(np.linalg.norm(ours) * np.linalg.norm(theirs)) or 1.0
    return float(agreement.max()) / norm, guess @ _within(_shifting(right, down), to_small)


def _log_polar(lines: FloatArray, others: FloatArray) -> Transform:
    """Rotation and scale about the origin: a shift of the spectra in log-polar coordinates."""
    from skimage.registration import phase_cross_correlation
    from skimage.transform import warp_polar

    side = max(lines.shape)
    radius = side // 2
    spectra = []
    for picture in (lines, others):
        spectrum = np.abs(np.fft.fftshift(np.fft.fft2(picture, (side, side))))
        polar = warp_polar(
            np.log1p(spectrum), radius=radius, output_shape=(_ANGLES, radius), scaling="log"
        )
        half = polar[: _ANGLES // 2]  # the other half repeats it
        spectra.append((half - half.mean(axis=0)) * np.hanning(radius))
    (turn, zoom), _, _ = phase_cross_correlation(*spectra, upsample_factor=10, normalization=None)
    turn = (turn + _ANGLES / 4) % (_ANGLES / 2) - _ANGLES / 4
    # A spectrum turns with its picture and shrinks as the picture grows.
    angle = -math.radians(360 / _ANGLES * turn)
    scale = math.exp(zoom * math.log(radius) / radius)
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])


def _refined(
    photograph: FloatArray, band: FloatArray, start: Transform, side: int, model: Model
) -> Transform:
    """Improve a transform on pictures whose longest side is ``side``."""
    cv2 = _opencv()
    small, to_small = _shrunk(photograph, side)
    # Seen by the guess, the band has the photograph's grid and only a remainder is sought.
    seen, known = _brought(band, start @ np.linalg.inv(to_small), small.shape)
    motion = {
        "shift": cv2.MOTION_TRANSLATION,
        "affine": cv2.MOTION_AFFINE,
        "homography": cv2.MOTION_HOMOGRAPHY,
    }[model]
    rest = np.eye(3 if model == "homography" else 2, 3, dtype=np.float32)
    until = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _STEPS, _PRECISION)
    try:
        correlation, rest = cv2.findTransformECC(
            edges(small), edges(seen), rest, motion, until, np.uint8(known), _SMOOTHING
        )
    except cv2.error as error:
        msg = "its outlines and those of the photograph do not agree"
        raise InputError(msg) from error
    if not correlation > MIN_CORRELATION:
        msg = (
            f"its outlines and those of the photograph correlate by no more than {correlation:.2f}"
        )
        raise InputError(msg)
    whole = np.eye(3)
    whole[: len(rest)] = rest
    found = start @ _within(whole, to_small)
    return np.asarray(found / found[2, 2])


def _softened(picture: NDArray[Any], factor: float) -> NDArray[Any]:
    """A picture without what a grid that is coarser by a factor cannot show."""
    sigma = 0.5 * math.sqrt(max(0.0, factor**2 - 1))
    return _opencv().GaussianBlur(picture, (0, 0), sigma) if sigma > 0.2 else picture


def _scale(transform: Transform) -> float:
    """Pixels of the band for one of the photograph."""
    return math.sqrt(abs(float(np.linalg.det(transform[:2, :2]))))


def _brought(
    band: FloatArray, transform: Transform, size: tuple[int, ...]
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """The band on a grid (H, W), and where it reaches; beyond, its edge goes on."""
    cv2 = _opencv()
    scale = _scale(transform)
    if scale > MUCH_FINER:
        band, to_small = _shrunk(band, max(1, round(max(band.shape) / scale)))
        transform = to_small @ transform
    shape = (size[0], size[1])
    seen = _warped(band, transform, shape, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE)
    near = reach((band.shape[0], band.shape[1]), transform, shape)
    return seen, cv2.erode(np.uint8(near), np.ones((5, 5), np.uint8), borderValue=0) > 0


def _warped(
    picture: NDArray[Any],
    transform: Transform,
    size: tuple[int, int],
    interpolation: int,
    border: int = 0,
) -> NDArray[Any]:
    cv2 = _opencv()
    flags = interpolation | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpPerspective(picture, transform, size[::-1], flags=flags, borderMode=border)
    )


def _shrunk(picture: FloatArray, side: int) -> tuple[FloatArray, Transform]:
    """A picture whose longest side is at most ``side``, and how it came there."""
    cv2 = _opencv()
    factor = side / max(picture.shape)
    if factor >= 1:
        return picture, np.eye(3)
    height, width = (max(1, round(factor * length)) for length in picture.shape)
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return small, _scaling(width / picture.shape[1], height / picture.shape[0])


def _within(transform: Transform, to_small: Transform) -> Transform:
    """What a transform of the shrunk photograph is on the photograph itself."""
    return np.asarray(np.linalg.inv(to_small) @ transform @ to_small)


def _scaling(right: float, down: float) -> Transform:
    """Scaling of pictures by their corners, not by the middles of their first pixels."""
    return np.array([[right, 0, (right - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1.0]])


def _shifting(right: float, down: float) -> Transform:
    return np.array([[1, 0, right], [0, 1, down], [0, 0, 1.0]])


def _about_middle(turn: Transform, size: tuple[int, ...]) -> Transform:
    middle = ((size[1] - 1) / 2, (size[0] - 1) / 2)
    return _shifting(*middle) @ turn @ _shifting(-middle[0], -middle[1])


def _about_middles(
    size: tuple[int, ...], band_size: tuple[int, ...], scale: float, degrees: float
) -> Transform:
    """The similarity that brings the middle of a photograph (H, W) onto that of its band."""
    cosine, sine = (scale * f(math.radians(degrees)) for f in (math.cos, math.sin))
    turn = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    middle, own = (((s[1] - 1) / 2, (s[0] - 1) / 2) for s in (size, band_size))
    return np.asarray(_shifting(*own) @ turn @ _shifting(-middle[0], -middle[1]))


def _opencv() -> Any:
    try:
        import cv2
    except ImportError as error:
        msg = (
            "registration needs OpenCV, which is not installed: "
            "pip install 'artextract[registration]'"
        )
        raise DependencyError(msg) from error
    return cv2
