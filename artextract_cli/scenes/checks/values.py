"""Plausibility checks of the pixel values of a scene: one set of rules for all commands."""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.io.codings import states_coding
from artextract_cli.io.images import n_bits
from artextract_cli.plugin.contract import superpixel_count
from artextract_cli.scenes.findings import Level
from artextract_cli.scenes.memory_plan import DEFAULT_REGION_SIZE
from artextract_cli.scenes.scene import Scene, SceneFiles
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM
from artextract_cli.utils.events import warn
from artextract_cli.utils.parallel.shared_arrays import row_chunks

CONSTANT_SHARE = 0.999
"""Share of pixels at one value from which an image counts as constant, hot pixels aside.
Even a thin drawing on clipped ground covers more than the rest."""

# No image of 27 real scenes looks cut off at these values; if 12 to 22 % of the lines of their
# bands are set to 0, nine in ten do (docs/capture.md).
CUT_SHARE, CUT_CONTRAST = 0.05, 0.25
"""Share of the lines of an image next to a border that must have one value for it to count as cut
off; and share of the median contrast along a line that the other images must have there."""

MIN_SUPERPIXELS = 40
"""Superpixels of default size below which a scene is warned of: those of 32 × 32 pixels."""

FLOAT_RANGE = (-0.05, 2.0)
"""Plausible values: noise may fall below black, and highlights be twice as bright as white."""

# Counts of 12 bits reach 1/16 of 16-bit full scale, those of 14 bits 1/4. None of 27 real and 70
# simulated scenes is as dim as that (docs/capture.md).
DIM, DIM_TOGETHER = 1 / 15, 1 / 4
"""Shares of full scale: an image nowhere brighter than the first looks like 12-bit counts in a
16-bit file, and bands that are all below the second like 14-bit counts, hot pixels included."""

MIN_DIM_BANDS = 3
"""Number of dim bands from which they are reported together; fewer may really be dark."""

DISPLAY_BITS = 8
"""Bits of a band that is probably coded for display."""

_UNKNOWN_CODING = (
    "has 8 bits and no stated coding: if it was saved for display, as most 8-bit images are, state "
    "coding: {bands: srgb} in dataset.yaml or use --coding bands=srgb; otherwise use linear "
    "instead of srgb"
)

N_ACROSS = 32
"""Rows, and columns, of the grid on which the median of a channel is taken."""

Problem = tuple[Level, str]


@dataclass(frozen=True, kw_only=True)
class Channel:
    """Ranges of the painted pixels of one channel (H, W)."""

    rows: FloatArray
    """(2, H), smallest and largest value; inf and -inf where nothing is painted."""

    columns: FloatArray
    """(2, W), likewise."""

    median: float
    n_at_median: int
    n_painted: int

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.rows.shape[1], self.columns.shape[1]


@dataclass(frozen=True)
class ValueRanges:
    """The ranges of the values of an image, channel by channel."""

    path: Path
    channels: Sequence[Channel]

    @property
    def brightest(self) -> float:
        """The largest value of the painted pixels."""
        return max(float(channel.rows[1].max()) for channel in self.channels)

    @property
    def constancy(self) -> str | None:
        """Description of the value that all but a few pixels have; None if values vary."""
        first = self.channels[0]
        n_others = max(channel.n_painted - channel.n_at_median for channel in self.channels)
        if n_others > (1 - CONSTANT_SHARE) * first.n_painted:
            return None
        where = "" if first.n_painted == math.prod(first.shape) else " within the object mask"
        which = f"all but {n_others} of {first.n_painted}" if n_others else "every"
        values = "values are" if n_others else "value is"
        return f"is constant{where}: {which} {values} {first.median:g}"


def check_values(files: SceneFiles, scene: Scene) -> list[str]:
    """Refuse constant images of a scene, warn of implausible values, and return the warnings.

    Infrared bands of unknown coding are among the warnings returned, but are left to
    `warn_of_coding` here, which warns once for a dataset.

    Raises
    ------
    InputError
        If the photograph or a band has one value in all but a few pixels.
    """
    channels = _channels(scene.bands, scene.mask)
    bands = [ValueRanges(path, [band]) for path, band in zip(files.bands, channels, strict=True)]
    photograph = value_ranges(files.rgb, scene.rgb, scene.mask)
    warnings = []
    for level, _, message in value_problems(photograph, bands):
        if level == "error":
            raise InputError(message)
        warn(message)
        warnings.append(message)
    problem = coding_problem(files)
    return warnings if problem is None else [*warnings, problem[1]]


