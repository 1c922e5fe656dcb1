"""Searching for the pose of a band of which neither scale, rotation nor position is known.

Edge directions are compared, as complex numbers of twice the angle: a line that is dark on light in
one image and light on dark in the other has the same direction, and lines that cross by chance
cancel out.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from artextract_cli._typing import FloatArray

Field = NDArray[np.complex64]
"""Edge directions (H, W), 0 where there are no edges or no image."""

Pose = tuple[float, float]
"""Pixels of the band per pixel of the photograph, and rotation in degrees."""

BandInPose = Callable[[float, float, tuple[int, int]], tuple[FloatArray, NDArray[np.bool_]]]
"""``band_in_pose(scale, degrees, window)`` is the band on a window (H, W) of the photograph's
pixels, centred on it, and the mask of its valid area."""

SMALLEST_OVERLAP = 0.12
"""Smallest share of the photograph that a band must cover; on less, chance agrees as well."""

SMALLEST_SCALE, LARGEST_SCALE = 0.45, 2.2
"""Factors below and above the likely scales that are still searched."""

SCALE_STEP, ROTATION_STEP = 0.05, 3.0
"""Steps of the search in log scale and degrees: half a step is a pixel at 64 px from the centre."""

LARGEST_ROTATION = 12.0
"""Largest rotation that is searched, in degrees to either side."""

QUARTER_SCALE, LARGEST_QUARTER_ROTATION = 1.25, 6.0
"""The same for bands rotated by quarter turns, such as scans of a painting laid down sideways."""

# The best score of a reduced image may be chance; each further candidate costs a refinement.
N_BEST = 6
"""Number of candidates that are refined."""

_SIGMA, _CONTRAST_SIDE = 1.0, 13
"""Blur before edges are taken, and side of the box over which contrast is evened out, in px."""

_ALIKE_SCALE, _ALIKE_ROTATION, _ALIKE_SHIFT = 0.11, 6.5, 0.08
"""Largest differences of candidates that count as one: a little over two steps of the search in log
scale and degrees, and a share of the longer side."""


_ANGLES = 360
"""Rows of the log-polar spectra, one per degree."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A similarity about the centres of photograph and band, and how well it fits."""

    scale: float
    """Pixels of the band per pixel of the photograph."""

    degrees: float
    right: float
    down: float
    """Shift from the position of equal centres, in px of the reduced photograph."""

    score: float


@dataclass(frozen=True, kw_only=True)
class _Reference:
    """Spectra of the photograph in a window (H, W) of twice its sides, shared by all candidates."""

    spectrum: NDArray[Any]
    """Spectrum of the edge directions."""

    strength: NDArray[Any]
    """Spectrum of their squares."""

    valid: NDArray[Any]
    """Spectrum of the mask of the photograph."""

    size: tuple[int, int]
    """(H, W) of the photograph."""


def directions(image: FloatArray) -> Field:
    """Edge directions of ``image`` (H, W), at equal local contrast."""
    # The square root makes photon noise uniform.
    smooth = ndimage.gaussian_filter(np.sqrt(np.maximum(image, 0)), _SIGMA, mode="nearest")
    down, right = np.gradient(smooth)
    squared = down**2 + right**2
    # A box filter, because it is applied hundreds of times.
    contrast = np.sqrt(np.maximum(ndimage.uniform_filter(squared, _CONTRAST_SIDE), 0))
    # A tenth of the mean contrast keeps noise in flat areas weak; `tiny` guards constant images.
    even = contrast + 0.1 * contrast.mean() + np.finfo(np.float32).tiny
    # Squares of slopes have the doubled angle; divided by a slope, they are linear in contrast.
    weight = even * (np.sqrt(squared) + 1e-3 * even)
    doubled = np.empty(image.shape, np.complex64)
    doubled.real, doubled.imag = (right**2 - down**2) / weight, 2 * right * down / weight
    return doubled


def agreement(ours: Field, theirs: Field) -> float:
    """Agreement of directions (H, W) where both are known: 1 if equal, 0 by chance."""
    both = (ours != 0) & (theirs != 0)
    ours, theirs = ours[both], theirs[both]
    norm = float(np.linalg.norm(ours) * np.linalg.norm(theirs))
    return float(np.vdot(ours, theirs).real) / norm if norm else 0.0


def log_polar_similarity(ours: FloatArray, theirs: FloatArray) -> NDArray[np.float64]:
    """Rotation and scale (3, 3) of edges ``theirs`` relative to ``ours``, about the origin.

    They are a shift of the spectra in log-polar coordinates.
    """
    from skimage.registration import phase_cross_correlation
    from skimage.transform import warp_polar

    side = max(ours.shape)
    radius = side // 2
    spectra = []
    for image in (ours, theirs):
        # A square, so that one step of frequency is the same in both directions.
        spectrum = np.abs(np.fft.fftshift(np.fft.fft2(image, (side, side))))
        polar = warp_polar(
            np.log1p(spectrum), radius=radius, output_shape=(_ANGLES, radius), scaling="log"
        )
        half = polar[: _ANGLES // 2]  # the other half repeats it
        spectra.append((half - half.mean(axis=0)) * np.hanning(radius))
    (rotation, zoom), _, _ = phase_cross_correlation(
        *spectra, upsample_factor=10, normalization=None
    )
    # Spectra of real images repeat after half a turn: the rotation is known up to 180°.
    rotation = (rotation + _ANGLES / 4) % (_ANGLES / 2) - _ANGLES / 4
    # A spectrum rotates with its image and shrinks as the image grows.
    angle = -math.radians(360 / _ANGLES * rotation)
    # `radius` columns span log(radius).
    scale = math.exp(zoom * math.log(radius) / radius)
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])


