"""Aligning a band of another wavelength, size and position with its photograph.

A transform is a matrix (3, 3) that maps (x, y, 1) of the photograph, in pixels, to that of the
band. Edges are compared, which photograph and band share even where their tones differ.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.alignment.coarse import (
    Candidate,
    Pose,
    agreement,
    directions,
    log_polar_similarity,
    poses_about,
    poses_near,
    quarter_turn_poses,
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
"""Longest side in px that OpenCV can warp: it counts pixels in signed 16 bits."""

# On small images a rough start is within the few pixels that a refinement corrects; larger ones
# than 2048 px take longer.
COARSE_SIDE, FINE_SIDE = 256, 2048
"""Longest side of the photograph when the search begins, and when it ends."""

MIN_CORRELATION = 0.1
"""Smallest correlation of the aligned edges; less may be chance."""

# The search tries hundreds of poses, so that its images must be small; compared fits are few.
SEARCH_SIDE, CHECKED_SIDE = 128, 512
"""Longest side of the photograph when poses are searched, and when fits are compared."""

SURE, LIKELY = 0.5, 0.3
"""Agreement of edge directions above which no other start is searched for, and below which quarter
turns are tried too. On real images wrong fits reach 0.3, correct ones 0.33 to 0.95."""

ALLOWED_LOSS = 0.02
"""Largest loss of this agreement by a refinement; one that loses more has diverged."""


# The steps bound the time of a refinement that does not converge; smoothing widens its reach.
_STEPS, _PRECISION, _SMOOTHING = 200, 1e-6, 5
"""Of OpenCV's refinement: most steps, smallest change of the correlation, and size of its blur."""

_N_FINEST = 2
"""Refinements at the finest size: for the second, edges are taken after the band is resampled."""


def align(
    photograph: FloatArray,
    band: FloatArray,
    model: TransformModel = "affine",
    *,
    starts: Sequence[Transform] = (),
) -> Transform:
    """Find the transform from photograph (H, W) to band (H', W').

    Scale, rotation and shift are found by phase correlation of the edges and of their spectra in
    log-polar coordinates; if the fit is poor, by a search over scales and rotations that compares
    edge directions. Then all parameters of the model are refined from coarse to fine by maximising
    the enhanced correlation coefficient (Evangelidis & Psarakis, IEEE TPAMI 30:1858, 2008).
    ``starts``, such as transforms of other bands of the same size, are tried too.

    Raises
    ------
    InputError
        If the images have nothing in common.
    DependencyError
        If OpenCV is not installed.
    """
    if np.ptp(photograph) == 0 or np.ptp(band) == 0:
        msg = "its edges do not match those of the photograph: one of the images is constant"
        raise InputError(msg)
    *coarser, finest = _sides(max(photograph.shape))
    transform = _first_fit(photograph, band, model, starts)
    for side in coarser[1:]:
        transform = _improved(photograph, band, transform, side, model)
    for _ in range(_N_FINEST):
        transform = _improved(photograph, band, transform, finest, model)
    return transform


def _sides(longest: int) -> Iterator[int]:
    """Longest sides of the photograph from coarse to fine."""
    side = min(COARSE_SIDE, longest)
    while side < min(FINE_SIDE, longest):
        yield side
        side *= 2
    yield min(side, FINE_SIDE, longest)


def _first_fit(
    photograph: FloatArray, band: FloatArray, model: TransformModel, starts: Sequence[Transform]
) -> Transform:
    """The best of several starts, refined at the coarsest size."""
    guess = _coarse(photograph, band, model)
    if model == "shift":
        return _refined(photograph, band, guess, COARSE_SIDE, model)
    # From cheap to expensive: a search over poses takes 1.5 to 4 s per band.
    fits = [_fit(photograph, band, guess)]
    if fits[0][0] < SURE:
        same = max(band.shape) / max(photograph.shape)
        more = (*starts, *_searched_starts(photograph, band, poses_about(1.0, same)))
        fits += [_fit(photograph, band, start) for start in more]
        if max(score for score, _ in fits) < LIKELY:
            rotated = _searched_starts(photograph, band, quarter_turn_poses(same))
            fits += [_fit(photograph, band, start) for start in rotated]
    score, best = max(fits, key=lambda fit: fit[0])
    if score < 0:  # this raises the error that says why
        return _refined(photograph, band, guess, COARSE_SIDE, "affine")
    return best


