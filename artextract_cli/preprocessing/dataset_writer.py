"""Writing a dataset anew as reflectance of 16 bit: bands linear, photographs coded as sRGB."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.coding import LINEAR, SRGB, Coding
from artextract_cli.io.image_writer import write_picture
from artextract_cli.io.images import decode_picture
from artextract_cli.scenes.description import DESCRIPTION
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.yaml import read_yaml, write_yaml


def write_reflectance(work: Path, root: Path, path: Path, values: FloatArray) -> None:
    """Write a picture, 0..1, in place of ``path``, which lies below ``root``."""
    suffix = ".tif" if path.suffix.lower() in (".tif", ".tiff") else ".png"
    target = _place(work, root, path).with_suffix(suffix)
    counts = np.rint(values * np.float64(65535)).astype(np.uint16)
    write_picture(target, counts[..., 0] if counts.shape[2:] == (1,) else counts)


def write_mask(work: Path, files: SceneFiles, name: str, measures: NDArray[np.bool_]) -> None:
    """Write where a picture, or scene, of that name measures, unless it does everywhere."""
    if measures.all():
        return
    target = work / files.split / "object" / f"{name}_mask.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    write_picture(target, np.uint8(255) * measures)


def carry_truth(work: Path, root: Path, files: SceneFiles) -> None:
    """Copy the truth of a scene, with what else describes it pixel by pixel."""
    if files.truth is not None:
        layer = files.truth.with_name(f"{files.name}_layer.tif")
        for path in (files.truth, layer):
            if path.exists():
                shutil.copyfile(path, _place(work, root, path))


def carry_masks(work: Path, root: Path, files: SceneFiles) -> None:
    """Copy the masks of a scene and of its bands."""
    for path in (files.mask, *files.band_masks.values()):
        if path is not None:
            shutil.copyfile(path, _place(work, root, path))


def carry_photograph(work: Path, root: Path, files: SceneFiles) -> None:
    """Copy the photograph, or write it as sRGB if it is coded otherwise."""
    word = files.coding.of_photograph
    if word == SRGB:
        shutil.copyfile(files.rgb, _place(work, root, files.rgb))
    else:
        write_reflectance(work, root, files.rgb, decode_picture(files.rgb).srgb(word).clip(0, 1))


def carry_statement(work: Path, root: Path, scenes: Iterable[SceneFiles]) -> None:
    """Copy ``dataset.yaml`` and what lies beside it; a coding becomes that of what is written."""
    for path in root.iterdir():
        if path.is_file():
            shutil.copyfile(path, work / path.name)
    if any(files.coding != Coding() for files in scenes):
        path = root / DESCRIPTION
        said: dict[str, Any] = read_yaml(path) if path.exists() else {}
        said["coding"] = Coding(photograph=SRGB, bands=LINEAR).described(())
        write_yaml(work / DESCRIPTION, said)


def _place(work: Path, root: Path, path: Path) -> Path:
    target = work / path.relative_to(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    return target
