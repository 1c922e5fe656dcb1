"""How often bands are registered that lie nowhere near their photograph.

    python benchmarks/rough_registration.py DATASET [DATASET ...] [--cases 5] [--scenes N]
        [--model affine] [--kind sizes|extreme|views] [--out FILE.json]

DATASETS hold scenes whose photograph and bands lie on each other to within a pixel or so. The last
band of each is resampled under ``--cases`` transforms drawn by chance, cut to what it shows, so
that nothing but picture is left, and registered. ``views`` cuts the photograph too, of which the
band may show half or twice as much, turns the tones of the band over, adds noise, and blurs a third
of it until nothing is seen there. The right answer is the transform drawn, after
what lies between photograph and band as they came. The error is the distance, in px of the
photograph, between where both put a grid over what the band shows. A band is accepted if
`data register` would write it.
"""

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.alignment import align
from artextract_cli.imaging.transform import (
    Transform,
    TransformModel,
    shared_area,
    transform_points,
    valid_area,
)
from artextract_cli.io.images import decode_picture
from artextract_cli.preprocessing.band_registration import MAX_RESIDUAL, measure_residual
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.scene import SceneFiles

FACTORS = {
    "sizes": (0.5, 0.65, 0.8, 1.0, 1.25, 1.6),
    "extreme": (0.25, 0.35, 0.5, 2.5, 4.0),
    "views": (0.5, 0.8, 1.25, 2.0),
}
"""By which sizes of a band and its photograph differ where both show the same."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """How a band differs from its photograph."""

    factor: float
    zoom: float
    """What of the scale its size does not tell."""

    degrees: float
    right: float
    down: float
    """In px of the photograph."""

    tilt: tuple[float, float] = (0.0, 0.0)
    """By which share the far sides are smaller."""

    def transform(self, shape: tuple[int, ...]) -> Transform:
        """From the photograph (H, W) to the band, about the middles of both."""
        scale = self.factor * self.zoom
        cosine, sine = (scale * f(math.radians(self.degrees)) for f in (math.cos, math.sin))
        middle = np.array([(shape[1] - 1) / 2, (shape[0] - 1) / 2])
        to_middle, turned, away = np.eye(3), np.eye(3), np.eye(3)
        to_middle[:2, 2] = -middle + [self.right, self.down]
        turned[:2, :2] = [[cosine, -sine], [sine, cosine]]
        turned[2, :2] = np.array(self.tilt) / (2 * middle)
        away[:2, 2] = (np.array([shape[1], shape[0]]) * self.factor - 1) / 2
        return np.asarray(away @ turned @ to_middle)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One band from one start."""

    scene: str
    start: Start
    sizes: tuple[int, ...]
    shown: float
    """Share of the photograph that the band shows."""

    median_error: float | None
    largest_error: float | None
    """In px of the photograph; None where nothing was found."""

    refused: str
    """Why; empty where the band is accepted."""

    seconds: float
    """Of the processor."""


def drawn(
    rng: np.random.Generator, kind: str, shape: tuple[int, ...], model: TransformModel
) -> Start:
    """Draw a start by chance."""
    zoom = 1 + rng.choice([-1, 1]) * rng.uniform(0.05, 0.15)
    sign = rng.choice([-1, 1], 2)
    far = np.minimum(120, np.array(shape[1::-1]) / 4)
    right, down = sign * rng.uniform(20, far)
    degrees = rng.uniform(-5, 5)
    if kind == "views":
        zoom = rng.uniform(1, 1.6)
    if kind != "sizes":
        right, down = sign * rng.uniform(0, 0.33, 2) * shape[1::-1]
        degrees = rng.uniform(-10, 10)
    tilt = rng.uniform(-0.06, 0.06, 2) if model == "homography" else (0.0, 0.0)
    return Start(
        factor=float(rng.choice(FACTORS[kind])),
        zoom=float(zoom),
        degrees=float(degrees),
        right=float(right),
        down=float(down),
        tilt=(float(tilt[0]), float(tilt[1])),
    )


def resampled(picture: FloatArray, transform: Transform, size: tuple[int, int]) -> FloatArray:
    """The picture on the grid of a band, by a spline of order 3."""
    scale = math.sqrt(abs(np.linalg.det(transform[:2, :2])))
    if scale < 1:
        picture = ndimage.gaussian_filter(picture, 0.5 * math.sqrt(1 / scale**2 - 1))
    rows, columns = np.indices(size)
    points = np.c_[columns.ravel(), rows.ravel()].astype(np.float64)
    back = transform_points(np.asarray(np.linalg.inv(transform), np.float64), points)[
        :, ::-1
    ].T.reshape(2, *size)
    return np.asarray(np.clip(ndimage.map_coordinates(picture, back, order=3), 0, 1), np.float32)


def taken(picture: FloatArray, start: Start) -> tuple[FloatArray, Transform]:
    """What a band shows from a start, and the transform to it."""
    transform = start.transform(picture.shape)
    size = (round(start.factor * picture.shape[0]), round(start.factor * picture.shape[1]))
    area = shared_area(
        valid_area(
            (picture.shape[0], picture.shape[1]),
            np.asarray(np.linalg.inv(transform), np.float64),
            size,
        )
    )
    cut = np.eye(3)
    cut[:2, 2] = -area[1].start, -area[0].start
    return np.ascontiguousarray(resampled(picture, transform, size)[area]), cut @ transform


