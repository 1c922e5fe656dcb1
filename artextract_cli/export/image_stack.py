"""What is exported as images: the photograph and bands of a scene, or the maps of its result.

Channels are read one at a time, so that only one is in memory.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli.imaging.coding import LINEAR, SRGB
from artextract_cli.io.image import as_band, as_photograph
from artextract_cli.io.images import decode_picture, n_bits, picture_parts, read_counts
from artextract_cli.results.reader import find_scene, result_folders
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.dataset_writer import counts_of_16_bit
from artextract_cli.scenes.embedded.codings import coding_of_band, coding_of_photograph
from artextract_cli.scenes.reading import check_same_size
from artextract_cli.scenes.scene import SceneFiles, chosen_scene

SCALE_KEY = "reflectance scale factor"
"""Name of `ImageStack.reflectance_scale` in a file: the term of ENVI headers."""
# Single maps in the order in which a person looks at them; the bands follow.
MAPS = ("heatmap", "dark", "light", "probability", "hidden", "residual", "envelope", "network")


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One band or map."""

    name: str
    read: Callable[[], NDArray[Any]]
    """Returns (H, W) of the type of its stack."""

    nm: float | None = None
    """Its wavelength."""


@dataclass(frozen=True, kw_only=True)
class ImageStack:
    """Channels of one size and type, and perhaps the photograph of the same size."""

    scene: str
    description: str
    shape: tuple[int, int]
    depth: np.dtype[Any]
    channels: tuple[Channel, ...]
    photograph: Path | None = None
    photograph_coding: str = SRGB
    pixels_per_mm: float | None = None
    is_reflectance: bool = False
    """Whether full scale stands for a reflectance of 1."""

    source_files: tuple[Path, ...]

    @property
    def reflectance_scale(self) -> int | None:
        """The count that stands for a reflectance of 1; None if none does."""
        if self.is_reflectance and self.depth.kind == "u":
            return int(np.iinfo(self.depth).max)
        return None


def open_stack(source: Path, scene: str | None) -> ImageStack:
    """The images of a scene of a dataset, or of a results directory; the first one if None.

    Raises
    ------
    InputError
        If ``source`` is neither, has no such scene, or its bands differ in size.
    """
    if result_folders(source):
        return _of_result(find_scene(source, scene))
    return _of_scene(chosen_scene(source, open_dataset(source).scenes, scene))


def _of_scene(files: SceneFiles) -> ImageStack:
    # Of a TIFF, only the first strip or tile is decoded for this.
    shape, _, _ = next(picture_parts(files.rgb))
    depth = _common_depth(files.bands)
    nm = files.wavelengths or (None,) * len(files.bands)
    codings = [coding_of_band(files, band) for band in files.band_ids]
    return ImageStack(
        scene=files.name,
        description=f"Bands of {files.name}, coded: {', '.join(dict.fromkeys(codings))}",
        shape=shape,
        depth=depth,
        channels=tuple(
            Channel(name=band, nm=each, read=partial(_read_band, path, files.rgb, shape, depth))
            for band, path, each in zip(files.band_ids, files.bands, nm, strict=True)
        ),
        photograph=files.rgb,
        # What is stated goes along with the dataset, and its values are exported as stored.
        photograph_coding=SRGB if files.coding.photograph else coding_of_photograph(files),
        pixels_per_mm=files.pixels_per_mm,
        is_reflectance=set(codings) == {LINEAR},
        source_files=(files.rgb, *files.bands),
    )


def _common_depth(paths: tuple[Path, ...]) -> np.dtype[Any]:
    """The type that holds the values of all images: that of the deepest."""
    bits = {n_bits(path) for path in paths}
    return np.dtype(np.uint8 if bits == {8} else np.uint16 if bits <= {8, 16} else np.float32)


def _read_band(path: Path, rgb: Path, shape: tuple[int, ...], depth: np.dtype[Any]) -> NDArray[Any]:
    values = as_band(read_counts(path))
    check_same_size(path, values.shape, rgb, shape)
    return _converted(values, depth)


def _converted(values: NDArray[Any], depth: np.dtype[Any]) -> NDArray[Any]:
    """Values at another depth, the same share of full scale."""
    if values.dtype == depth:
        return values
    if values.dtype == np.uint8 and depth == np.uint16:
        return values.astype(np.uint16) * np.uint16(257)  # 255 · 257 is 65535
    full_scale = np.iinfo(values.dtype).max if values.dtype.kind == "u" else 1
    share = values.astype(np.float32) / np.float32(full_scale)
    return share if depth.kind == "f" else np.rint(share * np.iinfo(depth).max).astype(depth)


def read_photograph(stack: ImageStack) -> NDArray[Any] | None:
    """The photograph (H, W, 3) of a stack at its full depth, if there is one.

    Raw files and colours of a profile become sRGB of 16 bit, as the formats carry no profile.
    """
    path = stack.photograph
    if path is None:
        return None
    if stack.photograph_coding == SRGB:
        return as_photograph(read_counts(path))
    return as_photograph(counts_of_16_bit(decode_picture(path).srgb(stack.photograph_coding)))


def _of_result(result: SceneResult) -> ImageStack:
    height, width = result.description["shape"]
    channels = (*_maps(result), *_evidence(result))
    return ImageStack(
        scene=result.name,
        description=f"Maps of {result.name}; NaN where there is no painting",
        shape=(height, width),
        depth=np.dtype(np.float32),
        channels=channels,
        pixels_per_mm=result.description["pixels_per_mm"],
        source_files=tuple(result.path / name for name in result.description["files"]),
    )


def _maps(result: SceneResult) -> Iterator[Channel]:
    for name in filter(result.has_map, MAPS):
        yield Channel(name=name, read=partial(result.map, name))


def _evidence(result: SceneResult) -> Iterator[Channel]:
    """The evidence of every band; not that of results that have none."""
    if result.has_map("bands"):
        bands = result.description["bands"]
        nm = result.description["wavelengths_nm"] or (None,) * len(bands)
        for page, (band, each) in enumerate(zip(bands, nm, strict=True)):
            yield Channel(
                name=f"evidence_{band['id']}", nm=each, read=partial(result.map, "bands", page)
            )
