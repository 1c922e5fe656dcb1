"""How well the bands of a scene are registered to its photograph: a quick measurement."""

import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from artextract_cli.imaging.blocks import Block
from artextract_cli.imaging.registration import measure_shift, windowed_edges
from artextract_cli.scenes.scene import Scene, SceneFiles
from artextract_cli.utils.events import warn

WARNING_SHIFT, ERROR_SHIFT = 0.75, 3.0
"""Shift of a band against its photograph that is a warning, and an error, in px."""

WINDOW_SIDE = 256
"""Side in px of the windows in which shifts are measured."""

MAX_WINDOWS = 3
"""Largest number of windows: more would cost more, and those without edges are in flat paint."""

_PAINTED_STEPS = 10
"""Steps of the share of painting by which windows are sorted before their distance counts."""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """How far the bands of a scene are shifted against its photograph.

    Attributes
    ----------
    residuals
        Shift in px by band id; None where it cannot be measured.
    """

    residuals: Mapping[str, float | None] = field(default_factory=dict)

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
        return sum(residual > WARNING_SHIFT for residual in self._measured.values())

    @property
    def _measured(self) -> dict[str, float]:
        return {band: px for band, px in self.residuals.items() if px is not None}

    def described(self) -> dict[str, object]:
        """The entry of ``scene.json``; see `registration_of`."""
        return {"largest": self.largest, "band": self.band, "residuals": dict(self.residuals)}


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
    for window in _windows(scene):
        unsure = [i for i, px in enumerate(residuals.values()) if px is None or px > WARNING_SHIFT]
        if not unsure:
            break
        for i, distance in _distances(scene.part(window), unsure).items():
            band = scene.band_ids[i]
            residuals[band] = min(distance, residuals[band] or math.inf)
    return Registration(residuals=residuals)


def registration_of(described: Mapping[str, Mapping[str, float | None]]) -> Registration:
    """The registration that the entry of ``scene.json`` describes."""
    return Registration(residuals=described["residuals"])


def warn_of_registration(files: SceneFiles, registration: Registration) -> None:
    """Warn, in one sentence, of bands that are not registered to their photograph."""
    band, largest = registration.band, registration.largest
    if band is not None and largest is not None and largest > WARNING_SHIFT:
        others = registration.n_shifted - 1
        beside = f", as are {others} other bands" if others > 1 else ", as is another band" * others
        warn(
            f"band {band} of scene {files.name} is shifted by {largest:.2f} px against its "
            f"photograph (more than {WARNING_SHIFT:g} px){beside}, so scores may be wrong: "
            f"{_advice(files)}"
        )


def _advice(files: SceneFiles) -> str:
    """How to register the scene: the command, if the scene belongs to a dataset."""
    if not files.split:
        return (
            "import the images with 'artextract data import', then run 'artextract data register'"
        )
    root = files.rgb.parents[2]
    out = root.with_name(f"{root.resolve().name}-registered")
    return f"run `{shlex.join(('artextract', 'data', 'register', str(root), '--out', str(out)))}`"


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
