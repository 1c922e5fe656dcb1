"""Accuracy of registration: real images under known warps.

    python benchmarks/registration.py DATASET [--bands 560,620,700] [--scenes N] [--out FILE.json]

DATASET holds scenes whose photograph and bands are aligned to within a pixel. Every band is warped
by a known transform and registered again,

- to the original band: the reference is the known warp;
- to the photograph: the reference is the known warp combined with the transform between photograph
  and original band, which is estimated first, without the warp.

The error is the distance between the estimated transform and the reference: its mean and its
maximum over the image, which for these models is at a corner. Results that registration would
refuse because of their residual are counted, and included.
"""

import argparse
import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.alignment.bands import align
from artextract_cli.imaging.registration import tile_shifts
from artextract_cli.imaging.transform import (
    Transform,
    shared_area,
    transform_points,
    valid_area,
    warp,
)
from artextract_cli.io.images import decode_picture
from artextract_cli.preprocessing.registration.bands import MAX_RESIDUAL, RESIDUAL_PERCENTILE
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.scene import SceneFiles

WARPS = {
    "12 px down and right": (1.0, 0.0, 12.0, 12.0),
    "2°": (1.0, 2.0, 0.0, 0.0),
    "3 %": (1.03, 0.0, 0.0, 0.0),
    "3 %, 2°, 12 px": (1.03, 2.0, 12.0, -12.0),
    "-3 %, -2°, 12 px": (0.97, -2.0, -12.0, 12.0),
}
"""Scale, rotation in degrees, shift right and down in px."""

ALLOWED = 0.3
"""Largest error in px that counts as accurate."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One band under one warp."""

    scene: str
    band: str
    warp: str
    against: str
    """The reference: ``itself`` or ``photograph``."""

    mean_error: float
    largest_error: float
    """Errors in px over the image; not finite if registration failed."""

    residual: float | None
    """90th percentile of the tile shifts in px; None if no tile can be compared."""


def similarity(shape: tuple[int, ...], warped: tuple[float, float, float, float]) -> Transform:
    """A similarity about the centre of an image (H, W), and a shift."""
    scale, degrees, right, down = warped
    cosine, sine = (scale * f(math.radians(degrees)) for f in (math.cos, math.sin))
    rotation = np.array([[cosine, -sine], [sine, cosine]])
    centre = np.array([(shape[1] - 1) / 2, (shape[0] - 1) / 2])
    transform = np.eye(3)
    transform[:2, :2] = rotation
    transform[:2, 2] = centre - rotation @ centre + [right, down]
    return transform


def resampled(image: FloatArray, transform: Transform) -> FloatArray:
    """The image on the grid of a band, by a spline of order 5, unlike the cubic one of `warp`."""
    rows, columns = np.indices(image.shape)
    points = np.c_[columns.ravel(), rows.ravel()].astype(float)
    back = transform_points(np.linalg.inv(transform), points)[:, ::-1].T.reshape(2, *image.shape)
    band = ndimage.map_coordinates(image.astype(float), back, order=5, mode="constant")
    return np.asarray(np.clip(band, 0, 1), np.float32)


def errors(
    estimate: Transform, reference: Transform, shape: tuple[int, ...]
) -> tuple[float, float]:
    """Mean and largest distance between two transforms over the image."""
    rows, columns = (np.linspace(0, side - 1, 33) for side in shape)
    points = np.stack(np.meshgrid(columns, rows), -1).reshape(-1, 2)
    distances = np.hypot(
        *(transform_points(estimate, points) - transform_points(reference, points)).T
    )
    return float(distances.mean()), float(distances.max())


def residual(reference: FloatArray, band: FloatArray, estimate: Transform) -> float | None:
    """The residual that the program itself would report."""
    size = (reference.shape[0], reference.shape[1])
    area = shared_area(valid_area(size, estimate, size))
    tiles, _ = tile_shifts(reference[area], warp(band, estimate, size)[area])
    return (
        float(np.percentile(np.hypot(*tiles[:, 2:].T), RESIDUAL_PERCENTILE)) if len(tiles) else None
    )


def measure(files: SceneFiles, band_ids: set[str]) -> Iterator[Row]:
    """Register the selected bands of a scene under every warp."""
    photograph = decode_picture(files.rgb).scaled().mean(axis=2)
    for path, band in zip(files.bands, files.band_ids, strict=True):
        if band not in band_ids:
            continue
        image = decode_picture(path).grey()
        own = align(photograph, image)
        for name, parameters in WARPS.items():
            known = similarity(image.shape, parameters)
            warped = resampled(image, known)
            for against, reference, expected in (
                ("itself", image, known),
                ("photograph", photograph, known @ own),
            ):
                try:
                    estimate = align(reference, warped)
                except InputError:
                    mean, largest, left = math.inf, math.inf, None
                else:
                    mean, largest = errors(estimate, expected, image.shape)
                    left = residual(reference, warped, estimate)
                yield Row(
                    scene=files.name,
                    band=band,
                    warp=name,
                    against=against,
                    mean_error=mean,
                    largest_error=largest,
                    residual=left,
                )


def summary(rows: list[Row]) -> list[dict[str, object]]:
    """Errors by reference and warp; the largest is that over all images."""
    table: list[dict[str, object]] = []
    for against in ("itself", "photograph"):
        for name in WARPS:
            chosen = [row for row in rows if (row.against, row.warp) == (against, name)]
            worst = np.array([row.largest_error for row in chosen])
            accepted = [
                row for row in chosen if row.residual is not None and row.residual <= MAX_RESIDUAL
            ]
            table.append(
                {
                    "against": against,
                    "warp": name,
                    "pictures": len(chosen),
                    "mean_error_median": float(np.median([row.mean_error for row in chosen])),
                    "largest_error_median": float(np.median(worst)),
                    "largest_error_of_95_in_100": float(np.percentile(worst, 95)),
                    "largest_error": float(worst.max()),
                    "above_0.3_px": int((worst > ALLOWED).sum()),
                    "refused": len(chosen) - len(accepted),
                    "largest_error_of_accepted": max(row.largest_error for row in accepted),
                }
            )
    return table


def main() -> None:
    """Register, print a table, and write all results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--bands", default="560,620,700", help="wavelengths in nm")
    parser.add_argument("--scenes", type=int, help="number of scenes; default: all")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    nm = {float(band) for band in given.bands.split(",")}
    rows: list[Row] = []
    for files in open_dataset(given.dataset).scenes[: given.scenes]:
        known = zip(files.band_ids, files.wavelengths or (), strict=True)
        rows += measure(files, {band for band, wavelength in known if wavelength in nm})
        print(f"{files.name}: {len(rows)}", flush=True)
    table = summary(rows)
    print(" | ".join(table[0]))
    for row in table:
        print(" | ".join(f"{v:.3f}" if isinstance(v, float) else str(v) for v in row.values()))
    if given.out:
        text = json.dumps({"summary": table, "rows": [asdict(row) for row in rows]}, indent=1)
        given.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
