"""Success rate of registration from rough starts.

    python benchmarks/rough_registration.py DATASET [DATASET ...] [--cases 5] [--scenes N]
        [--model affine] [--kind sizes|extreme|views] [--out FILE.json]

Each DATASET holds scenes whose photograph and bands are aligned to within about a pixel. The last
band of each scene is resampled under ``--cases`` random transforms, cropped to its content, and
registered. ``views`` also crops the photograph, of which the band may show half or twice as much,
inverts the tones of the band, adds noise, and blurs a third of it until it is blank. The reference
is the random transform combined with the one between the original photograph and band. The error
is the distance, in px of the photograph, between a grid over the band mapped by the estimate and by
the reference. A band is accepted if `data register` would write it.
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
from artextract_cli.imaging.alignment.bands import align
from artextract_cli.imaging.transform import (
    Transform,
    TransformModel,
    shared_area,
    transform_points,
    valid_area,
)
from artextract_cli.io.images import decode_picture
from artextract_cli.preprocessing.registration.bands import MAX_RESIDUAL, measure_residual
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
    """The displacement of a band relative to its photograph."""

    factor: float
    zoom: float
    """Scale in addition to the ratio of sizes."""

    degrees: float
    right: float
    down: float
    """Shifts in px of the photograph."""

    tilt: tuple[float, float] = (0.0, 0.0)
    """Relative reduction of the far sides."""

    def transform(self, shape: tuple[int, ...]) -> Transform:
        """The transform from the photograph (H, W) to the band, about the centres of both."""
        scale = self.factor * self.zoom
        cosine, sine = (scale * f(math.radians(self.degrees)) for f in (math.cos, math.sin))
        centre = np.array([(shape[1] - 1) / 2, (shape[0] - 1) / 2])
        to_centre, rotation, from_centre = np.eye(3), np.eye(3), np.eye(3)
        to_centre[:2, 2] = -centre + [self.right, self.down]
        rotation[:2, :2] = [[cosine, -sine], [sine, cosine]]
        rotation[2, :2] = np.array(self.tilt) / (2 * centre)
        from_centre[:2, 2] = (np.array([shape[1], shape[0]]) * self.factor - 1) / 2
        return np.asarray(from_centre @ rotation @ to_centre)


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
    """Errors in px of the photograph; None if registration failed."""

    refused: str
    """Reason for refusal; empty if the band is accepted."""

    seconds: float
    """Processor time."""


def drawn(
    rng: np.random.Generator, kind: str, shape: tuple[int, ...], model: TransformModel
) -> Start:
    """Draw a random start."""
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


def resampled(image: FloatArray, transform: Transform, size: tuple[int, int]) -> FloatArray:
    """The image on the grid of a band, by a spline of order 3."""
    scale = math.sqrt(abs(np.linalg.det(transform[:2, :2])))
    if scale < 1:
        image = ndimage.gaussian_filter(image, 0.5 * math.sqrt(1 / scale**2 - 1))
    rows, columns = np.indices(size)
    points = np.c_[columns.ravel(), rows.ravel()].astype(np.float64)
    back = transform_points(np.asarray(np.linalg.inv(transform), np.float64), points)[
        :, ::-1
    ].T.reshape(2, *size)
    return np.asarray(np.clip(ndimage.map_coordinates(image, back, order=3), 0, 1), np.float32)


def displaced(image: FloatArray, start: Start) -> tuple[FloatArray, Transform]:
    """The band displaced by a start and cropped to its content, and the transform to it."""
    transform = start.transform(image.shape)
    size = (round(start.factor * image.shape[0]), round(start.factor * image.shape[1]))
    area = shared_area(
        valid_area(
            (image.shape[0], image.shape[1]),
            np.asarray(np.linalg.inv(transform), np.float64),
            size,
        )
    )
    crop = np.eye(3)
    crop[:2, 2] = -area[1].start, -area[0].start
    return np.ascontiguousarray(resampled(image, transform, size)[area]), crop @ transform


def cropped(image: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, Transform]:
    """A random part of the photograph, and the shift to its origin."""
    height, width = (round(side * rng.uniform(0.6, 0.9)) for side in image.shape)
    top, left = (
        int(rng.integers(0, n - m)) for n, m in zip(image.shape, (height, width), strict=True)
    )
    shift = np.eye(3)
    shift[:2, 2] = left, top
    return np.ascontiguousarray(image[top : top + height, left : left + width]), shift


def corrupted(band: FloatArray, rng: np.random.Generator) -> FloatArray:
    """The band with inverted tones, noise, and no detail in a third of it."""
    third = slice(
        *(round(share * band.shape[1]) for share in rng.choice([0, 1, 2]) / 3 + [0, 1 / 3])
    )
    negative = 1 - band
    negative[:, third] = ndimage.gaussian_filter(negative[:, third], 0.03 * max(band.shape))
    negative += rng.normal(0, 0.01, band.shape).astype(np.float32)
    return np.asarray(np.clip(negative, 0, 1), np.float32)


def errors(estimate: Transform, reference: Transform, shape: tuple[int, int]) -> FloatArray:
    """Distances, in px of the photograph, over a grid on the band (H, W)."""
    rows, columns = (np.linspace(0, side - 1, 33) for side in shape)
    points = np.stack(np.meshgrid(columns, rows), -1).reshape(-1, 2).astype(np.float64)
    expected = transform_points(np.asarray(np.linalg.inv(reference), np.float64), points)
    difference = (
        transform_points(np.asarray(np.linalg.inv(estimate), np.float64), points) - expected
    )
    return np.asarray(np.hypot(*difference.T), np.float32)


def measure(files: SceneFiles, kind: str, n_cases: int, model: TransformModel) -> Iterator[Row]:
    """Register the last band of a scene from several starts."""
    full = decode_picture(files.rgb).scaled().mean(axis=2)
    image = decode_picture(files.bands[-1]).grey()
    own = align(full, image, model)
    rng = np.random.default_rng(sum(files.name.encode()))
    for _ in range(n_cases):
        start = drawn(rng, kind, image.shape, model)
        band, transform = displaced(image, start)
        photograph, shift = cropped(full, rng) if kind == "views" else (full, np.eye(3))
        band = corrupted(band, rng) if kind == "views" else band
        reference = transform @ own @ shift
        size = (photograph.shape[0], photograph.shape[1])
        shape = (band.shape[0], band.shape[1])
        began, error, refused = time.process_time(), None, ""
        try:
            estimate = align(photograph, band, model)
            error = errors(estimate, reference, shape)
            valid = valid_area(shape, estimate, size)
            measure_residual(files.bands[-1], "", photograph, band, estimate, valid, MAX_RESIDUAL)
        except InputError as reason:
            refused = str(reason).replace(str(files.bands[-1]), "it")
        yield Row(
            scene=files.name,
            start=start,
            sizes=(*size[::-1], *shape[::-1]),
            shown=float(valid_area(shape, reference, size).mean()),
            median_error=None if error is None else float(np.median(error)),
            largest_error=None if error is None else float(error.max()),
            refused=refused,
            seconds=time.process_time() - began,
        )


def line(row: Row) -> str:
    """One row of the table."""
    s = row.start
    error = (
        "failed"
        if row.largest_error is None
        else f"{row.median_error:.2f} px, {row.largest_error:.2f} px at most"
    )
    return (
        f"{row.scene:20} {s.factor:.2f}×{s.zoom:.3f} {s.degrees:+5.1f}° {s.right:+5.0f} "
        f"{s.down:+5.0f} shows {row.shown:4.0%} {row.seconds:5.1f} s  {error}  {row.refused[:70]}"
    )


def summary(rows: list[Row]) -> dict[str, float | int]:
    """Number of accepted bands, and their errors."""
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
    """Register, print a table, and write all results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("datasets", type=Path, nargs="+")
    parser.add_argument("--cases", type=int, default=5, help="number of starts per scene")
    parser.add_argument("--scenes", type=int, help="number of scenes per dataset; default: all")
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