def _fit(photograph: FloatArray, band: FloatArray, start: Transform) -> tuple[float, Transform]:
    """Refine a start; returns its score, -1 if it cannot be refined, and the transform."""
    try:
        refined = _improved(photograph, band, start, COARSE_SIDE, "affine")
    except InputError:
        return -1.0, start
    return _score(photograph, band, refined, COARSE_SIDE), refined


def _improved(
    photograph: FloatArray, band: FloatArray, start: Transform, side: int, model: TransformModel
) -> Transform:
    """Refine a transform; with fewer parameters, or not at all, if the refinement diverges."""
    if model == "shift":
        return _refined(photograph, band, start, side, model)
    # By `_score`, not the correlation, which the refinement maximises even if it diverges.
    checked = min(side, CHECKED_SIDE)
    before = _score(photograph, band, start, checked)
    models: tuple[TransformModel, ...] = (
        ("homography", "affine") if model == "homography" else ("affine",)
    )
    for tried in models:
        refined = _refined(photograph, band, start, side, tried)
        if _score(photograph, band, refined, checked) > before - ALLOWED_LOSS:
            return refined
    return start


def _score(photograph: FloatArray, band: FloatArray, transform: Transform, side: int) -> float:
    """Agreement of edge directions times the root of the share of the photograph in the band."""
    small, to_small = shrunk(photograph, side)
    warped, valid = resampled(band, transform @ np.linalg.inv(to_small), small.shape)
    agreed = agreement(directions(small), directions(warped) * valid)
    # The root, as chance decreases with the overlap: a small one proves little.
    return agreed * math.sqrt(float(valid.mean()))


def _searched_starts(
    photograph: FloatArray, band: FloatArray, poses: Sequence[Pose]
) -> list[Transform]:
    """The likeliest of many scales and rotations, searched on small images."""
    coarse = _candidates(photograph, band, SEARCH_SIDE, poses)
    if not coarse:
        return []
    finer = _candidates(photograph, band, COARSE_SIDE, poses_near(coarse[0][0]))
    return [transform for _, transform in (*finer[:1], *coarse)]


