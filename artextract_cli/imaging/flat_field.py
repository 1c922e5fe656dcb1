"""Flat-field correction: reflectance from frames of the painting, a white target and the dark."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray

WHITE_REFLECTANCE = 0.99
"""Reflectance of a white target of PTFE, the usual material."""

LEAST_LIGHT = 0.02
"""Smallest difference of white and dark, as a share of full scale, in a pixel that is not dead."""


@dataclass(frozen=True, kw_only=True)
class FlatField:
    """The result of correcting one frame."""

    reflectance: FloatArray
    """(H, W, C), 0..1; 0 in pixels that are not valid."""

    saturated: NDArray[np.bool_]
    """(H, W): at full scale in the frame or in the white frame."""

    dead: NDArray[np.bool_]
    """(H, W): white hardly brighter than dark."""

    saturated_white: float
    """Share of the pixels that are at full scale in the white frame."""

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Mask (H, W) of the pixels with a reflectance."""
        return ~(self.saturated | self.dead)


def flat_field(
    raw: FloatArray,
    white: FloatArray,
    dark: FloatArray,
    *,
    white_reflectance: float = WHITE_REFLECTANCE,
    exposure_ratio: float = 1.0,
) -> FlatField:
    """Divide a frame of the painting by one of a white target, both less the dark frame.

    All are (H, W, C), 0..1. ``exposure_ratio`` is the exposure time of the painting divided by that
    of white. Highlights brighter than a perfect white become 1.
    """
    light = white - dark
    # A channel at full scale is a lower bound of the light; the whole pixel is then invalid.
    white_is_full = np.asarray((white >= 1).any(axis=2))
    dead = np.asarray((light < LEAST_LIGHT).any(axis=2))
    # The limit only prevents division by 0: pixels below it are dead, and become 0.
    share = (raw - dark) / np.maximum(light, LEAST_LIGHT) / np.float32(exposure_ratio)
    reflectance = np.clip(share * np.float32(white_reflectance), 0, 1)
    saturated = np.asarray((raw >= 1).any(axis=2)) | white_is_full
    return FlatField(
        reflectance=np.where((saturated | dead)[..., None], 0, reflectance).astype(np.float32),
        saturated=saturated,
        dead=dead,
        saturated_white=float(white_is_full.mean()),
    )
