"""Scenes whose bands are painted by hand, for the baselines."""

import numpy as np
from scipy.ndimage import gaussian_filter

from artextract_cli._typing import FloatArray
from artextract_cli.scenes.scene import Scene


def make_scene(
    bands: FloatArray,
    wavelengths: tuple[float, ...] | None = None,
    mask: np.ndarray | None = None,
    rgb: FloatArray | None = None,
) -> Scene:
    height, width, count = bands.shape
    return Scene(
        name="scene",
        rgb=np.full((height, width, 3), 0.5, dtype=np.float32) if rgb is None else rgb,
        bands=bands.astype(np.float32),
        band_ids=tuple(str(number) for number in range(count)),
        wavelengths=wavelengths,
        mask=mask,
    )


def painted_bands(size: tuple[int, int], count: int, seed: int = 0) -> FloatArray:
    """Smooth mixtures of three pigments (H, W, count), with a little noise."""
    rng = np.random.default_rng(seed)
    amounts = np.stack([gaussian_filter(rng.normal(size=size), 4) for _ in range(3)], axis=-1)
    amounts = np.exp(3 * amounts / (amounts.std() + 1e-9) / 4)
    amounts /= amounts.sum(axis=-1, keepdims=True)
    bands = amounts @ rng.uniform(0.1, 0.9, (3, count)) + rng.normal(0, 0.003, (*size, count))
    return bands.clip(0, 1).astype(np.float32)
