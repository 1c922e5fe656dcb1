"""A cube as read from a file, and the bands averaged from it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Calibration = Callable[
    [NDArray[np.float32], NDArray[np.intp], slice], tuple[NDArray[np.float32], NDArray[np.bool_]]
]


@dataclass(frozen=True, kw_only=True)
class Cube:
    """A cube of many bands, as read from a file."""

    path: Path
    values: NDArray[Any]
    """(all bands, H, W), possibly a memory-mapped file."""

    nm: tuple[float, ...]
    """(B,) wavelengths of the good bands."""

    file_nm: tuple[float, ...] | None = None
    """(all bands,) wavelengths in the file, regardless of options."""

    full_scale: float
    """The value that counts as 1."""

    scale_is_given: bool = True
    """Whether the file or an option gives it; else it is the largest of the type or the values."""

    missing: float | None = None
    """The value of pixels that were not measured."""

    photograph: NDArray[Any] | None = None
    """(H, W, 3) the photograph in the same file."""

    pixels_per_mm: float | None = None

    good: NDArray[np.intp] | None = None
    """(B,) indices of the good bands; None for all."""

    to_reflectance: Calibration | None = None
    """Converts counts (n, h, W) of n of all bands, in some rows, to reflectance, and returns where
    (h, W) they are valid."""

    def stored(self, used: NDArray[np.intp]) -> NDArray[np.intp]:
        """Indices among all bands of some of the good bands."""
        return used if self.good is None else self.good[used]


@dataclass(frozen=True, kw_only=True)
class Averaged:
    """The bands averaged from a cube."""

    bands: NDArray[Any]
    """(H, W, K) in the form of a capture."""

    rgb: NDArray[Any]
    """(H, W, 3) the photograph, given or rendered."""

    wavelengths: tuple[float, ...]
    mask: NDArray[np.bool_] | None
    """(H, W), False where nothing was measured; None if all was."""
