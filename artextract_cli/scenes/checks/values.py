"""Whether the values of a scene's pictures tell anything; one rule for all that look at them."""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.blocks import row_chunks
from artextract_cli.io.images import n_bits
from artextract_cli.plugin.contract import superpixel_count
from artextract_cli.scenes.layout import Level
from artextract_cli.scenes.memory_plan import DEFAULT_REGION_SIZE
from artextract_cli.scenes.scene import Scene, SceneFiles
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM
from artextract_cli.utils.events import warn

CONSTANT_SHARE = 0.999
"""Of the pixels at one value, from which a picture tells nothing: dead but for a few hot pixels.
What is drawn on clipped ground, however thinly, covers more than the rest."""

CUT_SHARE, CUT_CONTRAST = 0.05, 0.25
"""Of the lines of a picture, up to a border, from which it looks cut off if they hold one value;
and of the usual contrast along a line, which the other pictures must have there."""

FEWEST_SUPERPIXELS = 40
"""Of the usual size, below which a scene is warned of: those of 32 × 32 pixels."""

FLOAT_RANGE = (-0.05, 2.0)
"""Noise around black, and highlights twice as bright as white, are still plausible."""

DIM, DIM_TOGETHER = 1 / 15, 1 / 4
"""Of full scale: what is nowhere brighter looks like counts of 12 bit in a file of 16, and what is
so in all bands of a scene like counts of 14 bit. Hot pixels do not count more than that either."""

SEVERAL = 3
"""Bands that are told of together; fewer may be dark by themselves."""

DISPLAY_BITS = 8
"""Of a band that is likely coded for display."""

UNTOLD = (
    "has 8 bit, and nothing says how it is coded: if it was saved for display, as most pictures "
    "of 8 bit are, say coding: {bands: srgb} in dataset.yaml or --coding bands=srgb, and linear "
    "instead of srgb if it was not"
)

N_ACROSS = 32
"""Rows, and columns, in which the usual value of a channel is looked for."""

Problem = tuple[Level, str]


@dataclass(frozen=True, kw_only=True)
class Channel:
    """What the painted pixels of one channel (H, W) hold."""

    rows: FloatArray
    """(2, H), least and largest value; inf and -inf where nothing is painted."""

    columns: FloatArray
    """(2, W), likewise."""

    usual: float
    n_usual: int
    n_painted: int

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.rows.shape[1], self.columns.shape[1]


@dataclass(frozen=True)
class Surveyed:
    """A picture, and what each of its channels holds."""

    path: Path
    channels: Sequence[Channel]

    @property
    def brightest(self) -> float:
        """The largest value that is painted."""
        return max(float(channel.rows[1].max()) for channel in self.channels)

    @property
    def constancy(self) -> str | None:
        """Which value the picture has, if it has one but for a few pixels."""
        first = self.channels[0]
        n_others = max(channel.n_painted - channel.n_usual for channel in self.channels)
        if n_others > (1 - CONSTANT_SHARE) * first.n_painted:
            return None
        where = "" if first.n_painted == math.prod(first.shape) else " within the object mask"
        which = f"all but {n_others} of {first.n_painted}" if n_others else "every"
        values = "values are" if n_others else "value is"
        return f"is constant{where}: {which} {values} {first.usual:g}"


def check_values(files: SceneFiles, scene: Scene) -> None:
    """Refuse pictures of a scene that tell nothing, and warn of what is hardly meant so.

    Raises
    ------
    InputError
        If the photograph or a band has one value throughout, but for a few pixels.
    """
    channels = _channels(scene.bands, scene.mask)
    bands = [Surveyed(path, [band]) for path, band in zip(files.bands, channels, strict=True)]
    for level, _, message in value_problems(surveyed(files.rgb, scene.rgb, scene.mask), bands):
        if level == "error":
            raise InputError(message)
        warn(message)


def warn_of_coding(scenes: Iterable[SceneFiles]) -> None:
    """Warn of the first of some scenes whose infrared may be coded for display."""
    for files in scenes:
        for path in islice(untold_coding(files), 1):
            warn(f"{path} {UNTOLD}")
            return


def untold_coding(files: SceneFiles) -> Iterator[Path]:
    """Infrared bands of 8 bit of which nothing says how they are coded.

    What cannot be read is left to those that read it.
    """
    of_bands = zip(files.band_ids, files.bands, files.wavelengths or (), strict=False)
    for band, path, nm in of_bands:
        if nm > LAST_VISIBLE_NM and not files.coding.states(band):
            with suppress(InputError):
                if n_bits(path) <= DISPLAY_BITS:
                    yield path


def surveyed(path: Path, picture: FloatArray, mask: NDArray[np.bool_] | None) -> Surveyed:
    """Look at all values of a picture (H, W, C)."""
    return Surveyed(path, _channels(picture, mask))


def value_problems(
    photograph: Surveyed | None, bands: Sequence[Surveyed]
) -> Iterator[tuple[Level, Path, str]]:
    """What is wrong with the values of a scene's pictures: how badly, of which file, and what."""
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
    photograph: Sequence[Surveyed], bands: Sequence[Surveyed]
) -> Iterator[tuple[Path, str]]:
    """Tell what looks like counts of fewer bits than the file has: all bands, or some pictures."""
    together = max((band.brightest for band in bands), default=1.0)
    if len(bands) >= SEVERAL and together <= DIM_TOGETHER:
        yield bands[0].path, f"and the other bands of its scene hold {_dim(together)}"
        bands = []
    for picture in (*photograph, *bands):
        if picture.constancy is None and picture.brightest <= DIM:
            yield picture.path, f"holds {_dim(picture.brightest)}"


