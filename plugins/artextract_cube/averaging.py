"""Averaging the bands of a cube in row chunks, so that it need not fit into memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import (
    Coding,
    UsageError,
    check_claim,
    coded_values,
    linear_values,
    progress,
    rgb_weights,
)
from artextract_cube.checks import (
    check_finite,
    check_measured,
    check_scale,
    check_varied,
    clipped,
    warn_of_dead_bands,
)
from artextract_cube.cube_data import Averaged, Cube
from artextract_cube.wavelengths import band_weights

BLOCK_VALUES = 2**24
"""Largest number of values of a cube in memory at a time: 64 MiB as float32."""

LINEAR = "linear"


def averaged(
    cube: Cube,
    centres: Sequence[float] | None,
    width: float,
    photograph: NDArray[Any] | None = None,
    coding: Coding | None = None,
) -> Averaged:
    """Average ``cube`` to bands at ``centres`` (None: all bands unchanged).

    Without ``photograph`` (H, W, 3), one is rendered from values linearised by ``coding``. Bands
    are means of coded values.

    Raises
    ------
    UsageError
        If ``coding`` gives bands of a cube to be rendered different codings, or a coding to raw
        counts with frames.
    InputError
        If values are not finite, too many are outside 0 to 1, the scale is far above all of them,
        there are too many pixels, or a band or the photograph is constant.
    """
    coding = coding or Coding()
    word = _word_of_cube(cube, coding, is_rendered=photograph is None)
    weights = band_weights(cube.nm, centres, width)
    to_rgb = rgb_weights(cube.path, cube.nm) if photograph is None else None
    rows = _Rows(cube, weights, to_rgb, word, coding.of_photograph)
    height, row_length = cube.values.shape[1:]
    check_claim(cube.path, f"{row_length} × {height} pixels", height * row_length)
    bands, rendered, measured, ends = _all_rows(rows)
    check_measured(cube, measured)
    if cube.to_reflectance is None:
        check_scale(cube, float(ends[:, 1].max()))
    wavelengths = cube.nm if centres is None else tuple(centres)
    average = Averaged(
        bands=_at_depth(clipped(cube, bands, wavelengths), cube, weights),
        rgb=rendered if photograph is None else photograph,
        wavelengths=wavelengths,
        mask=None if measured.all() else measured,
    )
    check_varied(cube, average)
    warn_of_dead_bands(cube, rows.used, ends)
    return average


@dataclass(frozen=True)
class _Part:
    """Some rows of the averaged cube."""

    bands: NDArray[np.float32]  # (h, W, K)
    rgb: NDArray[np.float32] | None  # (h, W, 3)
    measured: NDArray[np.bool_]  # (h, W)
    ends: NDArray[np.float32]  # (2, n) smallest and largest stored value of each band


class _Rows:
    """Averages some rows of a cube by weights (B, K), and renders them by weights (B, 3)."""

    def __init__(
        self,
        cube: Cube,
        weights: NDArray[np.float64],
        to_rgb: NDArray[np.float64] | None,
        word: str,
        word_of_rgb: str,
    ) -> None:
        self.cube, self.n_bands, self.is_rendered = cube, weights.shape[1], to_rgb is not None
        # Bands and colours in one product: every value of the cube is read once.
        every = weights if to_rgb is None else np.concatenate([weights, to_rgb], axis=1)
        # Only bands that are used are read and checked: a bad one elsewhere does no harm.
        self.used = np.flatnonzero(every.any(axis=1))
        self._weights = every[self.used]
        self._word, self._word_of_rgb = word, word_of_rgb

    def __call__(self, rows: slice) -> _Part:
        """Average and render ``rows``."""
        cube = self.cube
        block, measured = _block(cube, self.used, rows)
        # Before reflectance: constant bands are those of the file.
        ends = _ends(block, measured)
        block, measured = _reflectance(cube, cube.stored(self.used), rows, block, measured)
        # (n, h, W) with (n, K + 3): (h, W, K + 3).
        means = np.tensordot(block, self._weights.astype(np.float32), axes=(0, 0))
        means /= np.float32(cube.full_scale)
        bands, colours = means[..., : self.n_bands], means[..., self.n_bands :]
        rgb = self._rendered(block, colours) if self.is_rendered else None
        return _Part(bands, rgb, measured, ends)

    def _rendered(
        self, block: NDArray[np.float32], colours: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Coded colours (h, W, 3) of a block (n, h, W), whose weighted means are ``colours``."""
        # Light adds up, coded values do not.
        if self._word != LINEAR:
            light = linear_values(block / np.float32(self.cube.full_scale), self._word)
            to_rgb = self._weights[:, self.n_bands :].astype(np.float32)
            colours = np.tensordot(light, to_rgb, axes=(0, 0))
        return coded_values(np.asarray(np.clip(colours, 0, 1), np.float32), self._word_of_rgb)


