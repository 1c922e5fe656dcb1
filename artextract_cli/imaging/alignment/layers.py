"""Aligning an image of another modality, such as an X-ray radiograph, with the photograph.

Tones, and many edges, differ in any way. What both images know of each other is compared instead:
the normalised mutual information of their values (Studholme, Hill & Hawkes, Pattern Recognition 32,
71, 1999), which needs no relation between tones, only that one depends on the other.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.transform import (
    Transform,
    about_centre,
    about_centres,
    load_opencv,
    scaling,
    shifting,
    shrunk,
)

# Of equal counts: with more of them, small images have too few pixels for each pair.
N_BINS = 32
_BLUR = 1.0  # σ in pixels; noise lowers the information, and interpolation would show in it
# Longest sides of the photograph, and the precision of a step in pixels.
_LEVELS = ((64, 0.5), (128, 0.3), (256, 0.2), (512, 0.1), (1024, 0.1))
_N_COARSE, _N_BEST = 2, 3  # levels at which several starts compete, and how many of them
_SCALES, _ROTATIONS = (0.92, 1.0, 1.087), (-4.0, 0.0, 4.0)  # about the same frame; degrees
_SHIFTS = (-0.12, -0.06, 0.0, 0.06, 0.12)  # shares of the longest side
_LEAST_OVERLAP = 0.3  # share of the photograph that the layer covers
_STEP, _ROUNDS = 2.0, 6  # of the search: first step in pixels, and most rounds
# Of photographs of 512 × 512 pixels, correct alignments had 4.5 to 109 deviations, wrong ones and
# those of unrelated pairs up to 2.9; unrelated pairs of 128 × 128 pixels up to 3.7. Pictures of
# a few sharp patches reached 5.9, and may be accepted wrongly (docs/capture.md).
LEAST_CERTAINTY = 4.2
"""Standard deviations by which the information at the alignment exceeds that at other places."""

# Correct alignments of these photographs were confirmed by 4 to 16 tiles, wrong ones by 3 at most.
LEAST_TILES = 4
"""Confirming tiles that an alignment needs."""

_LEAST_TILED = 256  # longest side in pixels: tiles of smaller images have too few

_TILES_SIDE, _TILES_ALONG = 512, 4
_STEPS, _STEP_SHARE = 4, 3 / 512  # places of a tile to either side, and their distance
_LEAST_PEAK = 3.0  # standard deviations of the best of these 81 places above all
_LEAST_VALID = 0.6  # share of a tile
_CERTAINTY_SIDE, _N_ELSEWHERE = 256, 60
_NEAREST, _FARTHEST = 0.04, 0.23  # distances of those other places, shares of the longest side


@dataclass(frozen=True, kw_only=True)
class LayerAlignment:
    """Where a layer lies, and how sure that is."""

    transform: Transform
    """(3, 3), from pixels of the photograph to those of the layer."""

    certainty: float
    """Standard deviations by which the information exceeds that at other places nearby."""

    tiles: int
    """Number of 4 × 4 tiles that lie by themselves, clearly, where the transform puts them."""


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """Photograph and layer at one size; the layer lies where a transform (3, 3) says."""

    bins: NDArray[np.intp]
    """Photograph (H, W), as numbers of bins."""

    layer: FloatArray
    """(H', W'), NaN where it is not valid."""

    to_photograph: Transform
    """From pixels of the full photograph to those of this one."""

    to_layer: Transform

    def reduced(self, transform: Transform) -> Transform:
        """A transform between the full images, as one between these."""
        return np.asarray(self.to_layer @ transform @ np.linalg.inv(self.to_photograph))

    def in_full_pixels(self, transform: Transform) -> Transform:
        """A transform between these images, as one between the full ones."""
        return np.asarray(np.linalg.inv(self.to_layer) @ transform @ self.to_photograph)

    def placed(self, transform: Transform) -> FloatArray:
        """The layer on the grid (H, W) of the photograph; NaN where it is not valid."""
        cv2 = load_opencv()
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = self.bins.shape[::-1]
        return np.asarray(
            cv2.warpPerspective(self.layer, transform, size, flags=flags, borderValue=math.nan)
        )

    def information(self, transform: Transform) -> float:
        """Normalised mutual information, 1 (none) to 2; 0 where they overlap too little."""
        placed = self.placed(transform)
        valid = np.isfinite(placed)
        if valid.mean() < _LEAST_OVERLAP:
            return 0.0
        return _information(self.bins[valid], _binned(placed[valid]))


_Sizes = Callable[[int], _Pair]  # by the longest side of the photograph


def align_layer(photograph: FloatArray, layer: FloatArray) -> LayerAlignment:
    """Find the affine transform from photograph (H, W) to layer (H', W'), in pixels.

    Both are assumed to show about the same frame, in any size: scales may differ by a tenth from
    that, rotations be up to 5°, and shifts up to an eighth of the longer side. NaN marks pixels of
    the layer that are not valid.

    Raises
    ------
    InputError
        If they do not depend on each other at any place, or the place is not certain.
    DependencyError
        If OpenCV is not installed.
    """
    if np.ptp(photograph) == 0 or np.nanmax(layer) == np.nanmin(layer):
        msg = "one of the images is constant"
        raise InputError(msg)
    n_smaller = sum(side < max(photograph.shape) for side, _ in _LEVELS)
    # The last one is the image as it is, unless that is larger than all levels.
    levels = _LEVELS[: n_smaller + 1]
    # Every start and level needs them: each size is computed once.
    pair_at: _Sizes = cache(partial(_pair, photograph, layer))
    starts = _starts(pair_at(levels[0][0]), photograph.shape, layer.shape)
    fits = [_refined(pair_at, start, levels[:_N_COARSE]) for start in starts]
    _, best = max(fits, key=lambda fit: fit[0])
    _, transform = _refined(pair_at, best, levels[_N_COARSE:])
    found = LayerAlignment(
        transform=transform,
        certainty=_certainty(pair_at(_CERTAINTY_SIDE), transform),
        tiles=_confirming_tiles(pair_at(_TILES_SIDE), transform),
    )
    is_tiled = max(photograph.shape) >= _LEAST_TILED
    if found.certainty < LEAST_CERTAINTY or (is_tiled and found.tiles < LEAST_TILES):
        msg = (
            "no place was found at which its values depend on those of the photograph: crop it "
            "roughly to the frame of the photograph"
        )
        raise InputError(msg)
    return found


def _certainty(pair: _Pair, transform: Transform) -> float:
    placed = pair.reduced(transform)
    longest = max(pair.bins.shape)
    # Always the same places, so that the same images have the same result.
    rng = np.random.default_rng(0)
    angles = rng.uniform(0, 2 * math.pi, _N_ELSEWHERE)
    distances = rng.uniform(_NEAREST * longest, _FARTHEST * longest, _N_ELSEWHERE)
    shifts = zip(distances * np.cos(angles), distances * np.sin(angles), strict=True)
    elsewhere = np.array([pair.information(placed @ shifting(*shift)) for shift in shifts])
    elsewhere = elsewhere[elsewhere > 0]
    if len(elsewhere) < 2:
        return 0.0
    # `tiny` guards images whose information is the same everywhere.
    spread = elsewhere.std() + np.finfo(np.float64).tiny
    return float((pair.information(placed) - elsewhere.mean()) / spread)


def _confirming_tiles(pair: _Pair, transform: Transform) -> int:
    start = pair.reduced(transform)
    step = max(1, round(_STEP_SHARE * max(pair.bins.shape)))
    offsets = range(-_STEPS, _STEPS + 1)
    placed = {
        (right, down): pair.placed(start @ shifting(step * right, step * down))
        for right, down in itertools.product(offsets, offsets)
    }
    return sum(
        _confirms(pair.bins[tile], {at: image[tile] for at, image in placed.items()})
        for tile in _tiles(pair.bins.shape)
    )


def _tiles(size: tuple[int, ...]) -> Iterator[tuple[slice, slice]]:
    rows, columns = (np.linspace(0, length, _TILES_ALONG + 1).astype(int) for length in size)
    for (top, bottom), (left, right) in itertools.product(
        itertools.pairwise(rows), itertools.pairwise(columns)
    ):
        yield slice(top, bottom), slice(left, right)


def _confirms(ours: NDArray[np.intp], placed: Mapping[tuple[int, int], FloatArray]) -> bool:
    """Whether a tile knows most of the layer, clearly, at (0, 0) or one step from there."""
    scores = {place: _of_tile(ours, theirs) for place, theirs in placed.items()}
    values = np.array(list(scores.values()))
    right, down = max(scores, key=lambda place: scores[place])
    is_peak = values.max() - values.mean() > _LEAST_PEAK * values.std() > 0
    return bool(is_peak and values.min() > 0 and max(abs(right), abs(down)) <= 1)


def _of_tile(ours: NDArray[np.intp], theirs: FloatArray) -> float:
    """The information of a tile; 0 where too little of it is valid."""
    valid = np.isfinite(theirs)
    if valid.mean() < _LEAST_VALID:
        return 0.0
    return _information(ours[valid], _binned(theirs[valid]))


def _pair(photograph: FloatArray, layer: FloatArray, side: int) -> _Pair:
    """Both images, with the longest side of the photograph reduced to ``side``."""
    small, to_photograph = shrunk(photograph, side)
    layer_side = max(1, round(side * max(layer.shape) / max(photograph.shape)))
    small_layer, to_layer = _shrunk_layer(layer, layer_side)
    cv2 = load_opencv()
    bins = _binned(cv2.GaussianBlur(small, (0, 0), _BLUR).ravel()).reshape(small.shape)
    return _Pair(bins=bins, layer=small_layer, to_photograph=to_photograph, to_layer=to_layer)


def _shrunk_layer(layer: FloatArray, side: int) -> tuple[FloatArray, Transform]:
    """The layer, reduced and blurred; NaN where it is not valid."""
    cv2 = load_opencv()
    valid = np.isfinite(layer)
    level = float(layer[valid].mean())
    filled, to_small = shrunk(np.where(valid, layer, level).astype(np.float32), side)
    blurred = cv2.GaussianBlur(filled, (0, 0), _BLUR)
    if valid.all():
        return blurred, to_small
    share, _ = shrunk(valid.astype(np.float32), side)
    return np.where(share > 0.999, blurred, np.nan).astype(np.float32), to_small


def _binned(values: FloatArray) -> NDArray[np.intp]:
    """The bin of each of ``values`` (n,): bins hold equally many."""
    ordered = np.sort(values)
    edges = ordered[np.linspace(0, len(ordered) - 1, N_BINS + 1).astype(int)[1:-1]]
    return np.searchsorted(edges, values)


def _information(ours: NDArray[np.intp], theirs: NDArray[np.intp]) -> float:
    counts = np.bincount(ours * N_BINS + theirs, minlength=N_BINS**2)
    joint = counts.reshape(N_BINS, N_BINS) / len(ours)
    together = _entropy(joint.ravel())
    # Two constant images know everything of each other, and nothing.
    return (_entropy(joint.sum(0)) + _entropy(joint.sum(1))) / together if together else 1.0


def _entropy(shares: NDArray[Any]) -> float:
    present = shares[shares > 0]
    return float(-(present * np.log(present)).sum())


def _starts(pair: _Pair, size: tuple[int, ...], layer_size: tuple[int, ...]) -> Iterator[Transform]:
    """The likeliest transforms of a grid around the same frame."""
    frame = scaling(layer_size[1] / size[1], layer_size[0] / size[0])
    shifts = [share * max(size) for share in _SHIFTS]
    found = [
        frame @ about_centres(size, size, scale, degrees) @ shifting(right, down)
        for scale, degrees, right, down in itertools.product(_SCALES, _ROTATIONS, shifts, shifts)
    ]
    scores = [pair.information(pair.reduced(start)) for start in found]
    for index in np.argsort(scores)[: -_N_BEST - 1 : -1]:
        yield found[index]


def _refined(
    pair_at: _Sizes, transform: Transform, levels: Sequence[tuple[int, float]]
) -> tuple[float, Transform]:
    """The information and the transform after a search at each of some levels."""
    score = 0.0
    for side, precision in levels:
        pair = pair_at(side)
        found, score = _searched(pair, pair.reduced(transform), precision)
        transform = pair.in_full_pixels(found)
    return score, transform


def _searched(pair: _Pair, start: Transform, precision: float) -> tuple[Transform, float]:
    """Maximise the information over six parameters, one direction at a time (Powell 1964)."""
    size = pair.bins.shape
    reach = max(size) / 2

    def moved(by: NDArray[np.float64]) -> Transform:
        # Every parameter is a distance in pixels: of the centre, or of a point at the border.
        change = np.eye(3)
        change[0, 2], change[1, 2] = by[0], by[1]
        change[:2, :2] += by[2:].reshape(2, 2) / reach
        return np.asarray(start @ about_centre(change, size))

    options = {"xtol": precision, "ftol": 1e-4, "maxiter": _ROUNDS, "direc": _STEP * np.eye(6)}
    found = minimize(
        lambda by: -pair.information(moved(by)), np.zeros(6), method="Powell", options=options
    )
    return moved(found.x), -float(found.fun)
