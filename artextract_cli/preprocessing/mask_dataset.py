"""Masking a dataset: it is written anew, with masks of what is painting and what is backdrop."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.painting_mask import find_painting
from artextract_cli.io.images import decode_picture
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.dataset_writer import DatasetCopy, copied_dataset
from artextract_cli.scenes.reading import check_same_size, read_mask
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.events import warn
from artextract_cli.utils.output_plan import OutputPlan, check_new_folder


@dataclass(frozen=True, kw_only=True)
class MaskedScene:
    """Where the mask of a scene comes from.

    Attributes
    ----------
    scene
        Name of the scene.
    split
        ``train`` or ``val``.
    mask
        ``given`` with the dataset, ``found``, or ``none``: no backdrop was found, and all of the
        image counts as painting.
    painting
        Share of the image that is painting.
    """

    scene: str
    split: str
    mask: Literal["given", "found", "none"]
    painting: float


def mask_dataset(
    dataset: Path, out: Path, *, on_scene: Callable[[str], None] = lambda name: None
) -> list[MaskedScene]:
    """Write a dataset anew with an object mask for each scene that has none.

    Existing masks are kept. A scene in which no painting on a uniform backdrop is found is warned
    of. ``out`` is written in full or not at all.

    Parameters
    ----------
    dataset
        Registered dataset to read; never written to.
    out
        Dataset to write; must not exist, or be empty.
    on_scene
        Called with the name of each scene once it is masked.

    Returns
    -------
    list of MaskedScene
        Where the mask of each scene comes from.

    Raises
    ------
    UsageError
        If ``out`` lies in the dataset, or exists and is not empty.
    InputError
        If a picture cannot be read, or is not of the size of its photograph.
    """
    OutputPlan(out=out, source_folders={dataset: "dataset"}, rules=(check_new_folder,)).check()
    scenes = open_dataset(dataset).scenes
    with copied_dataset(dataset, out) as output:
        output.copy_all()
        made = []
        for files in scenes:
            made.append(_mask(files, output))
            on_scene(files.name)
    return made


def find_mask(scene: str, pictures: Iterable[FloatArray]) -> NDArray[np.bool_] | None:
    """`find_painting`, and a warning where there is none to be found."""
    found = find_painting(pictures)
    if found is None:
        warn(
            f"scene {scene}: no backdrop is found, neither a light one without texture nor one of "
            "any colour around four straight sides, and all of the picture counts as painting; if "
            "it is not, draw the mask"
        )
    return found


def _mask(files: SceneFiles, output: DatasetCopy) -> MaskedScene:
    if files.mask is not None:
        painting = float(read_mask(files.mask, None).mean())
        return MaskedScene(scene=files.name, split=files.split, mask="given", painting=painting)
    found = find_mask(files.name, _pictures(files))
    if found is None:
        return MaskedScene(scene=files.name, split=files.split, mask="none", painting=1.0)
    output.write_mask(files, found)
    return MaskedScene(
        scene=files.name, split=files.split, mask="found", painting=float(found.mean())
    )


def _pictures(files: SceneFiles) -> Iterator[FloatArray]:
    """Photograph (H, W, 3), sRGB 0..1, and bands (H, W), linear 0..1, one after the other."""
    photograph = decode_picture(files.rgb).srgb(files.coding.of_photograph)
    shape = photograph.shape
    yield photograph
    del photograph
    for name, path in zip(files.band_ids, files.bands, strict=True):
        band = decode_picture(path).grey(files.coding.of_band(name))
        check_same_size(path, band.shape, files.rgb, shape)
        yield band
