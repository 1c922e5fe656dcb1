"""What a cube file holds, and the bands made of it."""

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
    """What a file of many bands holds."""

    path: Path
    values: NDArray[Any]
    """(all bands, H, W), perhaps a view of a file."""

    nm: tuple[float, ...]
    """(B,), of the good bands."""

    file_nm: tuple[float, ...] | None = None
    """(all bands,) by the file itself, whatever an option says."""

    full_scale: float
    """The value that counts as 1."""

    scale_is_given: bool = True
    """Whether the file or an option says so; else it is the greatest of its type or values."""

    missing: float | None = None
    """The value of pixels that were not measured."""

    good: NDArray[np.intp] | None = None
    """(B,) which bands these are; None is all."""

    to_reflectance: Calibration | None = None
    """Turns counts (n, h, W) of n of all bands, in some rows, into reflectance; tells where (h, W)
    they measure."""

    def stored(self, used: NDArray[np.intp]) -> NDArray[np.intp]:
        """Which of all bands some of the good ones are."""
        return used if self.good is None else self.good[used]


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
