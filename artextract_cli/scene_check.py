"""Checking the pictures of one scene: damage, size, depth, exposure and registration."""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from artextract_cli.console import warn
from artextract_cli.contract import FloatArray
from artextract_cli.dataset_layout import Finding, Level
from artextract_cli.errors import InputError
from artextract_cli.picture import Picture, decode_picture
from artextract_cli.registration import faded, measure_shift, measure_turn, middle_edges
from artextract_cli.scene import (
    REGISTER,
    Scene,
    SceneFiles,
    check_same_size,
    read_mask,
    read_truth,
)

WARNING_SHIFT, ERROR_SHIFT = 0.5, 3.0
"""Of a band against its photograph, in px."""

WARNING_TURN = 1.5
"""In px at the corners of a band that is turned or of another scale; an error as a shift is."""

SATURATED_SHARE = 0.01
"""Of the pixels at full scale, above which a picture is called saturated."""

DARK_LEVEL = 0.01
"""A picture whose 99th percentile is below this share of full scale is nearly black."""

FLOAT_RANGE = (-0.05, 2.0)
"""Noise around black, and highlights twice as bright as white, are still plausible."""


@dataclass(frozen=True, kw_only=True)
class SceneRow:
    """What one scene consists of."""

    split: str
    scene: str
    size: tuple[int, ...] | None
    """(H, W) of the photograph; None where it cannot be read."""

    depth: str
    """Of the photograph and of its bands, such as ``uint8 / uint16``."""

    bands: int
    wavelengths: tuple[float, ...] | None
    """In nm."""

    truth: bool
    mask: bool
    largest_shift: float | None
    """Of a band against the photograph, in px; None where none can be told."""


@dataclass(frozen=True)
class _Notes:
    """The findings of one scene."""

    scene: str
    findings: list[Finding] = field(default_factory=list)

    def add(self, level: Level, file: Path, message: str) -> None:
        self.findings.append(Finding(level=level, scene=self.scene, file=file, message=message))

    @contextmanager
    def errors_of(self, file: Path) -> Iterator[None]:
        """Note an error in reading ``file``, and go on behind the block."""
        try:
            yield
        except InputError as error:
            self.add("error", file, str(error))


def check_scene(files: SceneFiles) -> tuple[SceneRow, list[Finding]]:
    """Check every picture of a scene; what cannot be read is a finding too."""
    notes = _Notes(files.name)
    photograph = _checked_picture(files.rgb, notes)
    shape = None if photograph is None else photograph.values.shape[:2]
    bands = _check_bands(files, photograph, notes)
    for path, read in ((files.truth, read_truth), (files.mask, read_mask)):
        if path is not None:
            with notes.errors_of(path):
                read(path, shape)
    row = SceneRow(
        split=files.split,
        scene=files.name,
        size=shape,
        depth=f"{photograph.depth if photograph else '?'} / {', '.join(bands.depths) or '?'}",
        bands=len(files.bands),
        wavelengths=files.wavelengths,
        truth=files.truth is not None,
        mask=files.mask is not None,
        largest_shift=max(bands.shifts, default=None),
    )
    return row, notes.findings


def check_values(files: SceneFiles, scene: Scene) -> None:
    """Refuse pictures of a scene that tell nothing, and warn of values that are hardly meant so.

    Raises
    ------
    InputError
        If the photograph or a band has one value throughout.
    """
    low, high = _extremes(scene)
    for path, channels in _channels(files):
        advice = "replace it" if path == files.rgb else "replace it, or leave this band out"
        least, most = float(low[channels].min()), float(high[channels].max())
        if (low == high)[channels].all():
            where = "" if scene.mask is None else " within the object mask"
            msg = (
                f"{path} is constant{where}: every value is {least:g}, which tells nothing; "
                f"{advice}"
            )
            raise InputError(msg)
        if doubt := _range_doubt(least, most):
            warn(f"{path} {doubt}")


def _extremes(scene: Scene) -> tuple[FloatArray, FloatArray]:
    """Least and largest painted value of every channel, photograph first: (3 + B,) each."""
    found = [
        (_reduced(part, np.min, np.inf), _reduced(part, np.max, -np.inf))
        for part in (scene.part(block) for block in scene.blocks(0))
    ]
    return np.min([low for low, _ in found], axis=0), np.max([high for _, high in found], axis=0)