def _all_rows(
    rows: _Rows,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], NDArray[np.float32]]:
    """Bands (H, W, K), colours (H, W, 3) if rendered, where measured, ends (blocks, 2, n)."""
    shape = rows.cube.values.shape[1:]
    bands = np.empty((*shape, rows.n_bands), np.float32)
    rgb = np.empty((*shape, 3) if rows.is_rendered else 0, np.float32)
    measured = np.ones(shape, np.bool_)
    blocks, ends = row_blocks((len(rows.used), *shape)), []
    with progress("averaging", len(blocks)) as advance:
        for place in blocks:
            part = rows(place)
            bands[place], measured[place] = part.bands, part.measured
            if part.rgb is not None:
                rgb[place] = part.rgb
            ends.append(part.ends)
            advance()
    return bands, rgb, measured, np.array(ends)


def _word_of_cube(cube: Cube, coding: Coding, *, is_rendered: bool) -> str:
    """Coding of the values of a cube."""
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
            f"the photograph of {cube.path} is rendered from all its bands, which must have one "
            f"coding: use --coding bands={next(iter(named.values()))}, or give a photograph (of a "
            "cube, -o photograph=FILE)"
        )
        raise UsageError(msg)
    return word


def row_blocks(shape: tuple[int, ...]) -> list[slice]:
    """Row chunks of a cube (B, H, W) of at most `BLOCK_VALUES` values."""
    n_bands, height, width = shape
    step = max(1, BLOCK_VALUES // (n_bands * width))
    return [slice(top, top + step) for top in range(0, height, step)]


def _block(
    cube: Cube, used: NDArray[np.intp], rows: slice
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Some good bands (n, h, W) in some rows, and where (h, W) they were measured."""
    stored = cube.stored(used)
    with np.errstate(over="ignore"):  # overflow becomes infinite, which is refused below
        block = cube.values[:, rows][stored].astype(np.float32)
    measured = np.ones(block.shape[1:], np.bool_)
    if cube.missing is not None:
        is_nan = np.isnan(cube.missing)
        is_missing = np.asarray(np.isnan(block) if is_nan else block == np.float32(cube.missing))
        # A pixel without one of the bands is masked in all: the regressions need every band.
        measured = np.asarray(~is_missing.any(axis=0))
        block[:, ~measured] = 0
    check_finite(cube, used, rows.start, ~np.isfinite(block))
    return block, measured


def _reflectance(
    cube: Cube,
    stored: NDArray[np.intp],
    rows: slice,
    block: NDArray[np.float32],
    measured: NDArray[np.bool_],
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Reflectance of a block, if there are frames, and where it is valid."""
    if cube.to_reflectance is None:
        return block, measured
    block, is_valid = cube.to_reflectance(block, stored, rows)
    measured &= is_valid
    block[:, ~measured] = 0
    return block, measured


def _ends(block: NDArray[np.float32], measured: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Smallest and largest value (2, n) of every band where it was measured."""
    low = block.min(axis=(1, 2), where=measured, initial=np.inf)
    return np.stack([low, block.max(axis=(1, 2), where=measured, initial=-np.inf)])


def _at_depth(bands: NDArray[np.float32], cube: Cube, weights: NDArray[np.float64]) -> NDArray[Any]:
    """Keep counts of 8 or 16 bit as counts if every band is an unchanged band of the cube."""
    depth = cube.values.dtype
    is_raw = cube.to_reflectance is not None
    if is_raw or depth.kind != "u" or depth.itemsize > 2 or not np.isin(weights, (0, 1)).all():
        return bands
    full_count = np.iinfo(depth).max
    # Counts of another scale would have to be stretched, and rounded.
    if cube.full_scale != full_count:
        return bands
    counts: NDArray[Any] = np.rint(bands * np.float32(full_count)).astype(depth.newbyteorder("="))
    return counts
