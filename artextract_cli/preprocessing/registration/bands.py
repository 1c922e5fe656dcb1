"""Registering one band: its alignment with the photograph, and how good it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.alignment.bands import LONGEST_SIDE, align
from artextract_cli.imaging.registration import MIN_SIDE, tile_shifts
from artextract_cli.imaging.transform import (
    Transform,
    TransformModel,
    blurred_to_band_resolution,
    describe,
    shared_area,
    warp,
)
from artextract_cli.io.image import Picture
from artextract_cli.scenes.dataset_writer import counts_of_16_bit

# Registered bands leave 0.18 px in the median of real scenes (docs/capture.md). A band of a quarter
# of the pixels may need more, since one of its pixels is 2 to 4 of the photograph.
MAX_RESIDUAL = 1.0
"""Largest residual that is accepted by default, in px."""

RESIDUAL_PERCENTILE = 90
"""Percentile of the shifts left in tiles that counts as the residual: a tenth may be wrong."""

# Far in the infrared much of a painting has no edges in common with the photograph; a larger share
# would refuse such bands, a smaller one would trust a corner of the image.
MIN_TILES_SHARE = 0.25
"""Smallest share of the tiles with a measurable shift; with fewer the residual is unreliable."""


@dataclass(frozen=True, kw_only=True)
class RegisteredBand:
    """How a band was aligned with its RGB image.

    Attributes
    ----------
    band
        Band id.
    size
        Width and height in pixels before registration.
    transform
        (3, 3), from (x, y, 1) in pixels of the uncropped RGB image to those of the band.
    scale
        Pixels of the band per pixel of the RGB image.
    rotation
        Degrees, at the centre of the RGB image.
    right, down
        Shift from the centre of the band to that of the RGB image, in px of the band.
    residual
        90th percentile of the remaining shifts, measured tile by tile, in px.
    median_residual
        Median of the remaining shifts in px.
    tiles
        Number of tiles in which a shift could be measured.
    """

    band: str
    size: tuple[int, int]
    transform: tuple[tuple[float, ...], ...]
    scale: float
    rotation: float
    right: float
    down: float
    residual: float
    median_residual: float
    tiles: int


def check_sides(path: Path, picture: Picture) -> Picture:
    """Return an image after checking that its sides suit registration.

    Raises
    ------
    InputError
        If it is too small or too large.
    """
    height, width = picture.values.shape[:2]
    if min(height, width) < MIN_SIDE or max(height, width) > LONGEST_SIDE:
        msg = (
            f"{path} is {width} × {height} pixels; registration needs sides of {MIN_SIDE} to "
            f"{LONGEST_SIDE} pixels"
        )
        raise InputError(msg)
    return picture


def counts_of_picture(picture: Picture) -> NDArray[Any]:
    """(H, W) or (H, W, 3) as stored; integers of other depths than 8 and 16 bit become 16 bit."""
    counts = picture.counts()
    if picture.values.dtype.kind == "u" and counts.dtype.kind == "f":
        counts = counts_of_16_bit(counts)
    return counts[..., 0] if counts.shape[2] == 1 else counts


def align_band(
    path: Path,
    photograph: FloatArray,
    band: FloatArray,
    model: TransformModel,
    starts: Sequence[Transform] = (),
) -> Transform:
    """Find the transform from photograph (H, W) to band (H', W'), as `align` does.

    Raises
    ------
    InputError
        If the band at ``path`` cannot be aligned.
    """
    try:
        return align(photograph, band, model, starts=starts)
    except InputError as error:
        msg = f"{path} cannot be registered to its photograph: {error}; remove or replace it"
        raise InputError(msg) from error


def measure_residual(
    path: Path,
    band_id: str,
    photograph: FloatArray,
    band: FloatArray,
    transform: Transform,
    valid: NDArray[np.bool_],
    max_residual: float,
) -> RegisteredBand:
    """Measure the remaining shift between photograph and registered band, tile by tile.

    ``valid`` (H, W) is where the band covers the photograph.

    Raises
    ------
    InputError
        If they overlap too little, too few tiles can be measured, or the residual is larger than
        ``max_residual`` px.
    """
    size, band_size = (photograph.shape[0], photograph.shape[1]), (band.shape[0], band.shape[1])
    area = shared_area(valid)
    if min(valid[area].shape) < MIN_SIDE:
        msg = (
            f"{path} and its photograph overlap too little to be registered; check that they show "
            "the same painting"
        )
        raise InputError(msg)
    # A band of fewer pixels is blurred once enlarged: compared with the sharp photograph, its edges
    # would seem weaker and displaced.
    reference = blurred_to_band_resolution(photograph, transform)
    # Measured on the images, not taken from the fit. Rows of tiles: row, column, and shift in both.
    tiles, n_tiles = tile_shifts(reference[area], warp(band, transform, size)[area])
    distances = np.hypot(tiles[:, 2], tiles[:, 3])
    if len(distances) < MIN_TILES_SHARE * n_tiles:
        msg = (
            f"{path} cannot be verified after registration: {len(distances)} of {n_tiles} tiles "
            "share edges with its photograph; remove or replace it"
        )
        raise InputError(msg)
    residual = float(np.percentile(distances, RESIDUAL_PERCENTILE))
    # Of a band with fewer pixels than the photograph, one pixel of its own is the same accuracy.
    limit = max_residual * max(1.0, size[0] / band_size[0])
    if residual > limit:
        msg = (
            f"{path} is not aligned with its photograph after registration: the residual is "
            f"{residual:.2f} px, and {limit:g} px are allowed; try --model homography, or raise "
            "--max-residual"
        )
        raise InputError(msg)
    return RegisteredBand(
        band=band_id,
        # Width and height, as people write sizes; arrays have height first.
        size=band_size[::-1],
        transform=tuple(tuple(float(value) for value in row) for row in transform),
        **describe(transform, size, band_size),
        residual=residual,
        median_residual=float(np.median(distances)),
        tiles=len(distances),
    )