def cut(picture: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, Transform]:
    """Some part of the photograph, and where it begins there."""
    height, width = (round(side * rng.uniform(0.6, 0.9)) for side in picture.shape)
    top, left = (
        int(rng.integers(0, n - m)) for n, m in zip(picture.shape, (height, width), strict=True)
    )
    begins = np.eye(3)
    begins[:2, 2] = left, top
    return np.ascontiguousarray(picture[top : top + height, left : left + width]), begins


def worse(band: FloatArray, rng: np.random.Generator) -> FloatArray:
    """The band with other tones, noise, and a third of it without detail."""
    third = slice(
        *(round(share * band.shape[1]) for share in rng.choice([0, 1, 2]) / 3 + [0, 1 / 3])
    )
    made = 1 - band
    made[:, third] = ndimage.gaussian_filter(made[:, third], 0.03 * max(band.shape))
    made += rng.normal(0, 0.01, band.shape).astype(np.float32)
    return np.asarray(np.clip(made, 0, 1), np.float32)


def errors(found: Transform, answer: Transform, shape: tuple[int, int]) -> FloatArray:
    """Distances, in px of the photograph, over a grid on the band (H, W)."""
    rows, columns = (np.linspace(0, side - 1, 33) for side in shape)
    points = np.stack(np.meshgrid(columns, rows), -1).reshape(-1, 2).astype(np.float64)
    there = transform_points(np.asarray(np.linalg.inv(answer), np.float64), points)
    apart = transform_points(np.asarray(np.linalg.inv(found), np.float64), points) - there
    return np.asarray(np.hypot(*apart.T), np.float32)


def measure(files: SceneFiles, kind: str, n_cases: int, model: TransformModel) -> Iterator[Row]:
    """Register the last band of a scene from several starts."""
    whole = decode_picture(files.rgb).scaled().mean(axis=2)
    picture = decode_picture(files.bands[-1]).grey()
    own = align(whole, picture, model)
    rng = np.random.default_rng(sum(files.name.encode()))
    for _ in range(n_cases):
        start = drawn(rng, kind, picture.shape, model)
        band, transform = taken(picture, start)
        photograph, begins = cut(whole, rng) if kind == "views" else (whole, np.eye(3))
        band = worse(band, rng) if kind == "views" else band
        answer = transform @ own @ begins
        size = (photograph.shape[0], photograph.shape[1])
        shape = (band.shape[0], band.shape[1])
        began, apart, why = time.process_time(), None, ""
        try:
            found = align(photograph, band, model)
            apart = errors(found, answer, shape)
            reached = valid_area(shape, found, size)
            measure_residual(files.bands[-1], "", photograph, band, found, reached, MAX_RESIDUAL)
        except InputError as error:
            why = str(error).replace(str(files.bands[-1]), "it")
        yield Row(
            scene=files.name,
            start=start,
            sizes=(*size[::-1], *shape[::-1]),
            shown=float(valid_area(shape, answer, size).mean()),
            median_error=None if apart is None else float(np.median(apart)),
            largest_error=None if apart is None else float(apart.max()),
            refused=why,
            seconds=time.process_time() - began,
        )


def line(row: Row) -> str:
    """One row of the table."""
    s = row.start
    apart = (
        "nothing found"
        if row.largest_error is None
        else f"{row.median_error:.2f} px, {row.largest_error:.2f} px at most"
    )
    return (
        f"{row.scene:20} {s.factor:.2f}×{s.zoom:.3f} {s.degrees:+5.1f}° {s.right:+5.0f} "
        f"{s.down:+5.0f} shows {row.shown:4.0%} {row.seconds:5.1f} s  {apart}  {row.refused[:70]}"
    )


def summary(rows: list[Row]) -> dict[str, float | int]:
    """What is accepted, and how wrong that is."""
    accepted = np.array([row.largest_error for row in rows if not row.refused], float)
    return {
        "cases": len(rows),
        "accepted": len(accepted),
        "median of the largest errors": float(np.median(accepted)),
        "95 in 100": float(np.percentile(accepted, 95)),
        "accepted within 1.5 px": int((accepted < 1.5).sum()),
        "accepted beyond 3 px": int((accepted > 3).sum()),
        "refused within 1.5 px": sum(
            bool(r.refused) and r.largest_error is not None and r.largest_error < 1.5 for r in rows
        ),
        "seconds": float(np.median([row.seconds for row in rows])),
    }


def main() -> None:
    """Register, print a table, and write every number."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("datasets", type=Path, nargs="+")
    parser.add_argument("--cases", type=int, default=5, help="of every scene")
    parser.add_argument("--scenes", type=int, help="only so many of a dataset")
    parser.add_argument("--model", default="affine")
    parser.add_argument("--kind", default="sizes", choices=sorted(FACTORS))
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    rows: list[Row] = []
    for dataset in given.datasets:
        for files in open_dataset(dataset).scenes[: given.scenes]:
            for row in measure(files, given.kind, given.cases, given.model):
                rows.append(row)
                print(line(row), flush=True)
    for name, value in summary(rows).items():
        print(f"{name}: {value:.3g}")
    if given.out:
        text = json.dumps([asdict(row) for row in rows], indent=1)
        given.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
