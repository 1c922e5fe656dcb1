"""How well the bands of a scene are registered to its photograph: a quick measurement."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from artextract_cli.imaging.blocks import Block
from artextract_cli.imaging.registration import measure_shift, windowed_edges
from artextract_cli.scenes.remedies import registering_dataset
from artextract_cli.scenes.scene import Scene
from artextract_cli.utils.events import warn

# Real bands are up to 0.7 px off their photograph, and simulated ones are displaced by up to
# 0.6 px. Half a pixel costs little in detection, three pixels much (docs/capture.md,
# docs/detection.md).
WARNING_SHIFT, ERROR_SHIFT = 0.75, 3.0
"""Shift of a band against its photograph that is a warning, and an error, in px."""

_USUAL_SHIFT = 0.6
"""Shift in px that bands usually have; the rest of the warning limit is error of measurement."""

WINDOW_SIDE = 256
"""Side in px of the windows in which shifts are measured."""

MAX_WINDOWS = 3
"""Largest number of windows: more would cost more, and those without edges are in flat paint."""

MIN_SIDE_EDGES = 128
"""Shortest side in px of an image whose bands all share edges with it: in simulated paintings with
sides of 96 px, 1 band in 25 does not, and none of 1152 with sides of 128 px or more."""

_PAINTED_STEPS = 10
"""Steps of the share of painting by which windows are sorted before their distance counts."""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """How far the bands of a scene are shifted against its photograph.

    Attributes
    ----------
    residuals
        Shift in px by band id; None where it cannot be measured.
    limit
        Residual in px above which there is a warning.
    """

    residuals: Mapping[str, float | None] = field(default_factory=dict)
    limit: float = WARNING_SHIFT

    @property
    def band(self) -> str | None:
        """Id of the band with the largest residual; None if none can be measured."""
        return max(self._measured, key=self._measured.__getitem__, default=None)

    @property
    def largest(self) -> float | None:
        """The largest residual in px; None if none can be measured."""
        return max(self._measured.values(), default=None)

    @property
    def n_shifted(self) -> int:
        """Number of bands whose residual causes a warning."""
        return sum(residual > self.limit for residual in self._measured.values())

    @property
    def _measured(self) -> dict[str, float]:
        return {band: px for band, px in self.residuals.items() if px is not None}

    def described(self) -> dict[str, object]:
        """The entry of ``scene.json``; see `registration_of`."""
        return {
            "largest": self.largest,
            "band": self.band,
            "limit": self.limit,
            "residuals": dict(self.residuals),
        }


def warning_shift(shape: tuple[int, ...]) -> float:
    """Shift in px that is a warning in an image of ``shape`` (H, W).

    The smaller the image, the larger the error of its measurement: for undisplaced bands of
    simulated paintings it is at most 0.16 px with sides of 256 px; 99 % of errors are below
    0.41 px with sides of 128 px, and below 0.43 px with sides of 96 px.
    """
    error = WARNING_SHIFT - _USUAL_SHIFT
    return round(_USUAL_SHIFT + error * max(1, WINDOW_SIDE / min(shape[:2])), 2)


def measure_registration(scene: Scene) -> Registration:
    """Measure the shift of every band against the photograph in the middle of the scene.

    Where a band shows no common edges there, or a shift that would cause a warning, two more
    windows are measured; the smallest shift counts, as a repeating pattern may simulate a shift.
    With an object mask, windows that show more painting come first.

    Parameters
    ----------
    scene
        Scene of any size.

    Returns
    -------
    Registration
        Residual of every band in px.
    """
    residuals: dict[str, float | None] = dict.fromkeys(scene.band_ids)
    limit = warning_shift(scene.shape)
    for window in _windows(scene):
        unsure = [i for i, px in enumerate(residuals.values()) if px is None or px > limit]
        if not unsure:
            break
        for i, distance in _distances(scene.part(window), unsure).items():
            band = scene.band_ids[i]
            before = residuals[band]
            residuals[band] = distance if before is None else min(distance, before)
    return Registration(residuals=residuals, limit=limit)


def registration_of(described: Mapping[str, Any]) -> Registration:
    """The registration that the entry of ``scene.json`` describes."""
    return Registration(residuals=described["residuals"], limit=described["limit"])


def warn_of_registration(
    scene: str, dataset: Path | None, registration: Registration, shape: Sequence[int]
) -> None:
    """Warn of bands of a scene (H, W) that are shifted, or may show another painting."""
    band, largest = registration.band, registration.largest
    if band is not None and largest is not None and largest > registration.limit:
        others = registration.n_shifted - 1
        beside = f", as are {others} other bands" if others > 1 else ", as is another band" * others
        warn(
            f"band {band} of scene {scene} is shifted by {largest:.2f} px against its "
            f"photograph (more than {registration.limit:g} px){beside}, so scores may be wrong: "
            f"{registering_dataset(dataset)}"
        )
    unknown = [band for band, px in registration.residuals.items() if px is None]
    if unknown and min(shape) >= MIN_SIDE_EDGES:
        warn(
            f"{_listed(unknown)} of scene {scene} {'share' if unknown[1:] else 'shares'} no "
            "edges with its photograph in the middle of the painting, so registration cannot be "
            f"measured: check that {'they show' if unknown[1:] else 'it shows'} this painting"
        )


def _listed(bands: Sequence[str]) -> str:
    return f"band {bands[0]}" if len(bands) == 1 else f"bands {', '.join(bands)}"


def _windows(scene: Scene) -> list[Block]:
    """The middle of the scene, and windows beside it; those with more painting first."""
    sides = [min(WINDOW_SIDE, length) for length in scene.shape]
    starts = (
        (length - side) * np.arange(3) // 2 for length, side in zip(scene.shape, sides, strict=True)
    )
    windows = {
        Block(int(top), int(left), int(top) + sides[0], int(left) + sides[1])
        for top, left in product(*starts)
    }
    return sorted(windows, key=lambda window: _rank(scene, window))[:MAX_WINDOWS]


def _rank(scene: Scene, window: Block) -> tuple[float, float, int, int]:
    """Sort key: the share without painting, in coarse steps, then the distance from the middle."""
    painted = 1.0 if scene.mask is None else float(scene.mask[window.place].mean())
    down, right = (
        (length - start - end) / 2
        for length, start, end in zip(
            scene.shape, (window.top, window.left), (window.bottom, window.right), strict=True
        )
    )
    return -round(painted * _PAINTED_STEPS), math.hypot(down, right), window.top, window.left


def _distances(part: Scene, bands: Sequence[int]) -> dict[int, float]:
    """Shifts in px of those of the ``bands`` of a window that can be measured."""
    photograph = windowed_edges(part.rgb.mean(axis=2))
    shifts = {i: measure_shift(photograph, windowed_edges(part.bands[..., i])) for i in bands}
    return {i: math.hypot(*shift) for i, shift in shifts.items() if shift is not None}
