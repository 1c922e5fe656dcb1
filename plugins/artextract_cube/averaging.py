"""Averages the bands of a cube, a block of rows at a time: it need not fit into memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import (
    Coding,
    InputError,
    UsageError,
    check_claim,
    coded_values,
    linear_values,
    progress,
    rgb_weights,
    warn,
)
from artextract_cube.wavelengths import band_weights

BLOCK_VALUES = 2**24
"""Of a cube, at most so many are in memory at a time as float32."""

LINEAR = "linear"

MOST_CLIPPED = 0.05
"""Highlights and noise are clipped; where more lies outside 0..1, the scale is wrong."""

LEAST_USE = 0.01
"""Of a scale that is told: where no value reaches it, it is the scale of something else."""

FAR_BELOW, FAR_ABOVE = -0.5, 10.0
"""Noise and highlights lie between: what is beyond is the mark of what was not measured."""

Calibration = Callable[
    [NDArray[np.float32], NDArray[np.intp], slice], tuple[NDArray[np.float32], NDArray[np.bool_]]
]


@dataclass(frozen=True, kw_only=True)
class Cube:
    """What a file of many bands holds."""

    path: Path
    values: NDArray[Any]
    """(all bands, H, W), perhaps a view of a file."""

    nm: tuple[float, ...]
    """(B,), of the good bands."""

    told_nm: tuple[float, ...] | None = None
    """(all bands,) by the file itself, whatever an option says."""

    full_scale: float
    """The value that counts as 1."""

    tells_scale: bool = True
    """Whether the file or an option says so; else it is the greatest of its type or values."""

    missing: float | None = None
    """The value of pixels that were not measured."""

    good: NDArray[np.intp] | None = None
    """(B,) which bands these are; None is all."""

    to_reflectance: Calibration | None = None
    """Turns counts (n, h, W) of n of all bands, in some rows, into reflectance; tells where (h, W)
    they measure."""


@dataclass(frozen=True, kw_only=True)
class Averaged:
    """The bands made of a cube."""

    bands: NDArray[Any]
    """(H, W, K) as a capture takes them."""

    rgb: NDArray[Any]
    """(H, W, 3) the photograph, or what was rendered."""

    wavelengths: tuple[float, ...]
    mask: NDArray[np.bool_] | None
    """(H, W), False where nothing was measured; None if all was."""


def averaged(
    cube: Cube,
    centres: Sequence[float] | None,
    width: float,
    photograph: NDArray[Any] | None = None,
    coding: Coding | None = None,
) -> Averaged:
    """Average ``cube`` to bands at ``centres`` (None: all as they are).

    It is rendered where there is no ``photograph`` (H, W, 3), of light by its ``coding``. Bands are
    means of values as they are coded.

    Raises
    ------
    UsageError
        If some bands of a cube to be rendered are said to be coded otherwise than the others, or
        those of raw counts with frames are said to be coded at all.
    InputError
        If values that are used are not finite, too many lie outside 0 to 1, the scale is far above
        all of them, there are too many pixels, or what is made has one value throughout.
    """
    coding = coding or Coding()
    word = _word_of_cube(cube, coding, is_rendered=photograph is None)
    weights = band_weights(cube.nm, centres, width)
    n_bands = weights.shape[1]
    if photograph is None:
        weights = np.concatenate([weights, rgb_weights(cube.path, cube.nm)], axis=1)
    height, row_length = cube.values.shape[1:]
    check_claim(cube.path, f"{row_length} × {height} pixels", height * row_length)
    bands = np.empty((height, row_length, n_bands), np.float32)
    rgb = np.empty((height, row_length, 3), np.float32) if photograph is None else photograph
    measured = np.ones((height, row_length), np.bool_)
    used = np.flatnonzero(weights.any(axis=1))
    blocks = row_blocks((len(used), height, row_length))
    spans = []
    with progress("averaging", len(blocks)) as advance:
        for rows in blocks:
            block, seen = _block(cube, used, rows)
            spans.append(_ends(block, seen))
            block, measured[rows] = _reflectance(cube, _stored(cube, used), rows, block, seen)
            means = np.tensordot(block, weights[used].astype(np.float32), axes=(0, 0))
            means /= np.float32(cube.full_scale)
            bands[rows] = means[..., :n_bands]
            if photograph is None:
                shown = means[..., n_bands:]
                if word != LINEAR:
                    shown = _shown(cube, block, weights[used, n_bands:], word)
                shown = np.asarray(np.clip(shown, 0, 1), np.float32)
                rgb[rows] = coded_values(shown, coding.of_photograph)
            advance()
    _check_measured(cube, measured)
    ends = np.array(spans)
    if cube.to_reflectance is None:
        check_scale(cube, float(ends[:, 1].max()))
    wavelengths = cube.nm if centres is None else tuple(centres)
    made = Averaged(
        bands=_at_depth(_clipped(cube, bands, wavelengths), cube, weights[:, :n_bands]),
        rgb=rgb,
        wavelengths=wavelengths,
        mask=None if measured.all() else measured,
    )
    _check_varied(cube, made)
    _warn_of_dead(cube, used, ends)
    return made


def _shown(
    cube: Cube, block: NDArray[np.float32], to_rgb: NDArray[np.float64], word: str
) -> NDArray[np.float32]:
    """Linear colours (h, W, 3) of a block (n, h, W) by weights (n, 3)."""
    light = linear_values(block / np.float32(cube.full_scale), word)
    return np.asarray(np.tensordot(light, to_rgb.astype(np.float32), axes=(0, 0)), np.float32)


def _word_of_cube(cube: Cube, coding: Coding, *, is_rendered: bool) -> str:
    """How the values of a cube stand for light."""
    word = coding.bands or LINEAR
    named = {band: other for band, other in coding.by_band.items() if other != word}
    if cube.to_reflectance is not None and (named or word != LINEAR):
        msg = (
            f"{cube.path} has white and dark frames, which convert only linear counts to "
            "reflectance: omit --coding of bands, or the frames"
        )
        raise UsageError(msg)
    if is_rendered and named:
        msg = (
            f"the photograph of {cube.path} is rendered from all its bands, which are of one "
            f"coding: say --coding bands={next(iter(named.values()))}, or give a photograph (of a "
            "cube, -o photograph=FILE)"
        )
        raise UsageError(msg)
    return word


def _check_measured(cube: Cube, measured: NDArray[np.bool_]) -> None:
    if cube.to_reflectance is not None and not measured.any():
        msg = (
            f"no pixel of {cube.path} is valid in every band: each is saturated, or hardly "
            "brighter in white than in dark; check the frames, and give the count at which the "
            "camera saturates, -o scale=NUMBER"
        )
        raise InputError(msg)


def check_scale(cube: Cube, largest: float) -> None:
    """Refuse a scale that was told and is far above the largest value of a cube, and its white.

    Raises
    ------
    InputError
        If it is.
    """
    if cube.tells_scale and 0 < largest < LEAST_USE * cube.full_scale:
        msg = (
            f"{cube.full_scale:g} cannot be the scale of {cube.path}: the largest value, "
            f"{largest:g}, is less than a hundredth of it; give another, -o scale=NUMBER, the "
            "value that counts as 1 or, with white and dark, as saturated"
        )
        raise InputError(msg)


def row_blocks(shape: tuple[int, ...]) -> list[slice]:
    """Rows of a cube (B, H, W), of which so many are read at a time as memory is meant to hold."""
    n_bands, height, width = shape
    step = max(1, BLOCK_VALUES // (n_bands * width))
    return [slice(top, top + step) for top in range(0, height, step)]


def _block(
    cube: Cube, used: NDArray[np.intp], rows: slice
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Some of the good bands (n, h, W), in some rows, and where (h, W) they were measured."""
    stored = _stored(cube, used)
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused
        block = cube.values[:, rows][stored].astype(np.float32)
    measured = np.ones(block.shape[1:], np.bool_)
    if cube.missing is not None:
        is_nan = np.isnan(cube.missing)
        is_missing = np.asarray(np.isnan(block) if is_nan else block == np.float32(cube.missing))
        measured = np.asarray(~is_missing.any(axis=0))
        block[:, ~measured] = 0
    _check_finite(cube, used, rows.start, ~np.isfinite(block))
    return block, measured


