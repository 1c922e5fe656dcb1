"""Reflectance from the counts of a camera, a white target and a covered lens, pixel by pixel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray

WHITE_REFLECTANCE = 0.99
LEAST_LIGHT = 0.02
"""Of full scale, between white and dark: a pixel that sees less measures nothing."""


@dataclass(frozen=True, kw_only=True)
class FlatField:
    """What was made of one frame."""

    reflectance: FloatArray
    """(H, W, C), 0..1; 0 where a pixel does not measure."""

    saturated: NDArray[np.bool_]
    """(H, W): at full scale in the frame or in white."""

    dead: NDArray[np.bool_]
    """(H, W): white hardly brighter than dark."""

    saturated_white: float
    """Share of the pixels that are at full scale in white."""

    @property
    def measures(self) -> NDArray[np.bool_]:
        """Where (H, W) there is a reflectance."""
        return ~(self.saturated | self.dead)


def flat_field(
    raw: FloatArray,
    white: FloatArray,
    dark: FloatArray,
    *,
    white_reflectance: float = WHITE_REFLECTANCE,
    exposure_ratio: float = 1.0,
) -> FlatField:
    """Divide what the painting sends back by what a white target does; all (H, W, C), 0..1.

    ``exposure_ratio`` is the exposure time of the painting over that of white. What is brighter
    than a perfect white is a highlight, and becomes 1.
    """
    light = white - dark
    white_is_full = np.asarray((white >= 1).any(axis=2))
    dead = np.asarray((light < LEAST_LIGHT).any(axis=2))
    share = (raw - dark) / np.maximum(light, LEAST_LIGHT) / np.float32(exposure_ratio)
    reflectance = np.clip(share * np.float32(white_reflectance), 0, 1)
    saturated = np.asarray((raw >= 1).any(axis=2)) | white_is_full
    return FlatField(
        reflectance=np.where((saturated | dead)[..., None], 0, reflectance).astype(np.float32),
        saturated=saturated,
        dead=dead,
        saturated_white=float(white_is_full.mean()),
    )