def warn_of_coding(scenes: Iterable[SceneFiles]) -> None:
    """Warn of the first scene whose infrared may be coded for display."""
    if problem := next(filter(None, map(coding_problem, scenes)), None):
        warn(problem[1])


def coding_problem(files: SceneFiles) -> tuple[Path, str] | None:
    """The first infrared band of 8 bits without a stated coding, with a sentence about it.

    One for a scene is enough: its infrared bands were most likely saved in the same way. Unreadable
    files are skipped here: whoever reads them reports them.
    """
    bands = zip(files.band_ids, files.bands, files.wavelengths or (), strict=False)
    for band, path, nm in bands:
        if nm > LAST_VISIBLE_NM and not files.coding.states(band):
            with suppress(InputError):
                if n_bits(path) <= DISPLAY_BITS and not states_coding(path):
                    return path, f"{path} {_UNKNOWN_CODING}"
    return None


def value_ranges(path: Path, image: FloatArray, mask: NDArray[np.bool_] | None) -> ValueRanges:
    """Determine the ranges of the values of an image (H, W, C)."""
    return ValueRanges(path, _channels(image, mask))


def value_problems(
    photograph: ValueRanges | None, bands: Sequence[ValueRanges]
) -> Iterator[tuple[Level, Path, str]]:
    """Problems with the values of a scene's images: level, file and message."""
    if photograph is not None:
        for level, problem in (*_problems(photograph, bands, "bands"), *_too_small(photograph)):
            yield level, photograph.path, f"{photograph.path} {problem}"
    beside = [] if photograph is None else [photograph]
    for band in bands:
        for level, problem in _problems(band, beside, "photograph"):
            advice = ", or leave this band out" if level == "error" else ""
            yield level, band.path, f"{band.path} {problem}{advice}"
    for path, problem in _too_dim(beside, [band for band in bands if band.constancy is None]):
        yield "warning", path, f"{path} {problem}"


def _too_dim(
    photograph: Sequence[ValueRanges], bands: Sequence[ValueRanges]
) -> Iterator[tuple[Path, str]]:
    """Images that look like counts of fewer bits than the file has: all bands, or single ones."""
    together = max((band.brightest for band in bands), default=1.0)
    if len(bands) >= MIN_DIM_BANDS and together <= DIM_TOGETHER:
        yield bands[0].path, f"and the other bands of its scene contain {_dim(together)}"
        bands = []
    for image in (*photograph, *bands):
        if image.constancy is None and image.brightest <= DIM:
            yield image.path, f"contains {_dim(image.brightest)}"


def _dim(brightest: float) -> str:
    bits, factor = (12, 16) if brightest <= DIM else (14, 4)
    return (
        f"nothing brighter than {brightest:.2%} of full scale: if these are {bits}-bit counts "
        f"in a 16-bit file, multiply them by {factor}"
    )


def _channels(image: FloatArray, mask: NDArray[np.bool_] | None) -> list[Channel]:
    """Ranges of each channel of an image (H, W, C), read once, some rows at a time."""
    medians = [_median(image[..., channel], mask) for channel in range(image.shape[2])]
    # The masks may be endless, hence strict=False; the image decides the number of chunks.
    masks = repeat(None) if mask is None else row_chunks(mask)
    parts = [
        [_part(rows[..., channel], painted, value) for channel, value in enumerate(medians)]
        for rows, painted in zip(row_chunks(image), masks, strict=False)
    ]
    return [_joined(of_channel) for of_channel in zip(*parts, strict=True)]


def _joined(parts: Sequence[Channel]) -> Channel:
    """Combine the ranges of parts that lie one below the other."""
    columns = np.stack([part.columns for part in parts])
    return Channel(
        rows=np.concatenate([part.rows for part in parts], axis=1),
        columns=np.stack([columns[:, 0].min(axis=0), columns[:, 1].max(axis=0)]),
        median=parts[0].median,
        n_at_median=sum(part.n_at_median for part in parts),
        n_painted=sum(part.n_painted for part in parts),
    )


