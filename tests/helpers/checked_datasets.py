"""Datasets with a fault to be found."""

from pathlib import Path

import imagecodecs
import numpy as np
from scipy import ndimage

from artextract_cli.scenes.checks.dataset import check_dataset
from artextract_cli.scenes.findings import Finding

SHAPE = (150, 170)
BANDS = ("450", "650", "850")


def write(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(imagecodecs.png_encode(np.ascontiguousarray(values)))


def counts(values: np.ndarray, dtype: type = np.uint16) -> np.ndarray:
    return np.rint(values * np.iinfo(dtype).max).astype(dtype)


def view(seed: int, down: int = 0, right: int = 0, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    """Smooth blots, 0.1..0.9, seen through a window that is shifted by whole pixels."""
    noise = np.random.default_rng(seed).normal(0, 1, (shape[0] + 40, shape[1] + 40))
    blots = np.tanh(6 * ndimage.gaussian_filter(noise, 2.5)) * 0.4 + 0.5
    return np.asarray(blots[20 - down :, 20 - right :][: shape[0], : shape[1]])


def write_scene(root: Path, split: str, name: str, seed: int) -> None:
    write(
        root / split / f"rgb_images/{name}_RGB.png", counts(np.dstack([view(seed)] * 3), np.uint8)
    )
    for i, band in enumerate(BANDS):
        write(root / split / f"ms_masks/{name}_ms_{band}.png", counts(view(seed) * (0.5 + 0.2 * i)))


def found(root: Path) -> list[Finding]:
    return list(check_dataset(root).brief.findings)


def only(root: Path, level: str, scene: str, file: str, message: str) -> None:
    assert [(f.level, f.scene, str(f.file), f.message) for f in found(root)] == [
        (level, scene, file, message)
    ]


BAND = "train/ms_masks/a_ms_650.png"
