"""Maps of a results directory, read page by page and reduced: a stack of all may be large."""

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.report.images import MAX_SIDE, reduced
from artextract_cli.results.scene_result import SceneResult


def read_map(result: SceneResult, name: str, page: int = 0, side: int = MAX_SIDE) -> FloatArray:
    """Read one page of a map, reduced to at most ``side``² pixels (h, w).

    NaN marks pixels outside the painting.

    Raises
    ------
    InputError
        If the map is missing or damaged, or its size is not that of the photograph.
    """
    pixels = result.map(name, page)
    if list(pixels.shape) != list(result.description["shape"]):
        msg = (
            f"{result.path / name}.tif does not have the size of the photograph: "
            f"remove {result.path} and run `{result.again}`"
        )
        raise InputError(msg)
    return reduced(pixels, side)