def search(
    photograph: FloatArray, band_in_pose: BandInPose, poses: Iterable[Pose]
) -> list[Candidate]:
    """Find the likeliest similarities between a small photograph (H, W) and a band, best first."""
    reference = _reference(photograph)
    candidates = []
    for scale, degrees in poses:
        band, valid = band_in_pose(scale, degrees, _window(reference.size))
        candidate = _best_shift(reference, band, valid, scale, degrees)
        if candidate is not None:
            candidates.append(candidate)
    return list(_distinct(candidates, max(reference.size)))[:N_BEST]


def poses_about(*likely: float) -> list[Pose]:
    """Poses of all scales around the ``likely`` ones, at all rotations."""
    low, high = math.log(min(likely) * SMALLEST_SCALE), math.log(max(likely) * LARGEST_SCALE)
    return _poses(low, high, LARGEST_ROTATION)


def quarter_turn_poses(same: float) -> list[Pose]:
    """Poses about quarter turns of a band that covers about the same area as its photograph.

    ``same`` is the scale at which both would cover the same area.
    """
    spread = math.log(QUARTER_SCALE)
    few = _poses(math.log(same) - spread, math.log(same) + spread, LARGEST_QUARTER_ROTATION)
    return [(scale, quarter + angle) for quarter in (90.0, 180.0, 270.0) for scale, angle in few]


def _poses(low: float, high: float, rotation: float) -> list[Pose]:
    """Steps between two logarithms of scales, and of rotations to either side."""
    scales = np.exp(np.linspace(low, high, 1 + math.ceil((high - low) / SCALE_STEP)))
    rotations = np.linspace(-rotation, rotation, 1 + round(2 * rotation / ROTATION_STEP))
    return list(product(scales.tolist(), rotations.tolist()))


def poses_near(one: Candidate) -> list[Pose]:
    """Finer steps around a candidate."""
    parts = np.linspace(-0.5, 0.5, 5)
    scales = one.scale * np.exp(SCALE_STEP * parts)
    return list(product(scales.tolist(), (one.degrees + ROTATION_STEP * parts).tolist()))


def _window(size: tuple[int, int]) -> tuple[int, int]:
    return 2 * size[0], 2 * size[1]


def _reference(photograph: FloatArray) -> _Reference:
    height, width = photograph.shape
    # Twice the sides, so that a periodic correlation does not wrap around.
    window = _window((height, width))
    place = np.s_[height // 2 : height // 2 + height, width // 2 : width // 2 + width]
    field, valid = np.zeros(window, np.complex64), np.zeros(window, np.float32)
    field[place], valid[place] = directions(photograph), 1
    return _Reference(
        spectrum=fft.fft2(field).conj(),
        strength=fft.rfft2(abs(field) ** 2).conj(),
        valid=fft.rfft2(valid).conj(),
        size=(height, width),
    )


def _best_shift(
    reference: _Reference,
    band: FloatArray,
    valid: NDArray[np.bool_],
    scale: float,
    degrees: float,
) -> Candidate | None:
    """The shift at which a band in one pose agrees best with its photograph."""
    window = band.shape
    field = directions(band) * valid
    valid_spectrum = fft.rfft2(valid.astype(np.float32))
    # Masked normalised correlation: agreement, and both norms, over the overlap of every shift
    # (Padfield, IEEE Transactions on Image Processing 21, 2706, 2012).
    together = fft.ifft2(reference.spectrum * fft.fft2(field)).real
    ours = fft.irfft2(reference.strength * valid_spectrum, window)
    theirs = fft.irfft2(reference.valid * fft.rfft2(abs(field) ** 2), window)
    shared = fft.irfft2(reference.valid * valid_spectrum, window) / math.prod(reference.size)
    possible = (shared > SMALLEST_OVERLAP) & (ours > 0) & (theirs > 0)
    if not possible.any():
        return None
    norm = np.sqrt(np.maximum(ours * theirs, np.finfo(np.float32).tiny))
    # Weighted by the root of the overlap, as chance decreases with it: a small one proves little.
    score = np.where(possible, together / norm * np.sqrt(np.maximum(shared, 0)), -1)
    row, column = np.unravel_index(int(score.argmax()), window)
    down, right = (
        (int(p) + n // 2) % n - n // 2 for p, n in zip((row, column), window, strict=True)
    )
    return Candidate(
        scale=scale, degrees=degrees, right=right, down=down, score=float(score[row, column])
    )


def _distinct(candidates: list[Candidate], side: int) -> Iterator[Candidate]:
    """The best of each group of similar candidates, best first."""
    kept: list[Candidate] = []
    for one in sorted(candidates, key=lambda candidate: -candidate.score):
        if not any(_alike(one, other, side) for other in kept):
            kept.append(one)
            yield one


def _alike(one: Candidate, other: Candidate, side: int) -> bool:
    rotation = (one.degrees - other.degrees + 180) % 360 - 180
    return (
        abs(math.log(one.scale / other.scale)) < _ALIKE_SCALE
        and abs(rotation) < _ALIKE_ROTATION
        and math.hypot(one.right - other.right, one.down - other.down) < _ALIKE_SHIFT * side
    )