def _check_finite(cube: Cube, used: NDArray[np.intp], top: int, is_bad: NDArray[np.bool_]) -> None:
    """Refuse a block from row ``top`` on where a value (n, h, W) is bad."""
    if is_bad.any():
        band, row, column = np.unravel_index(is_bad.argmax(), is_bad.shape)
        number, nm = _stored(cube, used)[band] + 1, cube.nm[used[band]]
        msg = (
            f"{cube.path} has values that are not finite (NaN or infinity), the first in band "
            f"{number} ({nm:g} nm), row {top + row}, column {column}; replace them, or mark "
            "missing values in an ENVI header: data ignore value"
        )
        raise InputError(msg)


def _stored(cube: Cube, used: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which of all bands some of the good ones are."""
    return used if cube.good is None else cube.good[used]


def _reflectance(
    cube: Cube,
    stored: NDArray[np.intp],
    rows: slice,
    block: NDArray[np.float32],
    measured: NDArray[np.bool_],
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Stored values of a block by the frames, if there are any, and where they measure."""
    if cube.to_reflectance is None:
        return block, measured
    block, measures = cube.to_reflectance(block, stored, rows)
    measured &= measures
    block[:, ~measured] = 0
    return block, measured


def _ends(block: NDArray[np.float32], seen: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Least and largest value (2, n) of every band where it was measured."""
    low = block.min(axis=(1, 2), where=seen, initial=np.inf)
    return np.stack([low, block.max(axis=(1, 2), where=seen, initial=-np.inf)])


def _warn_of_dead(cube: Cube, used: NDArray[np.intp], ends: NDArray[np.float32]) -> None:
    """Warn of bands that have one value by the ``ends`` (blocks, 2, n) of all blocks."""
    is_dead = ends[:, 0].min(axis=0) == ends[:, 1].max(axis=0)
    dead = [f"{cube.nm[band]:g}" for band in used[is_dead]]
    if dead:
        warn(
            f"{cube.path} has one value throughout at {few(dead)} nm, and the bands that it is "
            "averaged to are wrong there: mark it as bad in an ENVI header (bbl), or leave it out "
            "of the cube"
        )


def few(names: Sequence[str]) -> str:
    """The first four of some names, and whether there are more."""
    return ", ".join(names[:4]) + ", ..." * (len(names) > 4)


def _check_varied(cube: Cube, made: Averaged) -> None:
    """Refuse bands and photographs of one value throughout, as `infer` would."""
    is_dead = _is_constant(made.bands, made.mask)
    dead = [f"{nm:g}" for nm, dies in zip(made.wavelengths, is_dead, strict=True) if dies]
    if dead:
        msg = (
            f"the data of {cube.path} at {few(dead)} nm have one value throughout, without "
            "information: export the cube again, or choose other bands, -o centres=NM,NM,..."
        )
        raise InputError(msg)
    if _is_constant(made.rgb, made.mask).all():
        msg = (
            f"the photograph of {cube.path} has one value throughout, without information: give "
            "another (of a cube, -o photograph=FILE)"
        )
        raise InputError(msg)


def _is_constant(values: NDArray[Any], mask: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    """Which channels (C,) of (H, W, C) have one value where the mask is true, once written."""
    is_float = values.dtype.kind == "f"
    full, steps = (1, 65535) if is_float else (np.iinfo(values.dtype).max, 1)
    where = np.True_ if mask is None else mask[..., None]
    low = values.min(axis=(0, 1), where=where, initial=full)
    high = values.max(axis=(0, 1), where=where, initial=0)
    return np.asarray(np.rint(low * steps) == np.rint(high * steps))


def _clipped(cube: Cube, bands: NDArray[np.float32], nm: Sequence[float]) -> NDArray[np.float32]:
    """Clip the few values outside 0..1."""
    share = float(((bands < 0) | (bands > 1)).mean())
    span = f"from {bands.min() * cube.full_scale:g} to {bands.max() * cube.full_scale:g}"
    if share > MOST_CLIPPED:
        msg = (
            f"{cube.path} holds values {span} where {cube.full_scale:g} counts as 1, and "
            f"{share:.0%} of them are outside 0 to 1; set the value that counts as 1, "
            "-o scale=NUMBER"
            f"{_mark(cube, bands, nm) if bands.min() < FAR_BELOW else ''}"
        )
        raise InputError(msg)
    if bands.max() > 1.001 or bands.min() < -0.001:
        warn(
            f"{cube.path} holds values {span}: {share:.2%} of them are below 0 or above "
            f"{cube.full_scale:g}, and clipped{_mark(cube, bands, nm)}"
        )
    return np.clip(bands, 0, 1, out=bands)


def _mark(cube: Cube, bands: NDArray[np.float32], nm: Sequence[float]) -> str:
    """What in bands (H, W, K) marks what was not measured, and where; empty if nothing does."""
    which, at = "smallest", bands.argmin()
    if bands.flat[at] >= FAR_BELOW:
        which, at = "largest", bands.argmax()
    value = float(bands.flat[at])
    if FAR_BELOW <= value <= FAR_ABOVE:
        return ""
    row, column, band = np.unravel_index(at, bands.shape)
    return (
        f"; the {which}, {value * cube.full_scale:g} at {nm[int(band)]:g} nm, row {row}, column "
        f"{column}, looks like a marker of missing values: name it in an ENVI header, data "
        "ignore value, or mask these pixels"
    )


def _at_depth(bands: NDArray[np.float32], cube: Cube, weights: NDArray[np.float64]) -> NDArray[Any]:
    """Counts of 8 or 16 bit stay counts where every band is one of the cube as it is."""
    depth = cube.values.dtype
    is_raw = cube.to_reflectance is not None
    if is_raw or depth.kind != "u" or depth.itemsize > 2 or not np.isin(weights, (0, 1)).all():
        return bands
    most = np.iinfo(depth).max
    if cube.full_scale != most:
        return bands
    counts: NDArray[Any] = np.rint(bands * np.float32(most)).astype(depth.newbyteorder("="))
    return counts