def _reduced(part: Scene, how: Callable[..., FloatArray], worst: float) -> FloatArray:
    painted = True if part.mask is None else part.mask[..., None]
    pictures = (part.rgb, part.bands)
    return np.concatenate([how(p, axis=(0, 1), where=painted, initial=worst) for p in pictures])


def _channels(files: SceneFiles) -> Iterator[tuple[Path, slice]]:
    yield files.rgb, slice(0, 3)
    for band, path in enumerate(files.bands, start=3):
        yield path, slice(band, band + 1)


class _Bands(NamedTuple):
    depths: Counter[str]
    shifts: list[float]


def _check_bands(files: SceneFiles, photograph: Picture | None, notes: _Notes) -> _Bands:
    found = _Bands(Counter(), [])
    lines = None if photograph is None else middle_edges(photograph.scaled().mean(axis=2))
    for path in files.bands:
        band = _checked_picture(path, notes)
        if band is None:
            continue
        found.depths[band.depth] += 1
        if band.is_coloured():
            notes.add("warning", path, f"{path} is coloured: the mean of its channels is taken")
        if photograph is not None and lines is not None:
            with notes.errors_of(path):
                check_same_size(path, band.values.shape, files.rgb, photograph.values.shape)
                found.shifts.extend(_check_shift(path, lines, band, notes))
    if len(found.depths) > 1:
        counts = ", ".join(f"{n} of {depth}" for depth, n in found.depths.items())
        message = f"the bands of scene {files.name} differ in depth: {counts}"
        notes.add("warning", files.rgb, message)
    return found


def _check_shift(path: Path, lines: FloatArray, band: Picture, notes: _Notes) -> list[float]:
    """Return the shift in px, of a turned band that of its corners; nothing where none is told."""
    theirs = middle_edges(band.grey())
    turn = measure_turn(lines, theirs)
    if turn is not None and turn.at_corners(band.values.shape) > WARNING_TURN:
        distance = turn.at_corners(band.values.shape)
        how = (
            f"does not lie on its photograph: turned by {abs(turn.degrees):.2f}°, "
            f"{abs(turn.scale - 1):.2%} {'larger' if turn.scale > 1 else 'smaller'}, up to "
            f"{distance:.1f} px at the corners"
        )
    elif (shift := measure_shift(faded(lines), faded(theirs))) is None:
        return []
    else:
        distance = math.hypot(*shift)
        how = (
            f"is shifted by {distance:.2f} px against its photograph "
            f"({shift[0]:+.2f} rows, {shift[1]:+.2f} columns)"
        )
    if distance > WARNING_SHIFT:
        level: Level = "error" if distance > ERROR_SHIFT else "warning"
        notes.add(level, path, f"{path} {how}; {REGISTER}")
    return [distance]


def _checked_picture(path: Path, notes: _Notes) -> Picture | None:
    """Read a picture and check its values; None, and a finding, where it cannot be read."""
    with notes.errors_of(path):
        picture = decode_picture(path)
        for level, problem in _value_problems(picture):
            notes.add(level, path, f"{path} {problem}")
        return picture
    return None


def _value_problems(picture: Picture) -> Iterator[tuple[Level, str]]:
    values, full_scale = picture.values, picture.full_scale
    low, high = float(values.min()), float(values.max())
    if low == high:
        yield "error", f"is constant: every value is {low:g} of {full_scale:g}"
        return
    saturated = float((values >= full_scale).any(axis=2).mean())
    if saturated > SATURATED_SHARE:
        yield "warning", f"is saturated: {saturated:.1%} of its pixels are at full scale"
    bright = float(np.percentile(values, 99)) / full_scale
    if bright < DARK_LEVEL:
        yield "warning", f"is nearly black: 99 % of its values are below {bright:.2%} of full scale"
    if doubt := _range_doubt(low, high, full_scale):
        yield "warning", doubt


def _range_doubt(low: float, high: float, full_scale: float = 1) -> str | None:
    """Why values can hardly be meant so; None where they can."""
    if low < FLOAT_RANGE[0] or high > max(FLOAT_RANGE[1], full_scale):
        return f"holds values from {low:g} to {high:g}; black is 0 and white is 1"
    return None
