"""Images of a scene, or maps of its result, in one file of a format that other programs read.

OME-TIFF (docs.openmicroscopy.org/ome-model) is chosen by ``.ome.tif``, and ENVI by ``.hdr``.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from artextract_cli.errors import UsageError
from artextract_cli.export.envi import check_free, envi_files, write_envi
from artextract_cli.export.image_stack import ImageStack, open_stack
from artextract_cli.export.ome_tiff import write_ome_tiff
from artextract_cli.scenes.layout import check_outside_datasets
from artextract_cli.utils.output_plan import OutputPlan, Rule


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExportedImages:
    """Images that were exported.

    Attributes
    ----------
    scene
        Name of the scene.
    files
        The files that were written, the given one first.
    channels
        Names of bands or maps, in their order.
    wavelengths
        Their wavelengths in nm; None for those that have none.
    shape
        Height and width in pixels.
    depth
        Type of the values: "uint8", "uint16" or "float32".
    """

    scene: str
    files: tuple[Path, ...]
    channels: tuple[str, ...]
    wavelengths: tuple[float | None, ...]
    shape: tuple[int, int]
    depth: str


class _Writer(Protocol):
    def __call__(self, stack: ImageStack, out: Path, /) -> None: ...


_WRITERS: Mapping[str, _Writer] = {
    ".ome.tif": write_ome_tiff,
    ".ome.tiff": write_ome_tiff,
    ".hdr": write_envi,
}


def export_images(source: Path, out: Path, *, scene: str | None = None) -> ExportedImages:
    """Write photograph and bands of a scene, or the maps of its result, as OME-TIFF or ENVI.

    Counts are written as they are stored: `import_dataset` with the importer ``cube`` and
    ``centres="all"`` returns the same. Object masks are not exported. One channel at a time is in
    memory.

    Parameters
    ----------
    source
        A dataset, or a results directory.
    out
        A file ``.ome.tif``, which has the photograph too, or an ENVI header ``.hdr``; the raw file
        ``.img`` and the photograph ``_RGB`` are written beside it.
    scene
        Name of the scene; the first one if None.

    Returns
    -------
    ExportedImages
        What was written.

    Raises
    ------
    UsageError
        If ``out`` has another suffix, is an input or inside a dataset or a scene of the results, or
        a file beside it is in the way.
    InputError
        If there is no such scene, or an image is missing, damaged, or of another size.
    """
    write = next((w for suffix, w in _WRITERS.items() if out.name.lower().endswith(suffix)), None)
    if write is None:
        msg = f"{out}: images are exported as OME-TIFF (.ome.tif) or ENVI (.hdr); use such a name"
        raise UsageError(msg)
    stack = open_stack(source, scene)
    is_envi = write is write_envi
    files = envi_files(stack, out) if is_envi else (out,)
    rules: tuple[Rule, ...] = (check_outside_datasets, *([check_free(stack)] if is_envi else []))
    for file in files:
        OutputPlan(out=file, source_files=stack.source_files).check()
    OutputPlan(out=out, rules=rules).check()
    write(stack, out)
    return ExportedImages(
        scene=stack.scene,
        files=files,
        channels=tuple(channel.name for channel in stack.channels),
        wavelengths=tuple(channel.nm for channel in stack.channels),
        shape=stack.shape,
        depth=stack.depth.name,
    )
