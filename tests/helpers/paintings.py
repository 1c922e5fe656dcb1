"""Paintings with a hidden ring."""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.scenes.scene import Scene

WAVELENGTHS = (450.0, 550.0, 650.0, 750.0, 850.0, 950.0)
SHAPE = (96, 131)
TRACE = (0.0, 0.0, 0.0, 0.1, 0.45, 1.0)  # of a hidden layer in each band


def textured(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    """A surface of three pigments (H, W, 3) whose shares vary smoothly and by fields."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    shares = [
        0.5 + 0.3 * np.sin(columns / rng.uniform(6, 14) + rows / rng.uniform(9, 25) + phase)
        for phase in (0.0, 2.0, 4.0)
    ]
    shares[0] += 0.3 * (columns > shape[1] // 2)
    return np.stack(shares, axis=-1).astype(np.float32)


def painting(hidden: NDArray[np.floating], shape: tuple[int, int] = SHAPE) -> Scene:
    """A scene whose infrared follows from its visible bands, times exp(trace · ``hidden``)."""
    rng = np.random.default_rng(5)
    optical_density = textured(rng, shape) @ rng.uniform(0.1, 0.8, (3, len(WAVELENGTHS)))
    bands = 0.9 * np.exp(-optical_density + hidden[..., None] * np.array(TRACE))
    bands += 0.002 * rng.standard_normal(bands.shape)
    return Scene(
        name="made",
        rgb=coded_rgb(bands[..., 2::-1].astype(np.float32)),
        bands=bands.astype(np.float32),
        band_ids=tuple(f"{nm:g}" for nm in WAVELENGTHS),
        wavelengths=WAVELENGTHS,
        mask=None,
    )


def with_bands(scene: Scene, chosen: list[int]) -> Scene:
    return dataclasses.replace(
        scene,
        bands=scene.bands[..., chosen],
        band_ids=tuple(scene.band_ids[band] for band in chosen),
        wavelengths=tuple(WAVELENGTHS[band] for band in chosen),
    )


def ring(shape: tuple[int, int] = SHAPE) -> FloatArray:
    """A drawn ring (H, W) four pixels wide: 1 on it, 0 beside it."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    distance = np.hypot(rows - 0.5 * shape[0], columns - 0.5 * shape[1])
    return np.clip(2.5 - np.abs(distance - 0.3 * shape[0]), 0, 1).astype(np.float32)