def _dim(brightest: float) -> str:
    bits, factor = (12, 16) if brightest <= DIM else (14, 4)
    return (
        f"nothing brighter than {brightest:.2%} of full scale: if these are counts of {bits} bit "
        f"in a file of 16, multiply them by {factor}"
    )


def _channels(picture: FloatArray, mask: NDArray[np.bool_] | None) -> list[Channel]:
    """What each channel of a picture (H, W, C) holds, read once, some rows at a time."""
    usual = [_usual(picture[..., channel], mask) for channel in range(picture.shape[2])]
    masks = repeat(None) if mask is None else row_chunks(mask)
    parts = [
        [_part(rows[..., channel], painted, value) for channel, value in enumerate(usual)]
        for rows, painted in zip(row_chunks(picture), masks, strict=False)
    ]
    return [_joined(of_channel) for of_channel in zip(*parts, strict=True)]


def _joined(parts: Sequence[Channel]) -> Channel:
    """One below the other."""
    columns = np.stack([part.columns for part in parts])
    return Channel(
        rows=np.concatenate([part.rows for part in parts], axis=1),
        columns=np.stack([columns[:, 0].min(axis=0), columns[:, 1].max(axis=0)]),
        usual=parts[0].usual,
        n_usual=sum(part.n_usual for part in parts),
        n_painted=sum(part.n_painted for part in parts),
    )


def _usual(values: FloatArray, mask: NDArray[np.bool_] | None) -> float:
    """The value that nearly all pixels have, if they have one: the median of a grid of them."""
    grid = tuple(slice(None, None, max(1, size // N_ACROSS)) for size in values.shape)
    looked_at = values[grid] if mask is None else values[grid][mask[grid]]
    if mask is not None and not looked_at.size:
        looked_at = values[np.unravel_index(mask.argmax(), mask.shape)]
    return float(np.median(looked_at))


def _part(values: FloatArray, painted: NDArray[np.bool_] | None, usual: float) -> Channel:
    low = high = np.ascontiguousarray(values)
    if painted is not None:
        low, high = np.where(painted, low, np.inf), np.where(painted, high, -np.inf)
    rows, columns = (np.stack([low.min(axis=axis), high.max(axis=axis)]) for axis in (1, 0))
    return Channel(
        rows=rows,
        columns=columns,
        usual=usual,
        n_usual=int(np.count_nonzero(low == usual)),
        n_painted=low.size if painted is None else int(np.count_nonzero(painted)),
    )


def _problems(picture: Surveyed, others: Sequence[Surveyed], what: str) -> Iterator[Problem]:
    if constant := picture.constancy:
        yield "error", f"{constant}, which tells nothing; replace it"
        return
    low = min(float(channel.rows[0].min()) for channel in picture.channels)
    if low < FLOAT_RANGE[0] or picture.brightest > FLOAT_RANGE[1]:
        values = f"{low:g} to {picture.brightest:g}"
        yield "warning", f"holds values from {values}; black is 0 and white is 1"
    if cut := _cut_off(picture, others):
        advice = "replace it, or leave them out by the object mask"
        yield "warning", f"looks cut off: {cut}, unlike those of its {what}; {advice}"


def _cut_off(picture: Surveyed, others: Sequence[Surveyed]) -> str | None:
    """Which lines hold one value up to a border, though those of the others do not."""
    shape = picture.channels[0].shape
    beside = [c for other in others for c in other.channels if c.shape == shape]
    for what in ("rows", "columns") if beside else ():
        contrast = np.mean([np.subtract(*getattr(c, what)[::-1]) for c in beside], axis=0)
        lines = np.stack([getattr(c, what) for c in picture.channels])
        run = _edge_of_one_value(lines, contrast)
        if run is not None and lines[0, 0, run[0]] < 1:  # what is at full scale is saturated
            span = f"{what} {run.min()} to {run.max()} of {lines.shape[2]}"
            return f"{span} hold one value ({lines[0, 0, run[0]]:g})"
    return None


def _edge_of_one_value(lines: FloatArray, contrast: FloatArray) -> NDArray[np.intp] | None:
    """Which of the lines (C, 2, n) do, from a border inwards; None where they are not unusual."""
    painted = np.flatnonzero(np.isfinite(contrast))
    usual = np.median(contrast[painted])
    for inwards in (painted, painted[::-1]):
        is_same = (lines[..., inwards] == lines[:, :1, inwards[:1]]).all(axis=(0, 1))
        run = inwards[: np.append(is_same, False).argmin()]
        if len(run) >= CUT_SHARE * len(painted) and np.median(contrast[run]) > CUT_CONTRAST * usual:
            return run
    return None


def _too_small(photograph: Surveyed) -> Iterator[Problem]:
    n_pixels = photograph.channels[0].n_painted
    n_superpixels = superpixel_count((n_pixels, 1), None, DEFAULT_REGION_SIZE)
    if n_superpixels < FEWEST_SUPERPIXELS:
        about = f"{n_superpixels} superpixel{'s' * (n_superpixels != 1)}"
        yield (
            "warning",
            f"shows {n_pixels} pixels of painting, about {about}: so few tell nothing reliable",
        )
