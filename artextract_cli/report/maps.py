"""Maps of a results directory, page by page and reduced: a stack of all pages may be large."""

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.report.images import reduced
from artextract_cli.results.scene_result import SceneResult


def read_map(result: SceneResult, name: str, page: int = 0) -> FloatArray:
    """Read one page of a map as (h, w), at most as large as a page shows; NaN is no painting.

    Raises
    ------
    InputError
        If it is missing, damaged, or not of the photograph's size.
    """
    pixels = result.map(name, page)
    if list(pixels.shape) != list(result.description["shape"]):
        msg = (
            f"{result.path / name}.tif is not of the size of its photograph: "
            "run 'artextract infer' again"
        )
        raise InputError(msg)
    return reduced(pixels)
