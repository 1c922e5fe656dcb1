"""Test scenes derived from scikit-image's astronaut, so that no file is needed.

Letters: H rows, W columns, B bands.
"""

from itertools import product

import numpy as np
from skimage import data, transform

from artextract_cli._typing import FloatArray
from artextract_cli.scenes.scene import Scene
from artextract_cli.simulate import DEFAULT_WAVELENGTHS

SIDE = 256
GREY = np.array([0.3, 0.6, 0.1], np.float32)


def astronaut(side: int = SIDE) -> Scene:
    """The astronaut at ``side`` × ``side`` pixels, with eight bands."""
    photograph = transform.resize(data.astronaut(), (side, side), anti_aliasing=True)
    return _with_bands("astronaut", photograph.astype(np.float32), np.random.default_rng(0))


def astronaut_parts() -> list[Scene]:
    """Eight scenes of 256 × 256 pixels: overlapping parts of the astronaut, except the centre."""
    image = data.astronaut().astype(np.float32) / 255
    corners = [corner for corner in product((0, 128, 256), repeat=2) if corner != (128, 128)]
    return [
        _with_bands(
            f"part_{number}",
            np.ascontiguousarray(image[row : row + SIDE, column : column + SIDE]),
            np.random.default_rng(number),
        )
        for number, (row, column) in enumerate(corners)
    ]


def large_picture(side: int) -> Scene:
    """The astronaut at ``side`` × ``side`` pixels; beyond 256, its repetitions."""
    return mirrored(astronaut(min(side, SIDE)), side)


def mirrored(scene: Scene, side: int) -> Scene:
    """A larger scene of the same texture: repetitions that are mirrored at the seams."""
    more = side - scene.rgb.shape[0]
    padding = ((0, more), (0, more), (0, 0))
    return Scene(
        name=f"{scene.name}_{side}",
        rgb=np.pad(scene.rgb, padding, mode="symmetric"),
        bands=np.pad(scene.bands, padding, mode="symmetric"),
        band_ids=scene.band_ids,
        wavelengths=scene.wavelengths,
        mask=None,
    )


def _with_bands(name: str, photograph: FloatArray, rng: np.random.Generator) -> Scene:
    """Add bands: the grey photograph, each darkened by a factor of its own, and noise."""
    grey = photograph @ GREY
    bands = [
        np.clip(grey * rng.uniform(0.6, 1) + rng.normal(0, 0.01, grey.shape), 0, 1)
        for _ in DEFAULT_WAVELENGTHS
    ]
    return Scene(
        name=name,
        rgb=photograph,
        bands=np.stack(bands, axis=-1).astype(np.float32),
        band_ids=tuple(f"{nm:g}" for nm in DEFAULT_WAVELENGTHS),
        wavelengths=DEFAULT_WAVELENGTHS,
        mask=None,
    )
