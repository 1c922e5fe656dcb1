"""Checking the pictures of one scene: damage, size, depth, exposure and registration."""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.registration import (
    central_edges,
    measure_rotation,
    measure_shift,
    unrelated,
    windowed,
)
from artextract_cli.io.image import Picture
from artextract_cli.io.images import decode_picture
from artextract_cli.scenes.checks.values import (
    UNTOLD,
    Surveyed,
    surveyed,
    untold_coding,
    value_problems,
)
from artextract_cli.scenes.layout import Finding, Level
from artextract_cli.scenes.reading import REGISTER, check_same_size, read_mask, read_truth
from artextract_cli.scenes.scene import SceneFiles

Mask = NDArray[np.bool_]
T = TypeVar("T")

WARNING_SHIFT, ERROR_SHIFT = 0.75, 3.0
"""Of a band against its photograph, in px."""

FAR = 10.0
"""In px; several bands shifted by more look cut out of a cube that was read wrong."""

WARNING_TURN = 1.5
"""In px at the corners of a band that is turned or of another scale; an error as a shift is."""

SATURATED_SHARE = 0.01
"""Of the pixels at full scale, above which a picture is called saturated."""

DARK_LEVEL = 0.01
"""A picture whose 99th percentile is below this share of full scale is nearly black."""


@dataclass(frozen=True, kw_only=True)
class SceneRow:
    """What one scene consists of.

    Attributes
    ----------
    split
        ``train`` or ``val``.
    scene
        Name of the scene.
    size
        (H, W) of the RGB image in pixels; None if it cannot be read.
    depth
        Types of the RGB image and of its bands, such as ``uint8 / uint16``.
    bands
        Number of bands.
    wavelengths
        Wavelengths in nm (B,); None if unknown.
    truth
        Whether there is a truth image.
    mask
        Whether there is an object mask.
    largest_shift
        Largest shift of a band against the RGB image in px; None if it cannot be measured.
    """

    split: str
    scene: str
    size: tuple[int, ...] | None
    depth: str
    bands: int
    wavelengths: tuple[float, ...] | None
    truth: bool
    mask: bool
    largest_shift: float | None


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
    photograph = _read(files.rgb, decode_picture, notes)
    shape = None if photograph is None else photograph.values.shape[:2]
    mask = _read(files.mask, lambda path: read_mask(path, shape), notes)
    seen = lines = None
    if photograph is not None:
        scaled = photograph.srgb(files.coding.of_photograph)
        seen = _check_exposure(files.rgb, photograph, scaled, mask, notes)
        lines = None if seen.constancy else central_edges(scaled.mean(axis=2))
    bands = _check_bands(files, shape, lines, mask, notes)
    for level, file, message in value_problems(seen, bands.seen):
        notes.add(level, file, message)
    for path in islice(untold_coding(files), 1):
        notes.add("warning", path, f"{path} {UNTOLD}")
    _read(files.truth, lambda path: read_truth(path, shape), notes)
    row = SceneRow(
        split=files.split,
        scene=files.name,
        size=shape,
        depth=f"{photograph.depth if photograph else '?'} / {', '.join(bands.depths) or '?'}",
        bands=len(files.bands),
        wavelengths=files.wavelengths,
        truth=files.truth is not None,
        mask=files.mask is not None,
        largest_shift=max(bands.shifts.values(), default=None),
    )
    return row, notes.findings


class _Bands(NamedTuple):
    depths: Counter[str]
    shifts: dict[Path, float]
    """Of bands that tell one, in px."""

    lines: dict[Path, FloatArray]
    """Outlines of bands of the size of their photograph."""

    seen: list[Surveyed]


