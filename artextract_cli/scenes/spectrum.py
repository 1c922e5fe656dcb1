"""Which bands are visible and which are infrared."""

from collections.abc import Iterator, Sequence
from itertools import combinations

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


def equal_wavelengths(band_ids: Sequence[str], nm: Sequence[float]) -> Iterator[str]:
    """Descriptions of bands that share a wavelength; none where wavelengths are unknown."""
    for (one, its_nm), (other, other_nm) in combinations(zip(band_ids, nm, strict=False), 2):
        if its_nm == other_nm:
            yield f"bands {one} and {other} are both {its_nm:g} nm"


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
