"""What the support of a painting adds to a radiograph or to raking light: weave, wood, stretcher.

A canvas weave has the same few spatial frequencies all over the painting. Their share is removed in
overlapping tiles, like a notch filter whose gains are derived from the painting: the median power
of all tiles, relative to the median at frequencies of the same magnitude. Repeated content in one
place, such as hatching, is not in the median, and is kept.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.blocks import Block

TILE = 64
"""Side of a tile in pixels; half of it is the distance between tiles."""

_STEP = TILE // 2
_MOST_TILES = 256  # that the gains are derived from
# Cycles per tile: broader variation, with periods of more than 16 pixels, is kept.
_LOWEST = 4
# Medians of 256 tiles scatter by a tenth; twice the usual power is a peak.
_USUAL = 2.0
_PROFILE_PIXELS = 1024  # of each row and column; their median needs no more


class PeriodicFilter:
    """Removes the periodic texture of a map (H, W), block by block."""

    def __init__(self, image: FloatArray) -> None:
        self._image = image
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(TILE) / TILE)
        # Shifted by half a tile, the windows add up to one.
        self._window = (window[:, None] * window).astype(np.float32)
        self._gains = self._fitted()

    def __call__(self, block: Block) -> FloatArray:
        """The filtered values (h, w) of a block."""
        if self._gains is None:
            return np.asarray(self._image[block.place])
        rows, columns = (
            range(part.start // _STEP, (part.stop - 1) // _STEP + 2) for part in block.place
        )
        spectra = np.fft.rfft2(self._tiles(rows, columns) * self._window) * self._gains
        parts = np.fft.irfft2(spectra, s=(TILE, TILE))
        total = np.zeros(((len(rows) + 1) * _STEP, (len(columns) + 1) * _STEP), np.float32)
        for i, j in np.ndindex(parts.shape[:2]):
            total[i * _STEP : i * _STEP + TILE, j * _STEP : j * _STEP + TILE] += parts[i, j]
        top, left = (_STEP * (places.start - 1) for places in (rows, columns))
        rows_of, columns_of = block.place
        return total[
            rows_of.start - top : rows_of.stop - top,
            columns_of.start - left : columns_of.stop - left,
        ]

    def _tiles(self, rows: Sequence[int], columns: Sequence[int]) -> FloatArray:
        """Tiles (n, m, 64, 64) that end half a tile after ``rows`` and ``columns`` times 32."""
        from_image = np.ix_(
            _mirrored(_STEP * (rows[0] - 1), (len(rows) + 1) * _STEP, self._image.shape[0]),
            _mirrored(_STEP * (columns[0] - 1), (len(columns) + 1) * _STEP, self._image.shape[1]),
        )
        values = np.nan_to_num(self._image[from_image])
        windows = np.lib.stride_tricks.sliding_window_view(values, (TILE, TILE))
        return np.asarray(windows[::_STEP, ::_STEP])

    def _fitted(self) -> FloatArray | None:
        """The gain (64, 33) of each frequency; None if the map is smaller than a tile."""
        height, width = self._image.shape
        if min(height, width) < TILE:
            return None
        step = int(np.ceil(np.sqrt(height * width / _STEP**2 / _MOST_TILES)))
        places = [range(1, size // _STEP, max(step, 1)) for size in (height, width)]
        tiles = np.stack([self._tiles([i], [j])[0, 0] for i in places[0] for j in places[1]])
        tiles = tiles - tiles.mean((1, 2), keepdims=True)
        power = np.abs(np.fft.rfft2(tiles * self._window)) ** 2
        down = np.minimum(np.arange(TILE), TILE - np.arange(TILE))[:, None]
        ring = np.rint(np.hypot(down, np.arange(TILE // 2 + 1))).astype(int)
        total = power[:, ring >= _LOWEST].mean(axis=1)
        # Busy tiles count like plain ones; a plain area without any texture does not count.
        usable = total > 0
        if not usable.any():
            return None
        median = np.median(power[usable] / total[usable, None, None], axis=0)
        usual = np.array([np.median(median[ring == r]) for r in range(ring.max() + 1)])[ring]
        gains = np.sqrt(np.minimum(1, _USUAL * usual / np.maximum(median, 1e-12)))
        gains[ring < _LOWEST] = 1
        return np.asarray(gains, np.float32)


def _mirrored(start: int, length: int, size: int) -> NDArray[np.intp]:
    """Indices 0..size−1 of ``length`` places from ``start``, mirrored at both ends."""
    inside = np.arange(start, start + length) % (2 * size)
    return np.minimum(inside, 2 * size - 1 - inside)


class Bars:
    """Bars behind a painting, as of a stretcher, that run along its rows or columns.

    The median of a row is that of the bar behind it, as paint, visible or hidden, seldom fills half
    of a row in the same way.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self._rows, self._columns = (np.zeros(size, np.float32) for size in shape)

    def add(self, residual: FloatArray) -> None:
        """Add the bars of a map (H, W), which is NaN where nothing is known."""
        steps = [max(1, size // _PROFILE_PIXELS) for size in residual.shape]
        rows = np.array([_median(row[:: steps[1]]) for row in residual], np.float32)
        some = np.ascontiguousarray(residual[:: steps[0]].T)
        columns = np.array([_median(column) for column in some], np.float32)
        # Most rows have no bar of their own: the usual one has none.
        self._rows += rows - np.median(rows)
        self._columns += columns - np.median(columns)

    def at(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> FloatArray:
        """The bars at rows and columns that broadcast against each other."""
        first, second = self._rows[rows], self._columns[columns]
        stronger = np.where(np.abs(first) > np.abs(second), first, second)
        # In the corners of a stretcher, the two bars do not lie upon each other.
        return np.asarray(np.where(first * second > 0, stronger, first + second), np.float32)


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else 0.0
