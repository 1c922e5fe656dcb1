"""Registering a dataset: every band of a scene is resampled onto the grid of its photograph."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, get_args

import numpy as np

from artextract_cli._typing import BoolArray
from artextract_cli.errors import InputError, UsageError
from artextract_cli.imaging.registration import MIN_SIDE
from artextract_cli.imaging.transform import (
    Transform,
    TransformModel,
    shared_area,
    valid_area,
    warp,
    warped_mask,
)
from artextract_cli.io.images import decode_picture
from artextract_cli.preprocessing.registration.bands import (
    MAX_RESIDUAL,
    RegisteredBand,
    align_band,
    check_sides,
    counts_of_picture,
    measure_residual,
)
from artextract_cli.preprocessing.registration.layers import RegisteredLayer, register_layers
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.dataset_writer import (
    DatasetCopy,
    copied_dataset,
    truth_files,
)
from artextract_cli.scenes.embedded.codings import profile_to_keep
from artextract_cli.scenes.reading import read_mask
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.events import progress
from artextract_cli.utils.output_plan import OutputPlan, check_new_folder
from artextract_cli.utils.parallel.work import results_of

RECORD = "registration.json"


@dataclass(frozen=True, kw_only=True)
class RegisteredScene:
    """How the bands of a scene were aligned with their RGB image.

    Attributes
    ----------
    scene
        Name of the scene.
    split
        ``train`` or ``val``.
    size
        Width and height in pixels of the area covered by all images.
    top, left
        First row and column of that area in the RGB image, in pixels.
    bands
        One entry per band.
    layers
        One entry per further layer.
    """

    scene: str
    split: str
    size: tuple[int, int]
    top: int
    left: int
    bands: tuple[RegisteredBand, ...]
    layers: tuple[RegisteredLayer, ...] = ()


def register_dataset(
    dataset: Path,
    out: Path,
    *,
    model: TransformModel = "affine",
    max_residual: float = MAX_RESIDUAL,
    jobs: int = 1,
    on_scene: Callable[[str], None] = lambda name: None,
) -> list[RegisteredScene]:
    """Align the bands of a dataset with its photographs, and crop all images to their shared area.

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
        Largest residual in px that is accepted: nine tiles in ten must have a smaller shift.
    jobs
        Number of scenes registered at a time, in processes of their own; see `build_dataset`.
    on_scene
        Called with the name of each scene once it is registered.

    Returns
    -------
    list of RegisteredScene
        How each scene was registered.

    Raises
    ------
    UsageError
        For an unknown ``model``, or if ``out`` lies in the dataset, or exists and is not empty.
    InputError
        If an image cannot be read, or a band cannot be registered well enough.
    DependencyError
        If OpenCV is not installed.
    """
    if model not in get_args(TransformModel):
        msg = f"unknown model {model!r}; choose from: {', '.join(get_args(TransformModel))}"
        raise UsageError(msg)
    OutputPlan(out=out, source_folders={dataset: "dataset"}, rules=(check_new_folder,)).check()
    scenes = open_dataset(dataset).scenes
    with copied_dataset(dataset, out, scenes) as output:
        register = partial(_register, output=output, model=model, max_residual=max_residual)
        rows = results_of(register, scenes, jobs, on_scene)
        for row in rows:
            _record_step(output, row, model, max_residual)
        output.copy_top_level(without=[RECORD])
        record = _record(rows, dataset, model, max_residual)
        (output.folder / RECORD).write_text(record, encoding="utf-8", newline="\n")
    return rows


def _register(
    files: SceneFiles, output: DatasetCopy, model: TransformModel, max_residual: float
) -> RegisteredScene:
    # Edges are compared, which the coding hardly moves: values are not decoded here.
    photograph = check_sides(files.rgb, decode_picture(files.rgb)).scaled().mean(axis=2)
    size = (photograph.shape[0], photograph.shape[1])
    transforms: list[Transform] = []
    bands: list[RegisteredBand] = []
    valid = np.ones(size, np.bool_)
    with progress("aligning", len(files.bands)) as advance:
        for path, band_id in zip(files.bands, files.band_ids, strict=True):
            band = check_sides(path, decode_picture(path)).grey()
            shape = (band.shape[0], band.shape[1])
            starts = _of_size(transforms, bands, shape)
            transform = align_band(path, photograph, band, model, starts)
            band_valid = valid_area(shape, transform, size)
            row = measure_residual(
                path, band_id, photograph, band, transform, band_valid, max_residual
            )
            transforms.append(transform)
            bands.append(row)
            valid &= band_valid
            advance(band_id)
    # The largest area is known only after the last band, so that images are written in a second
    # pass.
    area = shared_area(valid)
    _check_area(files, valid[area].shape)
    _write(files, output, transforms, size, area)
    layers = tuple(register_layers(files, output, photograph, area))
    return RegisteredScene(
        scene=files.name,
        split=files.split,
        size=(valid[area].shape[1], valid[area].shape[0]),
        top=area[0].start,
        left=area[1].start,
        bands=tuple(bands),
        layers=layers,
    )


def _of_size(
    transforms: Sequence[Transform], bands: Sequence[RegisteredBand], shape: tuple[int, int]
) -> list[Transform]:
    """Transforms of the bands of one size (H, W): bands of one camera lie alike."""
    return [t for t, row in zip(transforms, bands, strict=True) if row.size == shape[::-1]]


def _write(
    files: SceneFiles,
    output: DatasetCopy,
    transforms: Sequence[Transform],
    size: tuple[int, int],
    area: tuple[slice, slice],
) -> None:
    """Write the images of a scene, registered and cropped to ``area``, and its object mask."""
    for band, path, transform in zip(files.band_ids, files.bands, transforms, strict=True):
        # Decoded again: keeping all bands of a scene from the first pass could exceed the memory.
        # Warped once, from original pixels, because every interpolation blurs.
        registered = warp(counts_of_picture(decode_picture(path)), transform, size)
        output.write(path, registered[area], profile_to_keep(files, band))
    photograph = counts_of_picture(decode_picture(files.rgb))[area]
    output.write(files.rgb, photograph, profile_to_keep(files, None))
    for path in truth_files(files):
        output.write(path, counts_of_picture(decode_picture(path))[area])
    mask = _valid_painting(files, transforms, size)[area]
    _check_mask(files, mask)
    # A mask that excludes nothing is left out, unless the scene had one.
    if files.mask is not None or not mask.all():
        output.write_mask(files, mask)


def _check_area(files: SceneFiles, shape: tuple[int, ...]) -> None:
    if min(shape) < MIN_SIDE:
        msg = (
            f"the bands of scene {files.name} share only {shape[1]} × {shape[0]} pixels with "
            f"{files.rgb}; remove bands that show another part"
        )
        raise InputError(msg)


def _valid_painting(
    files: SceneFiles, transforms: Sequence[Transform], size: tuple[int, int]
) -> BoolArray:
    """Where (H, W) there is painting, and every registered band has valid pixels."""
    valid = np.ones(size, np.bool_) if files.mask is None else read_mask(files.mask, size)
    for band, transform in zip(files.band_ids, transforms, strict=True):
        if path := files.band_masks.get(band):
            valid = valid & warped_mask(read_mask(path, None), transform, size)
    return valid


def _check_mask(files: SceneFiles, mask: BoolArray) -> None:
    if not mask.any():
        msg = (
            f"scene {files.name} has no pixel that is painting and valid in every band; check its "
            f"masks in {files.rgb.parent.with_name('object')}"
        )
        raise InputError(msg)


def _record_step(
    output: DatasetCopy, scene: RegisteredScene, model: TransformModel, max_residual: float
) -> None:
    parameters = {"model": model, "max_residual_px": max_residual}
    residuals = {band.band: round(band.residual, 3) for band in scene.bands}
    area = {"width_px": scene.size[0], "height_px": scene.size[1]}
    place = {"top_px": scene.top, "left_px": scene.left}
    figures: dict[str, Any] = {"residual_px": residuals, **area, **place}
    if scene.layers:
        certainties = {layer.layer: round(layer.certainty, 1) for layer in scene.layers}
        figures["layer_certainty"] = certainties
    output.record(scene.scene, "register", parameters, figures)


def _record(
    scenes: Sequence[RegisteredScene], dataset: Path, model: TransformModel, max_residual: float
) -> str:
    data = {
        "format": 1,
        "dataset": str(dataset.resolve()),
        "model": model,
        "max_residual": max_residual,
        "scenes": [asdict(scene) for scene in scenes],
    }
    # JSON has no NaN; other programs could not read it.
    return json.dumps(data, indent=2, allow_nan=False) + "\n"