def _check_bands(
    files: SceneFiles,
    shape: tuple[int, ...] | None,
    lines: FloatArray | None,
    mask: Mask | None,
    notes: _Notes,
) -> _Bands:
    """Check all bands against the shape and the outlines of their photograph, if there are any."""
    found = _Bands(Counter(), {}, {}, [])
    for name, path in zip(files.band_ids, files.bands, strict=True):
        band = _read(path, decode_picture, notes)
        if band is None:
            continue
        found.depths[band.depth] += 1
        if band.is_coloured():
            notes.add("warning", path, f"{path} is coloured: the mean of its channels is taken")
        grey = band.grey(files.coding.of_band(name))
        found.seen.append(_check_exposure(path, band, grey[..., None], mask, notes))
        if shape is not None:
            with notes.errors_of(path):
                check_same_size(path, grey.shape, files.rgb, shape)
                if lines is not None and found.seen[-1].constancy is None:
                    _check_shift(path, lines, grey, found, notes)
    if len(found.depths) > 1:
        counts = ", ".join(f"{n} of {depth}" for depth, n in found.depths.items())
        message = f"the bands of scene {files.name} differ in depth: {counts}"
        notes.add("warning", files.rgb, message)
    _check_belonging(files, found, notes)
    return found


def _check_belonging(files: SceneFiles, bands: _Bands, notes: _Notes) -> None:
    """Note what is hardly of this painting, and what looks cut out of a cube in a wrong way."""
    for path in unrelated(bands.lines, bands.shifts):
        message = (
            f"{path} shows no outlines of its photograph, nor of a band that does: is it of this "
            f"painting? If it is, {REGISTER}"
        )
        notes.add("warning", path, message)
    n_far = sum(shift > FAR for shift in bands.shifts.values())
    if n_far > 1:
        message = (
            f"{n_far} bands of scene {files.name} are shifted by more than {FAR:g} px: if they "
            "come from a cube, its header may tell a wrong size or interleave"
        )
        notes.add("warning", files.rgb, message)


def _check_shift(
    path: Path, lines: FloatArray, band: FloatArray, found: _Bands, notes: _Notes
) -> None:
    """Note the shift in px, of a turned band that of its corners, where one is told."""
    theirs = central_edges(band)
    found.lines[path] = windowed(theirs)
    turn = measure_rotation(lines, theirs)
    if turn is not None and turn.at_corners(band.shape) > WARNING_TURN:
        distance = turn.at_corners(band.shape)
        how = (
            f"does not lie on its photograph: turned by {abs(turn.degrees):.2f}°, "
            f"{abs(turn.scale - 1):.2%} {'larger' if turn.scale > 1 else 'smaller'}, up to "
            f"{distance:.1f} px at the corners"
        )
    elif (shift := measure_shift(windowed(lines), found.lines[path])) is None:
        return
    else:
        distance = math.hypot(*shift)
        how = (
            f"is shifted by {distance:.2f} px against its photograph "
            f"({shift[0]:+.2f} rows, {shift[1]:+.2f} columns)"
        )
    if distance > WARNING_SHIFT:
        level: Level = "error" if distance > ERROR_SHIFT else "warning"
        notes.add(level, path, f"{path} {how}; {REGISTER}")
    found.shifts[path] = distance


def _read(path: Path | None, read: Callable[[Path], T], notes: _Notes) -> T | None:
    """What is read of a file; None, and a finding, where it cannot be read."""
    if path is not None:
        with notes.errors_of(path):
            return read(path)
    return None


def _check_exposure(
    path: Path, picture: Picture, values: FloatArray, mask: Mask | None, notes: _Notes
) -> Surveyed:
    """Note over- and underexposure, unless one value tells all, and return what ``values`` hold."""
    fits = mask is not None and mask.shape == values.shape[:2]
    seen = surveyed(path, values, mask if fits else None)
    for problem in _exposure_problems(picture) if seen.constancy is None else ():
        notes.add("warning", path, f"{path} {problem}")
    return seen


def _exposure_problems(picture: Picture) -> Iterator[str]:
    values, full_scale = picture.values, picture.full_scale
    saturated = float((values >= full_scale).any(axis=2).mean())
    if saturated > SATURATED_SHARE:
        yield f"is saturated: {saturated:.1%} of its pixels are at full scale"
    bright = float(np.percentile(values, 99)) / full_scale
    if bright < DARK_LEVEL:
        yield f"is nearly black: 99 % of its values are below {bright:.2%} of full scale"
