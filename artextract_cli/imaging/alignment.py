"""Where the pixels of a photograph lie in a picture of another wavelength, size and position.

A transform is a matrix (3, 3) that takes (x, y, 1) of the photograph, in pixels, to that of the
band. What is compared are outlines, which photograph and band share whatever their tones.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.coarse_alignment import (
    Candidate,
    Pose,
    agreement,
    directions,
    poses_about,
    poses_near,
    poses_turned,
    search,
)
from artextract_cli.imaging.registration import edges, hann_window
from artextract_cli.imaging.transform import (
    Transform,
    TransformModel,
    about_centre,
    about_centres,
    in_full_pixels,
    load_opencv,
    resampled,
    scaling,
    shifting,
    shrunk,
)

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


_STEPS, _PRECISION, _SMOOTHING = 200, 1e-6, 5
_FINEST_TIMES = 2
"""The second time the band is seen from where it belongs, and its outlines are those there."""
_ANGLES = 360


def align(
    photograph: FloatArray,
    band: FloatArray,
    model: TransformModel = "affine",
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


def _sides(longest: int) -> Iterator[int]:
    """Longest sides of the photograph from coarse to fine."""
    side = min(COARSE_SIDE, longest)
    while side < min(FINE_SIDE, longest):
        yield side
        side *= 2
    yield min(side, FINE_SIDE, longest)


def _started(
    photograph: FloatArray, band: FloatArray, model: TransformModel, starts: Sequence[Transform]
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
    photograph: FloatArray, band: FloatArray, start: Transform, side: int, model: TransformModel
) -> Transform:
    """Refine a transform, by fewer parameters or not at all where it would go astray."""
    if model == "shift":
        return _refined(photograph, band, start, side, model)
    checked = min(side, CHECKED_SIDE)
    before = _explained(photograph, band, start, checked)
    models: tuple[TransformModel, ...] = (
        ("homography", "affine") if model == "homography" else ("affine",)
    )
    for tried in models:
        found = _refined(photograph, band, start, side, tried)
        if _explained(photograph, band, found, checked) > before - ALLOWED_LOSS:
            return found
    return start


def _explained(photograph: FloatArray, band: FloatArray, found: Transform, side: int) -> float:
    """Agreement of directions, by the root of the share of the photograph that is seen."""
    small, to_small = shrunk(photograph, side)
    seen, known = resampled(band, found @ np.linalg.inv(to_small), small.shape)
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
    small, to_small = shrunk(photograph, side)
    factor = max(photograph.shape) / max(small.shape)
    # Shrunk once, as far as the finest of the poses allows.
    lesser = factor * min(scale for scale, _ in poses)
    coarse, to_coarse = shrunk(band, math.ceil(max(band.shape) / max(1.0, lesser)))

    def posed(scale: float, degrees: float) -> Transform:
        return about_centres(photograph.shape, band.shape, scale, degrees)

    def seen(
        scale: float, degrees: float, window: tuple[int, int]
    ) -> tuple[FloatArray, NDArray[np.bool_]]:
        corner = shifting(-(small.shape[1] // 2), -(small.shape[0] // 2))
        back = np.linalg.inv(to_small) @ corner
        return resampled(coarse, to_coarse @ posed(scale, degrees) @ back, window)

    return [
        (
            one,
            posed(one.scale, one.degrees) @ in_full_pixels(shifting(one.right, one.down), to_small),
        )
        for one in search(small, seen, poses)
    ]


def _coarse(photograph: FloatArray, band: FloatArray, model: TransformModel) -> Transform:
    """The best of a few guesses, each shifted to where its outlines agree most."""
    small, to_small = shrunk(photograph, COARSE_SIDE)
    lines = edges(small) * hann_window(small.shape)
    same = max(band.shape) / max(photograph.shape)
    best, found = -1.0, np.eye(3)
    for scale in {1.0, same} if model != "shift" else {1.0}:
        start = scaling(scale, scale)
        guesses = [start]
        if model != "shift":
            turn = _log_polar(lines, _seen(band, start, to_small, small.shape))
            about = about_centre(turn, small.shape)
            guesses.append(start @ in_full_pixels(about, to_small))
        for guess in guesses:
            correlation, shifted = _shifted(lines, band, guess, to_small)
            if correlation > best:
                best, found = correlation, shifted
    return found


def _seen(
    band: FloatArray, guess: Transform, to_small: Transform, size: tuple[int, ...]
) -> FloatArray:
    """Outlines of the band as the shrunk photograph would see it by a guess."""
    seen, known = resampled(band, guess @ np.linalg.inv(to_small), size)
    return np.asarray(edges(seen) * known * hann_window(seen.shape), np.float32)


def _shifted(
    lines: FloatArray, band: FloatArray, guess: Transform, to_small: Transform
) -> tuple[float, Transform]:
    """Correlation of a guess that is shifted for the outlines to agree, and that guess."""
    # As the band may lie anywhere, it is looked at in a window of twice the sides.
    height, width = lines.shape
    window = (2 * height, 2 * width)
    corner = shifting(-width / 2, -height / 2)
    seen, known = resampled(band, guess @ np.linalg.inv(to_small) @ corner, window)
    theirs = edges(seen) * known
    ours = np.zeros(window, np.float32)
    ours[height // 2 : height // 2 + height, width // 2 : width // 2 + width] = lines
    spectrum = np.fft.rfft2(ours).conj() * np.fft.rfft2(theirs)
    agreement = np.fft.irfft2(spectrum, window)
    peak = np.unravel_index(int(agreement.argmax()), window)
    down, right = ((int(p) + n // 2) % n - n // 2 for p, n in zip(peak, window, strict=True))
    norm = float(np.linalg.norm(ours) * np.linalg.norm(theirs)) or 1.0
    return float(agreement.max()) / norm, guess @ in_full_pixels(shifting(right, down), to_small)


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
    photograph: FloatArray, band: FloatArray, start: Transform, side: int, model: TransformModel
) -> Transform:
    """Improve a transform on pictures whose longest side is ``side``."""
    cv2 = load_opencv()
    small, to_small = shrunk(photograph, side)
    # Seen by the guess, the band has the photograph's grid and only a remainder is sought.
    seen, known = resampled(band, start @ np.linalg.inv(to_small), small.shape)
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
    found = start @ in_full_pixels(whole, to_small)
    return np.asarray(found / found[2, 2])
