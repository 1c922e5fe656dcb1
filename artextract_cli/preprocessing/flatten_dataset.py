"""Flattening a dataset without frames: light is estimated from the pictures, and divided out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.blind_field import BlindField, blind_field, flattened, shrunk
from artextract_cli.imaging.coding import Coding, coded_rgb
from artextract_cli.io.images import decode_picture
from artextract_cli.scenes.checks.values import warn_of_coding
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.dataset_writer import (
    DatasetCopy,
    copied_dataset,
    truth_files,
    write_image,
)
from artextract_cli.scenes.reading import read_mask
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.events import warn
from artextract_cli.utils.output_plan import OutputPlan, check_new_folder

FOLDER = "flat_fields"
"""Of the dataset that is written, for pictures of what was divided out."""

DARK_SHARE = 0.05
"""Of a picture in broad dark areas, from which it is warned of."""

WEAKEST = 1 / 3
"""Of the most light, below which the least is warned of."""

DISAGREEMENT = 0.1
"""Of light that parts of a picture tell, from which it is warned of."""


@dataclass(frozen=True, kw_only=True)
class FlattenedPicture:
    """One band, or the RGB image, and the light that was divided out of it.

    Attributes
    ----------
    scene
        Name of the scene.
    band
        Band id; empty for the RGB image.
    weakest
        Least light as a share of the most, 0..1.
    dark
        Share of the image in broad areas that stay dark.
    disagreement
        Difference between the light estimated from parts of the image, as a share.
    """

    scene: str
    band: str
    weakest: float
    dark: float
    disagreement: float

    @property
    def doubt(self) -> str | None:
        """Why the light may be wrong."""
        if self.dark > DARK_SHARE:
            return f"{self.dark:.0%} are broad dark areas, which may be paint"
        if self.weakest < WEAKEST:
            return f"it would fall to {self.weakest:.0%}"
        if self.disagreement > DISAGREEMENT:
            return f"parts of the picture tell lights that differ by {self.disagreement:.0%}"
        return None


@dataclass(frozen=True, kw_only=True)
class _Flat:
    row: FlattenedPicture
    picture: FloatArray
    """(H, W, C), linear."""

    tiles: tuple[FloatArray, ...]
    """Three (h, w, C): as captured, the light, and as flattened."""


def flatten_dataset(
    raw: Path,
    out: Path,
    *,
    coding: Coding | None = None,
    on_scene: Callable[[str], None] = lambda name: None,
) -> list[FlattenedPicture]:
    """Write a dataset anew with uneven light divided out, which is estimated from the images alone.

    Everything is written with 16 bit, bands linear and RGB images coded as sRGB, with a sheet per
    scene that shows what was divided out. Doubtful estimates are warned of. ``out`` is written in
    full or not at all.

    Parameters
    ----------
    raw
        Dataset to read; never written to.
    out
        Dataset to write; must not exist, or be empty.
    coding
        How counts stand for light; overrides ``dataset.yaml``.
    on_scene
        Called with the name of each scene once it is flattened.

    Returns
    -------
    list of FlattenedPicture
        One entry per image.

    Raises
    ------
    UsageError
        If ``out`` lies in what is read, or exists and is not empty.
    InputError
        If a picture cannot be read, or shows too little that its light could be told from.
    """
    OutputPlan(out=out, source_folders={raw: "dataset"}, rules=(check_new_folder,)).check()
    scenes = open_dataset(raw, coding=coding).scenes
    warn_of_coding(scenes)
    made: list[FlattenedPicture] = []
    with copied_dataset(raw, out) as output:
        for files in scenes:
            rows = _flatten(files, output)
            _warn(files.name, rows, out)
            made += rows
            on_scene(files.name)
        output.copy_top_level()
        output.state_written_coding(scenes)
    return made


def _flatten(files: SceneFiles, output: DatasetCopy) -> list[FlattenedPicture]:
    photograph = decode_picture(files.rgb).linear(files.coding.of_photograph)
    mask = None if files.mask is None else read_mask(files.mask, photograph.shape)
    made = [_flat(files.name, files.rgb, "", photograph, mask)]
    output.write_reflectance(files.rgb, coded_rgb(made[0].picture))
    for path, band in zip(files.bands, files.band_ids, strict=True):
        values = decode_picture(path).grey(files.coding.of_band(band))[..., None]
        its_mask = _band_mask(files, band, values, mask)
        made.append(_flat(files.name, path, band, values, its_mask))
        output.write_reflectance(path, made[-1].picture)
    output.copy_masks(files)
    output.copy_files(truth_files(files))
    _write_sheet(output.folder / FOLDER / f"{files.name}.png", made)
    return [flat.row for flat in made]


def _band_mask(
    files: SceneFiles, band: str, values: FloatArray, mask: NDArray[np.bool_] | None
) -> NDArray[np.bool_] | None:
    """Where a band measures; the mask of the scene serves a band of its size."""
    if path := files.band_masks.get(band):
        return read_mask(path, values.shape)
    return mask if mask is not None and mask.shape == values.shape[:2] else None


def _flat(
    scene: str, path: Path, band: str, picture: FloatArray, mask: NDArray[np.bool_] | None
) -> _Flat:
    measures = np.ones(picture.shape[:2], np.bool_) if mask is None else mask
    field = blind_field(picture, measures)
    if field is None:
        msg = (
            f"{path} shows too little that is neither saturated nor masked for its light to be "
            "told; calibrate with --white and --dark, or take it away"
        )
        raise InputError(msg)
    flat = flattened(picture, field, measures)
    light = field.light()[..., None]
    return _Flat(
        row=_row(scene, band, field),
        picture=flat,
        tiles=tuple(shrunk(tile, measures)[0] for tile in (picture, light, flat)),
    )


def _row(scene: str, band: str, field: BlindField) -> FlattenedPicture:
    return FlattenedPicture(
        scene=scene,
        band=band,
        weakest=field.weakest,
        dark=field.dark,
        disagreement=field.disagreement,
    )


def _warn(scene: str, rows: Sequence[FlattenedPicture], out: Path) -> None:
    """Warn once of a scene, and tell of the picture that is doubted most plainly."""
    doubted = [row for row in rows if row.doubt]
    if doubted:
        worst = max(doubted, key=lambda row: row.dark)
        warn(
            f"scene {scene}: the light of {len(doubted)} of {len(rows)} pictures is doubtful "
            f"({worst.band or 'photograph'}: {worst.doubt}); look at "
            f"{out / FOLDER / scene}.png, and keep the scene as it was if paint was taken for shade"
        )


def _write_sheet(path: Path, made: Sequence[_Flat]) -> None:
    """As captured, the light, and as flattened, one below the other: photograph, and every band."""
    rows = [[_shown(flat.tiles[kind]) for flat in made] for kind in range(3)]
    height = max(tile.shape[0] for tile in rows[0])
    sheet = [np.concatenate([_framed(tile, height) for tile in row], axis=1) for row in rows]
    write_image(path, np.concatenate(sheet))


def _shown(tile: FloatArray) -> NDArray[np.uint8]:
    """A small picture (h, w, 3) in sRGB, its brightest white."""
    bright = max(float(np.percentile(tile, 99.5)), 1e-6)
    coded = coded_rgb(np.clip(tile / np.float32(bright), 0, 1))
    return np.broadcast_to(np.rint(255 * coded).astype(np.uint8), (*tile.shape[:2], 3))


def _framed(tile: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
    """On white, with a gap to the next tile."""
    return np.pad(tile, ((0, height - tile.shape[0] + 4), (0, 4), (0, 0)), constant_values=255)
