"""Compiled standardisation of many maps of one image: from planes to pixels."""

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.kernels.jit import compiled
from artextract_cli.kernels.logarithm import compress

# 70 maps of 128 pixels take 36 kB: they stay in the nearest cache until they are written by pixel.
_BLOCK = 128  # pixels of which all maps are computed at a time


def standardised_maps(
    planes: FloatArray, centre: FloatArray, spread: FloatArray, largest: float, *, logarithmic: bool
) -> FloatArray:
    """Standardise maps (M, H, W), clipped to ±``largest``: (H, W, M).

    ``centre`` and ``spread`` are (M,). If ``logarithmic``, values are then compressed by
    `signed_log1p`.
    """
    n, height, width = planes.shape
    result = np.empty((height, width, n), np.float32)
    mantissas, exponents = np.zeros((2, _BLOCK), np.float32)
    _standardised_maps(
        np.ascontiguousarray(planes, np.float32).reshape(n, height * width),
        centre,
        spread,
        np.float32(largest),
        logarithmic,
        np.empty((n, _BLOCK), np.float32),
        mantissas,
        mantissas.view(np.int32),
        exponents,
        result.reshape(height * width, n),
    )
    return result


@compiled
def _standardised_maps(
    planes: FloatArray,
    centre: FloatArray,
    spread: FloatArray,
    largest: np.float32,
    logarithmic: bool,
    values: FloatArray,
    mantissas: FloatArray,
    bits: NDArray[np.int32],
    exponents: FloatArray,
    result: FloatArray,
) -> None:
    """`standardised_maps` of planes (M, P), to pixels (P, M); ``values`` is a buffer."""
    n_maps, n_pixels = planes.shape
    for start in range(0, n_pixels, _BLOCK):
        n = n_pixels - start if n_pixels - start < _BLOCK else _BLOCK
        for m in range(n_maps):
            plane, row = planes[m, start : start + n], values[m, :n]
            shift, scale = centre[m], spread[m]
            for i in range(n):
                value = (plane[i] - shift) / scale
                above = -largest if value < -largest else value
                row[i] = largest if above > largest else above
            if logarithmic:
                compress(row, mantissas, bits, exponents, row)
        # Read by map and written by pixel.
        for i in range(n):
            pixel = result[start + i]
            for m in range(n_maps):
                pixel[m] = values[m, i]
