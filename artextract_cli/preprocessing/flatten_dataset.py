"""Flat-field correction without frames: illumination is estimated from the images themselves."""

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
    write_image,
)
from artextract_cli.scenes.embedded.codings import coding_of_band, coding_of_photograph
from artextract_cli.scenes.reading import read_mask
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.events import warn
from artextract_cli.utils.output_plan import OutputPlan, check_new_folder

FOLDER = "flat_fields"
"""Folder in the written dataset for images of the illumination that was divided out."""

# Broad means a radius of an eighth of the shorter side. Both real paintings and a miniature exceed
# one of these three limits (docs/capture.md).
DARK_SHARE = 0.05
"""Share of an image in broad dark areas above which the estimate is warned of (fraction).

Such areas may be dark paint, which flattening would then brighten."""

# Flattening brightens at most five times; a fall to a third is more likely paint than a lamp.
MIN_LIGHT = 1 / 3
"""Least illumination, as a share of the strongest, below which the estimate is warned of."""

# The error of the estimate is 6 to 11 % in simulated paintings, and 21 % at worst
# (docs/capture.md): a smaller limit would doubt most estimates.
MAX_DISAGREEMENT = 0.1
"""Difference between estimates from parts of an image above which it is warned of (fraction)."""


@dataclass(frozen=True, kw_only=True)
class FlattenedPicture:
    """Illumination that was divided out of one band or of the RGB image.

    Attributes
    ----------
    scene
        Name of the scene.
    band
        Band id; empty for the RGB image.
    weakest
        Weakest illumination as a share of the strongest, 0..1.
    dark
        Share of the image in broad areas that remain dark.
    disagreement
        Difference between the illumination estimated from parts of the image, as a fraction.
    """

    scene: str
    band: str
    weakest: float
    dark: float
    disagreement: float

    @property
    def doubt(self) -> str | None:
        """Why the estimate may be wrong; None if nothing suggests it."""
        if self.dark > DARK_SHARE:
            return f"{self.dark:.0%} of it is broad dark areas, which may be dark paint"
        if self.weakest < MIN_LIGHT:
            return f"the illumination would fall to {self.weakest:.0%} of its maximum"
        if self.disagreement > MAX_DISAGREEMENT:
            return f"estimates from parts of the image differ by {self.disagreement:.0%}"
        return None


@dataclass(frozen=True, kw_only=True)
class _Flat:
    row: FlattenedPicture
    image: FloatArray
    """(H, W, C), linear."""

    tiles: tuple[FloatArray, ...]
    """Three (h, w, C): the captured image, the illumination, and the flattened image."""


def flatten_dataset(
    raw: Path,
    out: Path,
    *,
    coding: Coding | None = None,
    on_scene: Callable[[str], None] = lambda name: None,
) -> list[FlattenedPicture]:
    """Divide out uneven illumination, which is estimated from the images alone.

    All images are written with 16 bits, bands linear and RGB images coded as sRGB, with a sheet
    per scene that shows what was divided out. Uncertain estimates are warned of. ``out`` is
    written in full or not at all.

    Parameters
    ----------
    raw
        Dataset to read; never written to.
    out
        Dataset to write; must not exist, or be empty.
    coding
        How pixel values relate to light; overrides ``dataset.yaml``.
    on_scene
        Called with the name of each scene once it is flattened.

    Returns
    -------
    list of FlattenedPicture
        One entry per image.

    Raises
    ------
    UsageError
        If ``out`` lies in the dataset, or exists and is not empty.
    InputError
        If an image cannot be read, or has too few valid pixels for an estimate.
    """
    OutputPlan(out=out, source_folders={raw: "dataset"}, rules=(check_new_folder,)).check()
    scenes = open_dataset(raw, coding=coding).scenes
    warn_of_coding(scenes)
    all_rows: list[FlattenedPicture] = []
    with copied_dataset(raw, out, scenes) as output:
        for files in scenes:
            rows = _flatten(files, output)
            _warn(files.name, rows, out)
            _record_step(output, files.name, rows)
            all_rows += rows
            on_scene(files.name)
        output.copy_top_level()
        output.state_written_coding(scenes)
    return all_rows


