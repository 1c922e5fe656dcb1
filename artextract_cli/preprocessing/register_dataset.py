"""Registering a dataset: every band of a scene is brought onto the grid of its photograph."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli.errors import InputError
from artextract_cli.imaging.alignment import LONGEST_SIDE, align
from artextract_cli.imaging.registration import MIN_SIDE, tile_shifts
from artextract_cli.imaging.transform import (
    Transform,
    TransformModel,
    blurred_to_band_resolution,
    describe,
    shared_area,
    valid_area,
    warp,
    warped_mask,
)
from artextract_cli.io.image import Picture
from artextract_cli.io.images import decode_picture
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.dataset_writer import (
    DatasetCopy,
    copied_dataset,
    counts_of_16_bit,
    truth_files,
)
from artextract_cli.scenes.reading import read_mask
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.events import progress
from artextract_cli.utils.output_plan import OutputPlan, check_new_folder

RECORD = "registration.json"
MAX_RESIDUAL = 1.0
"""In px; of the tiles of a band, nine in ten lie closer."""

RESIDUAL_SHARE = 90
MIN_TILES_SHARE = 0.25
"""Of the tiles of a band that must tell a shift: on less, no residual can be relied on."""


@dataclass(frozen=True, kw_only=True)
class RegisteredBand:
    """How a band was brought onto its RGB image.

    Attributes
    ----------
    band
        Band id.
    size
        Width and height in pixels before registration.
    transform
        (3, 3), from (x, y, 1) in pixels of the RGB image, before it was cropped, to the band.
    scale
        Pixels of the band per pixel of the RGB image.
    rotation
        Degrees, at the centre of the RGB image.
    right, down
        From the centre of the band to that of the RGB image, in px of the band.
    residual
        90th percentile of the shifts left in tiles, each measured by itself, in px.
    median_residual
        Their median in px.
    tiles
        Number of tiles in which a shift could be measured.
    """

    band: str
    size: tuple[int, int]
    transform: tuple[tuple[float, ...], ...]
    scale: float
    rotation: float
    right: float
    down: float
    residual: float
    median_residual: float
    tiles: int


@dataclass(frozen=True, kw_only=True)
class RegisteredScene:
    """How the bands of a scene were brought onto their RGB image.

    Attributes
    ----------
    scene
        Name of the scene.
    split
        ``train`` or ``val``.
    size
        Width and height in pixels of the area that all images share.
    top, left
        Row and column in the RGB image at which that area begins, in pixels.
    bands
        One entry per band.
    """

    scene: str
    split: str
    size: tuple[int, int]
    top: int
    left: int
    bands: tuple[RegisteredBand, ...]


def register_dataset(
    dataset: Path,
    out: Path,
    *,
    model: TransformModel = "affine",
    max_residual: float = MAX_RESIDUAL,
    on_scene: Callable[[str], None] = lambda name: None,
) -> list[RegisteredScene]:
    """Write a dataset anew with its bands registered and all images cropped to the area they share.

    Needs OpenCV. ``out`` is written in full or not at all.

    Parameters
    ----------
    dataset
        Dataset to read; never written to.
    out
        Dataset to write; must not exist, or be empty.
    model
        Transformation between a band and its RGB image: "shift", "affine" or "homography".
    max_residual
        Largest residual in px that is accepted: nine tiles in ten must be closer.
    on_scene
        Called with the name of each scene once it is registered.

    Returns
    -------
    list of RegisteredScene
        How each scene was registered.

    Raises
    ------
    UsageError
        If ``out`` lies in the dataset, or exists and is not empty.
    InputError
        If a picture cannot be read, or a band not registered well enough.
    DependencyError
        If OpenCV is not installed.
    """
    OutputPlan(out=out, source_folders={dataset: "dataset"}, rules=(check_new_folder,)).check()
    scenes = open_dataset(dataset).scenes
    with copied_dataset(dataset, out) as output:
        made = []
        for files in scenes:
            made.append(_register(files, output, model, max_residual))
            on_scene(files.name)
        output.copy_top_level(without=[RECORD])
        record = _record(made, dataset, model, max_residual)
        (output.folder / RECORD).write_text(record, encoding="utf-8")
    return made


def _register(
    files: SceneFiles, output: DatasetCopy, model: TransformModel, max_residual: float
) -> RegisteredScene:
    photograph = _checked(files.rgb, decode_picture(files.rgb))
    grey = photograph.scaled().mean(axis=2)
    size = (grey.shape[0], grey.shape[1])
    transforms: list[Transform] = []
    bands: list[RegisteredBand] = []
    seen = np.ones(size, np.bool_)
    with progress("aligning", len(files.bands)) as advance:
        for path, band in zip(files.bands, files.band_ids, strict=True):
            picture = _checked(path, decode_picture(path)).grey()
            alike = [
                t
                for t, made in zip(transforms, bands, strict=True)
                if made.size == picture.shape[::-1]
            ]
            transform = _aligned(path, grey, picture, model, alike)
            reached = valid_area((picture.shape[0], picture.shape[1]), transform, size)
            bands.append(
                measured_residual(path, band, grey, picture, transform, reached, max_residual)
            )
            transforms.append(transform)
            seen &= reached
            advance(band)
    area = shared_area(seen)
    _check_area(files, seen[area].shape)
    for path, transform in zip(files.bands, transforms, strict=True):
        registered = warp(_stored(decode_picture(path)), transform, size)
        output.write(path, registered[area])
    for path in (files.rgb, *truth_files(files)):
        output.write(path, _stored(decode_picture(path))[area])
    mask = _measuring(files, transforms, size)[area]
    _check_mask(files, mask)
    if files.mask is not None or not mask.all():
        output.write_mask(files, mask)
    return RegisteredScene(
        scene=files.name,
        split=files.split,
        size=(seen[area].shape[1], seen[area].shape[0]),
        top=area[0].start,
        left=area[1].start,
        bands=tuple(bands),
    )


def _checked(path: Path, picture: Picture) -> Picture:
    shortest, longest = min(picture.values.shape[:2]), max(picture.values.shape[:2])
    if shortest < MIN_SIDE or longest > LONGEST_SIDE:
        msg = (
            f"{path} is {picture.values.shape[1]} × {picture.values.shape[0]} pixels; what can be "
            f"registered has sides of {MIN_SIDE} to {LONGEST_SIDE} pixels"
        )
        raise InputError(msg)
    return picture


def _aligned(
    path: Path,
    photograph: NDArray[np.float32],
    picture: NDArray[np.float32],
    model: TransformModel,
    starts: Sequence[Transform] = (),
) -> Transform:
    try:
        return align(photograph, picture, model, starts=starts)
    except InputError as error:
        msg = f"{path} cannot be registered to its photograph: {error}; take it away or replace it"
        raise InputError(msg) from error


def measured_residual(
    path: Path,
    band: str,
    photograph: NDArray[np.float32],
    picture: NDArray[np.float32],
    transform: Transform,
    reached: NDArray[np.bool_],
    max_residual: float,
) -> RegisteredBand:
    """Measure what is left between photograph and registered band, tile by tile."""
    size = (photograph.shape[0], photograph.shape[1])
    area = shared_area(reached)
    if min(reached[area].shape) < MIN_SIDE:
        msg = f"{path} and its photograph share too little to be registered; see that they belong"
        raise InputError(msg)
    as_sharp = blurred_to_band_resolution(photograph, transform)
    tiles, n_tiles = tile_shifts(as_sharp[area], warp(picture, transform, size)[area])
    distances = np.hypot(tiles[:, 2], tiles[:, 3])
    if len(distances) < MIN_TILES_SHARE * n_tiles:
        msg = (
            f"{path} cannot be checked once registered: {len(distances)} of {n_tiles} tiles have "
            "outlines in common with its photograph; take it away or replace it"
        )
        raise InputError(msg)
    residual = float(np.percentile(distances, RESIDUAL_SHARE))
    if residual > max_residual:
        msg = (
            f"{path} does not lie on its photograph once registered: the residual is "
            f"{residual:.2f} px, and {max_residual:g} px are allowed; try --model homography, or "
            "raise --max-residual"
        )
        raise InputError(msg)
    return RegisteredBand(
        band=band,
        size=(picture.shape[1], picture.shape[0]),
        transform=tuple(tuple(float(value) for value in row) for row in transform),
        **describe(transform, size, (picture.shape[0], picture.shape[1])),
        residual=residual,
        median_residual=float(np.median(distances)),
        tiles=len(distances),
    )


def _check_area(files: SceneFiles, shape: tuple[int, ...]) -> None:
    if min(shape) < MIN_SIDE:
        msg = (
            f"the bands of scene {files.name} share only {shape[1]} × {shape[0]} pixels with "
            f"{files.rgb}; take away what shows another part"
        )
        raise InputError(msg)


def _measuring(
    files: SceneFiles, transforms: list[Transform], size: tuple[int, int]
) -> NDArray[np.bool_]:
    """Where (H, W) there is painting, and every band measures once it is registered."""
    measuring = np.ones(size, np.bool_) if files.mask is None else read_mask(files.mask, size)
    for band, transform in zip(files.band_ids, transforms, strict=True):
        if path := files.band_masks.get(band):
            measuring = measuring & warped_mask(read_mask(path, None), transform, size)
    return measuring


def _check_mask(files: SceneFiles, mask: NDArray[np.bool_]) -> None:
    if not mask.any():
        msg = (
            f"nothing is left of scene {files.name} that is painting and measures in every band; "
            f"look at its masks in {files.rgb.parent.with_name('object')}"
        )
        raise InputError(msg)


def _stored(picture: Picture) -> NDArray[Any]:
    """(H, W) or (H, W, 3) as stored; integers of other depths than 8 and 16 bit become 16 bit."""
    counts = picture.counts()
    if picture.values.dtype.kind == "u" and counts.dtype.kind == "f":
        counts = counts_of_16_bit(counts)
    return counts[..., 0] if counts.shape[2] == 1 else counts


def _record(
    made: list[RegisteredScene], dataset: Path, model: TransformModel, max_residual: float
) -> str:
    data = {
        "format": 1,
        "dataset": str(dataset.resolve()),
        "model": model,
        "max_residual": max_residual,
        "scenes": [asdict(scene) for scene in made],
    }
    return json.dumps(data, indent=2, allow_nan=False) + "\n"
