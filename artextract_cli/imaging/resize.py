"""Maps of a reduced image at full size."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.blocks import Block, Blocks, release_pages


def fill_maps(
    blocks: Blocks, maps: Mapping[str, FloatArray], find: Callable[[Block], Mapping[str, Any]]
) -> None:
    """Fill ``maps`` (H, W, ...) block by block with what ``find`` says of each, by name."""

    def fill(block: Block) -> None:
        for name, values in find(block).items():
            maps[name][block.place] = values
            release_pages(maps[name])

    for _ in blocks.each(fill):
        pass


class Enlarged:
    """A map (h, w, ...) as one of ``shape`` (H, W), by nearest neighbours."""

    def __init__(self, picture: NDArray[Any], shape: Sequence[int]) -> None:
        self._picture = picture
        self._rows, self._columns = (
            ((np.arange(size) + 0.5) * available / size).astype(int)
            for size, available in zip(shape, picture.shape[:2], strict=True)
        )
        self._is_as_large = tuple(shape) == picture.shape[:2]

    def block(self, block: Block) -> NDArray[Any]:
        """What a block (h, w, ...) shows."""
        rows, columns = block.place
        places = (self._rows[rows][:, None], self._columns[columns])
        made: NDArray[Any] = self._picture[block.place if self._is_as_large else places]
        return made

    def at(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[Any]:
        """The values (P, ...) of pixels."""
        made: NDArray[Any] = self._picture[self._rows[rows], self._columns[columns]]
        return made
