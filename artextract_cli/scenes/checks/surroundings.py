"""What else an image shows: a backdrop or a colour chart that no mask excludes."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from artextract_cli._typing import BoolArray, FloatArray
from artextract_cli.imaging.painting_mask import averaged, find_painting
from artextract_cli.scenes.checks.colour_chart import ColourChart, find_colour_chart
from artextract_cli.scenes.findings import Remedy
from artextract_cli.scenes.remedies import masking

CHART_SIDE = 512
"""Longest side in px of the reduced photograph in which a chart is searched for."""


def surroundings_problems(
    path: Path, photograph: FloatArray, bands: Sequence[FloatArray], mask: BoolArray | None
) -> Iterator[tuple[str, Remedy]]:
    """Sentences about a backdrop or chart, each with its remedy.

    A photograph is (H, W, 3), a band (H, W, 1). Images are reduced by `averaged`; the mask is not.
    """
    if mask is None:
        painting = find_painting([photograph, *bands])
        if painting is not None:
            yield (
                f"{path} shows a plain backdrop on {1 - painting.mean():.0%} of its pixels, but "
                f"has no object mask, so it is scored as paint: {masking(path)}",
                "mask",
            )
            return
    small = averaged(photograph, CHART_SIDE)
    factor = (1 if mask is None else mask.shape[0]) / small.shape[0]
    chart = find_colour_chart(small)
    if chart is not None and (mask is None or _is_painted(chart, mask, factor)):
        exclude = "it is scored as paint" if mask is None else "its object mask includes it"
        yield (
            f"{path} shows {chart.n_patches} even patches in a regular grid, probably a colour "
            f"chart, {_where(chart, small.shape)}, and {exclude}: draw an object mask without it",
            None,
        )


def _is_painted(chart: ColourChart, mask: BoolArray, factor: float) -> bool:
    """Whether most of a chart is inside the mask, which is larger by ``factor``."""
    rows, columns = (
        slice(round(start * factor), round(stop * factor))
        for start, stop in (chart.rows, chart.columns)
    )
    return bool(np.mean(mask[rows, columns]) > 0.5)


def _where(chart: ColourChart, shape: tuple[int, ...]) -> str:
    """The place of a chart in an image (h, w, ...), in percent of its height and width."""
    rows, columns = (
        f"{start / side:.0%} to {stop / side:.0%}"
        for (start, stop), side in zip((chart.rows, chart.columns), shape, strict=False)
    )
    return f"at {rows} of its height and {columns} of its width"
