"""Maps of a reduced image at full size, and filling maps block by block."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.blocks import Block, Blocks
from artextract_cli.utils.parallel.shared_arrays import store


def fill_maps(
    blocks: Blocks, maps: Mapping[str, FloatArray], compute: Callable[[Block], Mapping[str, Any]]
) -> None:
    """Fill ``maps`` (H, W, ...) by name, block by block, with the results of ``compute``."""

    def fill(block: Block) -> None:
        for name, values in compute(block).items():
            store(maps[name], block.place, values)

    for _ in blocks.each(fill):
        pass


class Enlarged:
    """A map (h, w, ...) enlarged to ``shape`` (H, W), by nearest neighbours."""

    def __init__(self, image: NDArray[Any], shape: Sequence[int]) -> None:
        self._image = image
        self._rows, self._columns = (
            ((np.arange(size) + 0.5) * available / size).astype(int)
            for size, available in zip(shape, image.shape[:2], strict=True)
        )
        self._is_same_size = tuple(shape) == image.shape[:2]

    def block(self, block: Block) -> NDArray[Any]:
        """The values (h, w, ...) of a block."""
        rows, columns = block.place
        places = (self._rows[rows][:, None], self._columns[columns])
        values: NDArray[Any] = self._image[block.place if self._is_same_size else places]
        return values

    def at(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[Any]:
        """The values (P, ...) of pixels."""
        values: NDArray[Any] = self._image[self._rows[rows], self._columns[columns]]
        return values
