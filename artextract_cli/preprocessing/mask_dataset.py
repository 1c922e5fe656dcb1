"""Masking a dataset: object masks that separate the painting from the backdrop."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.painting_mask import find_painting
from artextract_cli.io.images import decode_picture
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.dataset_writer import DatasetCopy, ScenePaths, copied_dataset
from artextract_cli.scenes.embedded.codings import coding_of_band, coding_of_photograph
from artextract_cli.scenes.reading import check_same_size, read_mask
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.events import warn
from artextract_cli.utils.output_plan import OutputPlan, check_new_folder
from artextract_cli.utils.parallel.work import results_of


@dataclass(frozen=True, kw_only=True)
class MaskedScene:
    """The origin of the mask of a scene.

    Attributes
    ----------
    scene
        Name of the scene.
    split
        ``train`` or ``val``.
    mask
        ``given`` with the dataset, ``found``, or ``none``: no backdrop was found, and the whole
        image counts as painting.
    painting
        Share of the image that is painting.
    """

    scene: str
    split: str
    mask: Literal["given", "found", "none"]
    painting: float


def mask_dataset(
    dataset: Path,
    out: Path,
    *,
    jobs: int = 1,
    on_scene: Callable[[str], None] = lambda name: None,
) -> list[MaskedScene]:
    """Copy a dataset, adding an object mask to each scene that has none.

    Existing masks are kept. A warning names each scene in which no painting on a uniform backdrop
    is found. ``out`` is written in full or not at all.

    Parameters
    ----------
    dataset
        Registered dataset to read; never written to.
    out
        Dataset to write; must not exist, or be empty.
    jobs
        Number of scenes masked at a time, in processes of their own; see `build_dataset`.
    on_scene
        Called with the name of each scene once it is masked.

    Returns
    -------
    list of MaskedScene
        The origin of the mask of each scene.

    Raises
    ------
    UsageError
        If ``out`` lies in the dataset, or exists and is not empty.
    InputError
        If an image cannot be read, or differs in size from its photograph.
    """
    OutputPlan(out=out, source_folders={dataset: "dataset"}, rules=(check_new_folder,)).check()
    scenes = open_dataset(dataset).scenes
    with copied_dataset(dataset, out) as output:
        # Pixels do not change, so that files are copied as they are, whatever their format.
        output.copy_all()
        rows = results_of(partial(_mask, output=output, out=out), scenes, jobs, on_scene)
        for row in rows:
            figures = {"mask": row.mask, "painting_share": round(row.painting, 4)}
            output.record(row.scene, "mask", {}, figures)
    return rows


def find_mask(scene: ScenePaths, images: Iterable[FloatArray]) -> NDArray[np.bool_] | None:
    """Find the painting as `find_painting` does; if none is found, warn and name the mask to draw.

    ``scene`` is where the scene will be once it is written.
    """
    mask = find_painting(images)
    if mask is None:
        warn(
            f"scene {scene.name}: no backdrop was found, neither a light one without texture nor "
            "one of any colour around a painting with four straight sides, so the whole image "
            f"counts as painting; if it is not, draw {scene.mask()} in the size of the photograph, "
            "black where it is left out"
        )
    return mask


def _mask(files: SceneFiles, output: DatasetCopy, out: Path) -> MaskedScene:
    if files.mask is not None:
        painting = float(read_mask(files.mask, None).mean())
        return MaskedScene(scene=files.name, split=files.split, mask="given", painting=painting)
    # Where the copy will be in the end, as it is written to a temporary folder.
    scene = ScenePaths(folder=out / files.split, name=files.name)
    mask = find_mask(scene, _images(files))
    if mask is None:
        return MaskedScene(scene=files.name, split=files.split, mask="none", painting=1.0)
    output.write_mask(files, mask)
    return MaskedScene(
        scene=files.name, split=files.split, mask="found", painting=float(mask.mean())
    )


def _images(files: SceneFiles) -> Iterator[FloatArray]:
    """Yield the photograph (H, W, 3), sRGB 0..1, then each band (H, W), linear 0..1."""
    photograph = decode_picture(files.rgb).srgb(coding_of_photograph(files))
    shape = photograph.shape
    yield photograph
    # Bands follow one at a time; the caller has taken what it needs of the photograph.
    del photograph
    for name, path in zip(files.band_ids, files.bands, strict=True):
        band = decode_picture(path).grey(coding_of_band(files, name))
        check_same_size(path, band.shape, files.rgb, shape)
        yield band
