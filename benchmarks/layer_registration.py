"""How well layers of another modality are registered, on photographs of any dataset.

    python benchmarks/layer_registration.py DATASET

Each photograph gets a layer of its own: tones inverted, or folded so that neither light nor dark
keeps its place, mixed with 40 % of another photograph as if it lay below, with noise, and displaced
by a known affine transform. Layers of unrelated photographs have to be refused.
"""

import math
import sys
from pathlib import Path

import cv2
import numpy as np

from artextract_cli import open_dataset
from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.alignment.layers import align_layer
from artextract_cli.imaging.transform import Transform, transform_points
from artextract_cli.io.images import decode_picture

NOISE, SHARE_BELOW = 0.02, 0.4


def layer_of(photograph: FloatArray, below: FloatArray, *, folded: bool) -> FloatArray:
    """Values (H, W) of a layer in the frame of its photograph."""
    tones = np.sqrt(photograph)
    own = np.abs(tones - 0.4) if folded else 0.7 * (1 - tones)
    other = np.sqrt(cv2.resize(below, photograph.shape[::-1]))
    noise = np.random.default_rng(0).normal(0, NOISE, photograph.shape)
    mixed = (1 - SHARE_BELOW) * own + SHARE_BELOW * other + noise
    return np.clip(mixed, 0, 1).astype(np.float32)


def displacement(size: tuple[int, ...]) -> Transform:
    """3 % larger, rotated by 2°, and 9 and 8 px away."""
    cosine, sine = (1.03 * f(math.radians(2)) for f in (math.cos, math.sin))
    return np.array([[cosine, -sine, 9.0], [sine, cosine, -8.0], [0, 0, 1]])


def errors(found: Transform, true: Transform, size: tuple[int, ...]) -> FloatArray:
    """Distances in px between two transforms, at a grid of points."""
    points = np.stack(np.meshgrid(*(np.arange(0.0, n, 16) for n in size[::-1])), -1).reshape(-1, 2)
    apart = transform_points(found, points) - transform_points(true, points)
    return np.hypot(*apart.T)


def main(dataset: Path) -> None:
    """Print a row for every photograph and kind of layer."""
    scenes = open_dataset(dataset).scenes
    photographs = [decode_picture(s.rgb).scaled().mean(2).astype(np.float32) for s in scenes]
    columns = ("photograph", "layer", "median px", "90 % px", "certainty", "tiles")
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for i, (scene, photograph) in enumerate(zip(scenes, photographs, strict=True)):
        other = photographs[(i + 1) % len(photographs)]
        true = displacement(photograph.shape)
        for kind in ("inverted", "folded", "unrelated"):
            own = layer_of(photograph, other, folded=kind == "folded")
            layer = cv2.resize(other, photograph.shape[::-1]) if kind == "unrelated" else own
            moved = cv2.warpPerspective(
                layer, true, layer.shape[::-1], borderMode=cv2.BORDER_REPLICATE
            )
            try:
                found = align_layer(photograph, moved)
            except InputError:
                print(f"| {scene.name} | {kind} | refused | | | |", flush=True)
                continue
            apart = errors(found.transform, true, photograph.shape)
            middle, most = np.percentile(apart, [50, 90])
            certain = f"{found.certainty:.1f} | {found.tiles}"
            print(f"| {scene.name} | {kind} | {middle:.2f} | {most:.2f} | {certain} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
