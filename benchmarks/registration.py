"""How exactly bands are registered: real pictures under known warps.

    python benchmarks/registration.py DATASET [--bands 560,620,700] [--scenes N] [--out FILE.json]

DATASET holds scenes whose photograph and bands lie on each other to within a pixel. Every band is
warped by a known transform and registered again,

- to itself, as it came: the known warp is the whole answer;
- to its photograph: the answer is the known warp after what lies between photograph and band as
  they came, which is measured first, without the warp.

The error is the distance between the transform found and the answer: over the whole picture its
mean, and its largest, which for these models lies in a corner. What registration would refuse, by
its own residual, is counted and not left out.
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
from artextract_cli.imaging.alignment import align
from artextract_cli.imaging.registration import tile_shifts
from artextract_cli.imaging.transform import (
    Transform,
    shared_area,
    transform_points,
    valid_area,
    warp,
)
from artextract_cli.io.images import decode_picture
from artextract_cli.preprocessing.band_registration import MAX_RESIDUAL, RESIDUAL_PERCENTILE
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
"""In px."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One band under one warp."""

    scene: str
    band: str
    warp: str
    against: str
    """``itself`` or ``photograph``."""

    mean_error: float
    largest_error: float
    """In px, over the picture; not finite where nothing was found."""

    residual: float | None
    """In px, of nine tiles in ten; None where no tile tells one."""


def similarity(shape: tuple[int, ...], warped: tuple[float, float, float, float]) -> Transform:
    """A similarity about the middle of a picture (H, W), and a shift."""
    scale, degrees, right, down = warped
    cosine, sine = (scale * f(math.radians(degrees)) for f in (math.cos, math.sin))
    turn = np.array([[cosine, -sine], [sine, cosine]])
    middle = np.array([(shape[1] - 1) / 2, (shape[0] - 1) / 2])
    made = np.eye(3)
    made[:2, :2], made[:2, 2] = turn, middle - turn @ middle + [right, down]
    return made


def seen_by(picture: FloatArray, transform: Transform) -> FloatArray:
    """The picture on the grid of a band, by a spline of order 5: not the cubic of `warp`."""
    rows, columns = np.indices(picture.shape)
    points = np.c_[columns.ravel(), rows.ravel()].astype(float)
    back = transform_points(np.linalg.inv(transform), points)[:, ::-1].T.reshape(2, *picture.shape)
    seen = ndimage.map_coordinates(picture.astype(float), back, order=5, mode="constant")
    return np.asarray(np.clip(seen, 0, 1), np.float32)


def errors(found: Transform, answer: Transform, shape: tuple[int, ...]) -> tuple[float, float]:
    """Mean and largest distance over the picture."""
    rows, columns = (np.linspace(0, side - 1, 33) for side in shape)
    points = np.stack(np.meshgrid(columns, rows), -1).reshape(-1, 2)
    apart = np.hypot(*(transform_points(found, points) - transform_points(answer, points)).T)
    return float(apart.mean()), float(apart.max())


def residual(reference: FloatArray, band: FloatArray, found: Transform) -> float | None:
    """What the program itself would say of the fit."""
    size = (reference.shape[0], reference.shape[1])
    area = shared_area(valid_area(size, found, size))
    tiles, _ = tile_shifts(reference[area], warp(band, found, size)[area])
    distances = np.hypot(*tiles[:, 2:].T)
    return float(np.percentile(distances, RESIDUAL_PERCENTILE)) if len(tiles) else None


def measure(files: SceneFiles, band_ids: set[str]) -> Iterator[Row]:
    """Register the chosen bands of a scene under every warp."""
    photograph = decode_picture(files.rgb).scaled().mean(axis=2)
    for path, band in zip(files.bands, files.band_ids, strict=True):
        if band not in band_ids:
            continue
        picture = decode_picture(path).grey()
        own = align(photograph, picture)
        for name, parameters in WARPS.items():
            known = similarity(picture.shape, parameters)
            warped = seen_by(picture, known)
            for against, reference, answer in (
                ("itself", picture, known),
                ("photograph", photograph, known @ own),
            ):
                try:
                    found = align(reference, warped)
                except InputError:
                    mean, largest, left = math.inf, math.inf, None
                else:
                    mean, largest = errors(found, answer, picture.shape)
                    left = residual(reference, warped, found)
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
    """Errors by what was registered to and by warp; the largest is that over every picture."""
    made: list[dict[str, object]] = []
    for against in ("itself", "photograph"):
        for name in WARPS:
            chosen = [row for row in rows if (row.against, row.warp) == (against, name)]
            worst = np.array([row.largest_error for row in chosen])
            accepted = [
                row for row in chosen if row.residual is not None and row.residual <= MAX_RESIDUAL
            ]
            made.append(
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
    return made


def main() -> None:
    """Register, print a table, and write every number."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--bands", default="560,620,700", help="wavelengths in nm")
    parser.add_argument("--scenes", type=int, help="only so many")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    nm = {float(band) for band in given.bands.split(",")}
    rows: list[Row] = []
    for files in open_dataset(given.dataset).scenes[: given.scenes]:
        known = zip(files.band_ids, files.wavelengths or (), strict=True)
        rows += measure(files, {band for band, wavelength in known if wavelength in nm})
        print(f"{files.name}: {len(rows)}", flush=True)
    made = summary(rows)
    print(" | ".join(made[0]))
    for row in made:
        print(" | ".join(f"{v:.3f}" if isinstance(v, float) else str(v) for v in row.values()))
    if given.out:
        text = json.dumps({"summary": made, "rows": [asdict(row) for row in rows]}, indent=1)
        given.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
