"""Which bands are visible and which are infrared."""

from collections.abc import Sequence

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.scenes.scene import Scene

LAST_VISIBLE_NM = 720
"""Longest wavelength that counts as visible; the eye hardly responds beyond."""

SHORTEST_NM, LONGEST_NM = 100, 100_000
"""Far ultraviolet to far infrared; a number outside was probably not given in nm."""


def wavelength_span(nm: Sequence[float] | None) -> str:
    """The shortest and longest wavelength, such as ``420–950``; empty if none are known."""
    if not nm:
        return ""
    return f"{min(nm):g}–{max(nm):g}" if len(nm) > 1 else f"{nm[0]:g}"


def infrared_bands(scene: Scene) -> list[int]:
    """Indices of the bands beyond 720 nm, by wavelength; empty if no wavelengths are known."""
    if scene.wavelengths is None:
        return []
    # Stable: bands of equal wavelength keep their order.
    order = np.argsort(scene.wavelengths, kind="stable")
    return [int(b) for b in order if scene.wavelengths[b] > LAST_VISIBLE_NM]


def visible_channels(scene: Scene) -> FloatArray:
    """The linear photograph and the bands up to 720 nm (H, W, 3 + ...)."""
    visible = [b for b, nm in enumerate(scene.wavelengths or ()) if nm <= LAST_VISIBLE_NM]
    return np.concatenate([linear_rgb(scene.rgb), scene.bands[..., visible]], axis=-1)
