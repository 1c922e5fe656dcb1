"""Checking the images of one scene: damage, size, depth, exposure and registration."""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from artextract_cli._typing import BoolArray, FloatArray
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
from artextract_cli.scenes.checks.colour_profiles import profile_problems
from artextract_cli.scenes.checks.content import SceneContent
from artextract_cli.scenes.checks.layers import layer_findings
from artextract_cli.scenes.checks.mirroring import mirroring_problem
from artextract_cli.scenes.checks.registration import ERROR_SHIFT, warning_shift
from artextract_cli.scenes.checks.values import (
    ValueRanges,
    coding_problem,
    value_problems,
    value_ranges,
)
from artextract_cli.scenes.embedded.codings import coding_of_band, coding_of_photograph
from artextract_cli.scenes.findings import Finding, Level, Remedy
from artextract_cli.scenes.reading import check_same_size, read_mask, read_truth
from artextract_cli.scenes.remedies import registering
from artextract_cli.scenes.scene import SceneFiles

T = TypeVar("T")

# Registration cannot correct a misread cube, so that another advice is needed.
FAR_SHIFT = 10.0
"""Shift in px; if several bands exceed it, they were probably extracted from a misread cube."""

# Twice the limit of a shift: only the corners move so far, and angle and scale are less certain. 27
# real scenes, with bands 0.2 % larger than the photograph, cause no warning.
WARNING_ROTATION = 1.5
"""Shift of the corners in px by rotation or scale that is a warning; an error as a shift is."""

# Some saturated pixels are normal, such as highlights on varnish; the larger this share, the more
# clipped paint goes unnoticed.
SATURATED_SHARE = 0.01
"""Share of pixels at full scale above which an image counts as saturated."""

# The 99th percentile rather than the maximum, which a hot pixel would set. At 8 bits, 1 % of full
# scale leaves two or three steps for the whole painting.
DARK_LEVEL = 0.01
"""Share of full scale; an image whose 99th percentile is lower counts as nearly black."""