def _flatten(files: SceneFiles, output: DatasetCopy) -> list[FlattenedPicture]:
    photograph = decode_picture(files.rgb).linear(coding_of_photograph(files))
    mask = None if files.mask is None else read_mask(files.mask, photograph.shape)
    flats = [_flat(files.name, files.rgb, "", photograph, mask)]
    output.write_reflectance(files.rgb, coded_rgb(flats[0].image))
    for path, band in zip(files.bands, files.band_ids, strict=True):
        # (H, W, 1), so that bands and photograph go the same way.
        values = decode_picture(path).grey(coding_of_band(files, band))[..., None]
        band_mask = _band_mask(files, band, values, mask)
        flats.append(_flat(files.name, path, band, values, band_mask))
        output.write_reflectance(path, flats[-1].image)
    output.copy_masks(files)
    output.copy_truth_and_layers(files)
    _write_sheet(output.folder / FOLDER / f"{files.name}.png", flats)
    return [flat.row for flat in flats]


def _band_mask(
    files: SceneFiles, band: str, values: FloatArray, mask: NDArray[np.bool_] | None
) -> NDArray[np.bool_] | None:
    """Mask of the valid pixels of a band; the object mask serves a band of its size."""
    if path := files.band_masks.get(band):
        return read_mask(path, values.shape)
    return mask if mask is not None and mask.shape == values.shape[:2] else None


def _flat(
    scene: str, path: Path, band: str, image: FloatArray, mask: NDArray[np.bool_] | None
) -> _Flat:
    valid = np.ones(image.shape[:2], np.bool_) if mask is None else mask
    field = blind_field(image, valid)
    if field is None:
        msg = (
            f"{path} has too few unsaturated, unmasked pixels to estimate its illumination; "
            "calibrate with --white and --dark, or remove it"
        )
        raise InputError(msg)
    flat = flattened(image, field, valid)
    # (H, W, 1): one light for all colours, so that hues stay.
    light = field.light()[..., None]
    return _Flat(
        row=_row(scene, band, field),
        image=flat,
        # Small copies are enough for the sheet.
        tiles=tuple(shrunk(tile, valid)[0] for tile in (image, light, flat)),
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
    """Warn once for a scene, and name the image whose estimate is least certain."""
    uncertain = [row for row in rows if row.doubt]
    if uncertain:
        worst = max(uncertain, key=lambda row: row.dark)
        warn(
            f"scene {scene}: the illumination of {len(uncertain)} of {len(rows)} images is "
            f"uncertain ({worst.band or 'photograph'}: {worst.doubt}); inspect "
            f"{out / FOLDER / scene}.png, and keep the original scene if dark paint was "
            "mistaken for shading"
        )


def _record_step(output: DatasetCopy, scene: str, rows: Sequence[FlattenedPicture]) -> None:
    figures = {
        row.band or "photograph": {
            "weakest_light": round(row.weakest, 3),
            "dark_share": round(row.dark, 4),
            "disagreement": round(row.disagreement, 3),
        }
        for row in rows
    }
    output.record(scene, "calibrate", {"method": "blind"}, {"images": figures})


def _write_sheet(path: Path, flats: Sequence[_Flat]) -> None:
    """Write rows of captured images, illumination and flattened images; a column per image."""
    rows = [[_display(flat.tiles[kind]) for flat in flats] for kind in range(3)]
    height = max(tile.shape[0] for tile in rows[0])
    sheet = [np.concatenate([_framed(tile, height) for tile in row], axis=1) for row in rows]
    write_image(path, np.concatenate(sheet))


def _display(tile: FloatArray) -> NDArray[np.uint8]:
    """A tile (h, w, 3) in sRGB, scaled so that its brightest pixels are white."""
    # Not the maximum, which a highlight would set; the guard is for an image that is black
    # throughout.
    bright = max(float(np.percentile(tile, 99.5)), 1e-6)
    coded = coded_rgb(np.clip(tile / np.float32(bright), 0, 1))
    return np.broadcast_to(np.rint(255 * coded).astype(np.uint8), (*tile.shape[:2], 3))


def _framed(tile: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
    """Pad a tile with white to a common height, with a gap to the next tile."""
    # Image kinds differ in height where bands differ in size.
    return np.pad(tile, ((0, height - tile.shape[0] + 4), (0, 4), (0, 0)), constant_values=255)