def _candidates(
    photograph: FloatArray, band: FloatArray, side: int, poses: Sequence[Pose]
) -> list[tuple[Candidate, Transform]]:
    """The best candidates among poses, with their transforms."""
    small, to_small = shrunk(photograph, side)
    factor = max(photograph.shape) / max(small.shape)
    # Reduced once, as far as the smallest scale among the poses allows.
    reduction = factor * min(scale for scale, _ in poses)
    coarse, to_coarse = shrunk(band, math.ceil(max(band.shape) / max(1.0, reduction)))

    def transform_of(scale: float, degrees: float) -> Transform:
        return about_centres(photograph.shape, band.shape, scale, degrees)

    def band_in_pose(
        scale: float, degrees: float, window: tuple[int, int]
    ) -> tuple[FloatArray, NDArray[np.bool_]]:
        corner = shifting(-(small.shape[1] // 2), -(small.shape[0] // 2))
        back = np.linalg.inv(to_small) @ corner
        return resampled(coarse, to_coarse @ transform_of(scale, degrees) @ back, window)

    return [
        (
            one,
            transform_of(one.scale, one.degrees)
            @ in_full_pixels(shifting(one.right, one.down), to_small),
        )
        for one in search(small, band_in_pose, poses)
    ]


def _coarse(photograph: FloatArray, band: FloatArray, model: TransformModel) -> Transform:
    """The best of a few guesses, each shifted to where edges agree best."""
    small, to_small = shrunk(photograph, COARSE_SIDE)
    small_edges = edges(small) * hann_window(small.shape)
    same = max(band.shape) / max(photograph.shape)
    best_correlation, best = -1.0, np.eye(3)
    for scale in {1.0, same} if model != "shift" else {1.0}:
        start = scaling(scale, scale)
        guesses = [start]
        if model != "shift":
            band_edges = _band_edges(band, start, to_small, small.shape)
            rotation = about_centre(log_polar_similarity(small_edges, band_edges), small.shape)
            guesses.append(start @ in_full_pixels(rotation, to_small))
        for guess in guesses:
            correlation, shifted = _shifted(small_edges, band, guess, to_small)
            if correlation > best_correlation:
                best_correlation, best = correlation, shifted
    return best


def _band_edges(
    band: FloatArray, guess: Transform, to_small: Transform, size: tuple[int, ...]
) -> FloatArray:
    """Windowed edges of the band on the grid of the reduced photograph, by a guess."""
    warped, valid = resampled(band, guess @ np.linalg.inv(to_small), size)
    return np.asarray(edges(warped) * valid * hann_window(warped.shape), np.float32)


def _shifted(
    small_edges: FloatArray, band: FloatArray, guess: Transform, to_small: Transform
) -> tuple[float, Transform]:
    """Shift a guess to where edges agree best; returns their correlation and the transform."""
    # As the band may lie anywhere, it is searched in a window of twice the sides.
    height, width = small_edges.shape
    window = (2 * height, 2 * width)
    corner = shifting(-width / 2, -height / 2)
    warped, valid = resampled(band, guess @ np.linalg.inv(to_small) @ corner, window)
    theirs = edges(warped) * valid
    ours = np.zeros(window, np.float32)
    ours[height // 2 : height // 2 + height, width // 2 : width // 2 + width] = small_edges
    spectrum = np.fft.rfft2(ours).conj() * np.fft.rfft2(theirs)
    agreement = np.fft.irfft2(spectrum, window)
    peak = np.unravel_index(int(agreement.argmax()), window)
    # Indices beyond the middle of a periodic correlation are negative shifts.
    down, right = ((int(p) + n // 2) % n - n // 2 for p, n in zip(peak, window, strict=True))
    # Edges may all be 0 where the guess does not overlap.
    norm = float(np.linalg.norm(ours) * np.linalg.norm(theirs)) or 1.0
    return float(agreement.max()) / norm, guess @ in_full_pixels(shifting(right, down), to_small)


def _refined(
    photograph: FloatArray, band: FloatArray, start: Transform, side: int, model: TransformModel
) -> Transform:
    """Improve a transform on images whose longest side is ``side``."""
    cv2 = load_opencv()
    small, to_small = shrunk(photograph, side)
    # Resampled by the guess, the band has the photograph's grid and only a remainder is sought.
    warped, valid = resampled(band, start @ np.linalg.inv(to_small), small.shape)
    motion = {
        "shift": cv2.MOTION_TRANSLATION,
        "affine": cv2.MOTION_AFFINE,
        "homography": cv2.MOTION_HOMOGRAPHY,
    }[model]
    # OpenCV takes 2 × 3 matrices of float32 for all models but the homography.
    rest = np.eye(3 if model == "homography" else 2, 3, dtype=np.float32)
    until = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _STEPS, _PRECISION)
    try:
        correlation, rest = cv2.findTransformECC(
            edges(small), edges(warped), rest, motion, until, np.uint8(valid), _SMOOTHING
        )
    except cv2.error as error:
        msg = "its edges do not match those of the photograph"
        raise InputError(msg) from error
    if not correlation > MIN_CORRELATION:
        msg = f"the correlation of its edges with those of the photograph is only {correlation:.2f}"
        raise InputError(msg)
    whole = np.eye(3)
    whole[: len(rest)] = rest
    refined = start @ in_full_pixels(whole, to_small)
    # A homography is defined up to a factor.
    return np.asarray(refined / refined[2, 2])