@dataclass(frozen=True, kw_only=True)
class SceneRow:
    """The content of one scene.

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

    def add(self, level: Level, file: Path, message: str, remedy: Remedy = None) -> None:
        finding = Finding(level=level, scene=self.scene, file=file, message=message, remedy=remedy)
        self.findings.append(finding)

    @contextmanager
    def errors_of(self, file: Path, remedy: Remedy = None) -> Iterator[None]:
        """Note an error in reading ``file``, and continue after the block."""
        try:
            yield
        except InputError as error:
            self.add("error", file, str(error), remedy)


def check_scene(files: SceneFiles) -> tuple[SceneRow, list[Finding]]:
    """Check every image of a scene; an unreadable file is a finding too."""
    notes = _Notes(files.name)
    coding = _read(files.rgb, lambda _: coding_of_photograph(files), notes)
    photograph = None if coding is None else _read(files.rgb, decode_picture, notes)
    shape = None if photograph is None else photograph.values.shape[:2]
    mask = _read(files.mask, lambda path: read_mask(path, shape), notes)
    ranges = edges = content = None
    if photograph is not None and coding is not None:
        scaled = photograph.srgb(coding)
        ranges = _check_exposure(files.rgb, photograph, scaled, mask, notes)
        # An image of one value has no edges to measure a shift by, and is reported anyway.
        if not ranges.constancy:
            edges = central_edges(scaled.mean(axis=2))
            fits = mask is not None and mask.shape == shape
            content = SceneContent(
                files=files,
                photograph=np.broadcast_to(scaled, (*scaled.shape[:2], 3)),
                mask=mask if fits else None,
            )
    bands = _check_bands(files, shape, edges, mask, content, notes)
    for level, file, message in value_problems(ranges, bands.ranges):
        notes.add(level, file, message)
    if problem := coding_problem(files):
        notes.add("warning", *problem)
    for file, message in profile_problems(files):
        notes.add("warning", file, message)
    if content is not None:
        near = {path for path, shift in bands.shifts.items() if shift <= ERROR_SHIFT}
        notes.findings.extend(content.problems(near))
    _read(files.truth, lambda path: read_truth(path, shape), notes)
    notes.findings.extend(layer_findings(files, shape))
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
    """In px, of the bands whose shift can be measured."""

    edges: dict[Path, FloatArray]
    """Windowed edges of the bands that have the size of their photograph."""

    ranges: list[ValueRanges]
    mirrored: set[Path]


def _check_bands(
    files: SceneFiles,
    shape: tuple[int, ...] | None,
    edges: FloatArray | None,
    mask: BoolArray | None,
    content: SceneContent | None,
    notes: _Notes,
) -> _Bands:
    """Check all bands against the shape and the edges of their photograph, if known."""
    bands = _Bands(Counter(), {}, {}, [], set())
    for name, path in zip(files.band_ids, files.bands, strict=True):
        coding = _read(path, lambda _, name=name: coding_of_band(files, name), notes)  # type: ignore[misc]
        band = None if coding is None else _read(path, decode_picture, notes)
        if band is None or coding is None:
            continue
        bands.depths[band.depth] += 1
        if band.is_coloured():
            notes.add(
                "warning", path, f"{path} is a colour image: the mean of its channels is used"
            )
        grey = band.grey(coding)
        bands.ranges.append(_check_exposure(path, band, grey[..., None], mask, notes))
        if shape is not None:
            with notes.errors_of(path, remedy="register"):
                check_same_size(path, grey.shape, files.rgb, shape)
                if edges is not None and bands.ranges[-1].constancy is None:
                    _check_shift(path, edges, grey, bands, notes)
                    notes.findings.extend(content.add(name, path, grey) if content else ())
    if len(bands.depths) > 1:
        counts = ", ".join(f"{n} of {depth}" for depth, n in bands.depths.items())
        message = f"the bands of scene {files.name} differ in depth: {counts}"
        notes.add("warning", files.rgb, message)
    _check_related(files, bands, notes)
    return bands


def _check_related(files: SceneFiles, bands: _Bands, notes: _Notes) -> None:
    """Note bands that hardly show this painting, and bands likely extracted from a misread cube."""
    upright = {path: edges for path, edges in bands.edges.items() if path not in bands.mirrored}
    for path in unrelated(upright, bands.shifts):
        message = (
            f"{path} shares no edges with its photograph, nor with a band that does: does it show "
            f"this painting? If so, {registering(path)}"
        )
        notes.add("warning", path, message)
    # A single far band may have been moved; a wrong size or interleave affects several.
    n_far = sum(shift > FAR_SHIFT for shift in bands.shifts.values())
    if n_far > 1:
        message = (
            f"{n_far} bands of scene {files.name} are shifted by more than {FAR_SHIFT:g} px: if "
            "they come from a cube, its header may state a wrong size or interleave"
        )
        notes.add("warning", files.rgb, message)


def _check_shift(
    path: Path, edges: FloatArray, band: FloatArray, bands: _Bands, notes: _Notes
) -> None:
    """Note the shift in px, if measurable; of a rotated band it is that of its corners."""
    band_edges = central_edges(band)
    bands.edges[path] = windowed(band_edges)
    # Rotation first: the shift of a rotated band as a whole says little about its corners.
    rotation = measure_rotation(edges, band_edges)
    if rotation is not None and rotation.at_corners(band.shape) > WARNING_ROTATION:
        distance = rotation.at_corners(band.shape)
        how = (
            f"is not aligned with its photograph: rotated by {abs(rotation.degrees):.2f}°, "
            f"{abs(rotation.scale - 1):.2%} {'larger' if rotation.scale > 1 else 'smaller'}, up to "
            f"{distance:.1f} px at the corners"
        )
    else:
        photograph = windowed(edges)
        shift = measure_shift(photograph, bands.edges[path])
        distance = math.inf if shift is None else math.hypot(*shift)
        if distance > ERROR_SHIFT:
            mirroring = mirroring_problem(path, photograph, bands.edges[path])
            if mirroring is not None:
                notes.add("error", path, mirroring)
                bands.mirrored.add(path)
                return
        if shift is None:
            return
        how = (
            f"is shifted by {distance:.2f} px against its photograph "
            f"({shift[0]:+.2f} rows, {shift[1]:+.2f} columns)"
        )
    if distance > warning_shift(band.shape):
        level: Level = "error" if distance > ERROR_SHIFT else "warning"
        notes.add(level, path, f"{path} {how}: {registering(path)}", remedy="register")
    bands.shifts[path] = distance


def _read(path: Path | None, read: Callable[[Path], T], notes: _Notes) -> T | None:
    """Read a file if there is one; None, and a finding, if it cannot be read."""
    if path is not None:
        with notes.errors_of(path):
            return read(path)
    return None


def _check_exposure(
    path: Path, picture: Picture, values: FloatArray, mask: BoolArray | None, notes: _Notes
) -> ValueRanges:
    """Note over- and underexposure, unless ``values`` are constant, and return their ranges."""
    fits = mask is not None and mask.shape == values.shape[:2]
    ranges = value_ranges(path, values, mask if fits else None)
    for problem in _exposure_problems(picture) if ranges.constancy is None else ():
        notes.add("warning", path, f"{path} {problem}")
    return ranges


def _exposure_problems(picture: Picture) -> Iterator[str]:
    values, full_scale = picture.values, picture.full_scale
    # One clipped channel is enough, since it changes the colour.
    saturated = float((values >= full_scale).any(axis=2).mean())
    if saturated > SATURATED_SHARE:
        yield f"is saturated: {saturated:.1%} of its pixels are at full scale"
    bright = float(np.percentile(values, 99)) / full_scale
    if bright < DARK_LEVEL:
        yield f"is nearly black: 99 % of its values are below {bright:.2%} of full scale"