def _median(values: FloatArray, mask: NDArray[np.bool_] | None) -> float:
    """The median on a grid of pixels: the value of nearly all pixels, if there is one."""
    grid = tuple(slice(None, None, max(1, size // N_ACROSS)) for size in values.shape)
    sample = values[grid] if mask is None else values[grid][mask[grid]]
    # The grid missed the painting: any painted pixel is better than none.
    if mask is not None and not sample.size:
        sample = values[np.unravel_index(mask.argmax(), mask.shape)]
    return float(np.median(sample))


def _part(values: FloatArray, painted: NDArray[np.bool_] | None, median: float) -> Channel:
    low = high = np.ascontiguousarray(values)
    if painted is not None:
        # Never equal to the median nor an extreme, so that unpainted pixels do not count below.
        low, high = np.where(painted, low, np.inf), np.where(painted, high, -np.inf)
    rows, columns = (np.stack([low.min(axis=axis), high.max(axis=axis)]) for axis in (1, 0))
    return Channel(
        rows=rows,
        columns=columns,
        median=median,
        n_at_median=int(np.count_nonzero(low == median)),
        n_painted=low.size if painted is None else int(np.count_nonzero(painted)),
    )


def _problems(image: ValueRanges, others: Sequence[ValueRanges], what: str) -> Iterator[Problem]:
    if constant := image.constancy:
        yield "error", f"{constant}, so it carries no information; replace it"
        return
    low = min(float(channel.rows[0].min()) for channel in image.channels)
    if low < FLOAT_RANGE[0] or image.brightest > FLOAT_RANGE[1]:
        values = f"{low:g} to {image.brightest:g}"
        yield "warning", f"contains values from {values}; black is 0 and white is 1"
    if cut := _cut_off(image, others):
        advice = "replace it, or exclude them with the object mask"
        yield "warning", f"appears to be cut off: {cut}, unlike those of its {what}; {advice}"


def _cut_off(image: ValueRanges, others: Sequence[ValueRanges]) -> str | None:
    """Lines next to a border that have one value, although those of the others vary."""
    shape = image.channels[0].shape
    beside = [c for other in others for c in other.channels if c.shape == shape]
    for what in ("rows", "columns") if beside else ():
        # Lines without paint have the contrast -inf, which is not finite.
        contrast = np.mean([np.subtract(*getattr(c, what)[::-1]) for c in beside], axis=0)
        lines = np.stack([getattr(c, what) for c in image.channels])
        run = _edge_of_one_value(lines, contrast)
        if run is not None and lines[0, 0, run[0]] < 1:  # at full scale it is saturated
            span = f"{what} {run.min()} to {run.max()} of {lines.shape[2]}"
            return f"{span} have one value ({lines[0, 0, run[0]]:g})"
    return None


def _edge_of_one_value(lines: FloatArray, contrast: FloatArray) -> NDArray[np.intp] | None:
    """Indices of the lines (C, 2, n) of one value at a border; None where that is not unusual."""
    painted = np.flatnonzero(np.isfinite(contrast))
    median = np.median(contrast[painted])
    for inwards in (painted, painted[::-1]):
        is_same = (lines[..., inwards] == lines[:, :1, inwards[:1]]).all(axis=(0, 1))
        # The False at the end stops the run if all lines have one value.
        run = inwards[: np.append(is_same, False).argmin()]
        if (
            len(run) >= CUT_SHARE * len(painted)
            and np.median(contrast[run]) > CUT_CONTRAST * median
        ):
            return run
    return None


def _too_small(photograph: ValueRanges) -> Iterator[Problem]:
    n_pixels = photograph.channels[0].n_painted
    n_superpixels = superpixel_count((n_pixels, 1), None, DEFAULT_REGION_SIZE)
    if n_superpixels < MIN_SUPERPIXELS:
        about = f"{n_superpixels} superpixel{'s' * (n_superpixels != 1)}"
        yield (
            "warning",
            f"shows {n_pixels} pixels of painting, about {about}: too few for reliable results",
        )
