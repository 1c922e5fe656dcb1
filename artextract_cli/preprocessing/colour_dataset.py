"""Correcting the colours of photographs by a ColorChecker in them, or by a grey patch."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import SRGB, Coding, coded_rgb
from artextract_cli.imaging.colour.correction import (
    CLIPPED,
    MIN_PATCHES,
    Correction,
    ReferenceChart,
    chart_correction,
    corrected,
    grey_correction,
    reference_chart,
)
from artextract_cli.imaging.colour.differences import Colours
from artextract_cli.io.image import as_photograph
from artextract_cli.io.images import decode_picture
from artextract_cli.preprocessing.chart_finding import find_chart
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.dataset_writer import DatasetCopy, copied_dataset, update_description
from artextract_cli.scenes.embedded.codings import coding_of_photograph
from artextract_cli.scenes.scene import SceneFiles, chosen_scene
from artextract_cli.utils.events import warn
from artextract_cli.utils.output_plan import OutputPlan, check_new_folder
from artextract_cli.utils.parallel.work import results_of

DARK = 0.02
"""Linear value below which a grey patch is too dark to say anything about the light."""

UNEVEN = 0.1
"""Standard deviation of a grey patch, as a share of its mean, above which it is not one patch."""

CLIPPED_SHARE = 0.01
"""Share of pixels that a correction makes brighter than white above which it is warned of."""

GreyPatch = tuple[int, int, int, int]
"""Column and row of the top left corner, width and height, in px of the photograph."""


@dataclass(frozen=True, kw_only=True)
class PatchDifference:
    """One patch of known colour.

    Attributes
    ----------
    name
        Name of the patch.
    before, after
        ΔE00 from its reference, before and after the correction.
    """

    name: str
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class CorrectedPhotograph:
    """The correction of one photograph.

    Attributes
    ----------
    scene
        Name of the scene.
    measured_in
        Name of the scene in whose photograph the patches were measured.
    patches
        The differences of the patches.
    left_out
        Mean ΔE00 of each patch after the correction that the others give; None for a grey patch.
    matrix
        (3, 3): corrected colours are linear sRGB (..., 3) times this matrix.
    clipped
        Share of the pixels that became brighter than white.
    """

    scene: str
    measured_in: str
    patches: tuple[PatchDifference, ...]
    left_out: float | None
    matrix: tuple[tuple[float, ...], ...]
    clipped: float

    @property
    def mean(self) -> tuple[float, float]:
        """Mean ΔE00 before and after the correction."""
        before, after = np.mean([(p.before, p.after) for p in self.patches], axis=0).tolist()
        return before, after

    @property
    def largest(self) -> tuple[float, float]:
        """Largest ΔE00 before and after the correction."""
        before, after = np.max([(p.before, p.after) for p in self.patches], axis=0).tolist()
        return before, after


@dataclass(frozen=True, kw_only=True)
class _Reference:
    """What colours are measured by."""

    chart: ReferenceChart
    grey: GreyPatch | None

    def correction(self, files: SceneFiles) -> Correction:
        """The correction that a photograph asks for; raises if it would not be one."""
        linear = _linear(files)
        if self.grey is not None:
            return grey_correction(_grey(files, linear, self.grey))
        found = find_chart(linear, self.chart)
        if found is None:
            msg = (
                f"{files.rgb} shows no ColorChecker with its 24 patches: use that of another scene "
                "by --chart-scene SCENE, or a grey patch by --grey X,Y,WIDTH,HEIGHT"
            )
            raise InputError(msg)
        correction = chart_correction(found.measured, self.chart)
        if correction is None:
            msg = (
                f"the ColorChecker in {files.rgb} is overexposed: fewer than {MIN_PATCHES} of its "
                "patches are below full scale; use another photograph of it"
            )
            raise InputError(msg)
        return correction


def colour_dataset(
    dataset: Path,
    out: Path,
    *,
    grey: GreyPatch | None = None,
    chart_scene: str | None = None,
    coding: Coding | None = None,
    jobs: int = 1,
    on_scene: Callable[[str], None] = lambda name: None,
) -> list[CorrectedPhotograph]:
    """Correct the colours of photographs by a ColorChecker Classic in them, or by a grey patch.

    By a chart, the linear values are multiplied by the 3 × 3 matrix that brings its patches closest
    to their published colours. By a grey patch, the channels are scaled so that it is neutral.
    Photographs are written with 16 bits, as sRGB; all other files are copied. ``out`` is written
    in full or not at all.

    Parameters
    ----------
    dataset
        Dataset to read; never written to.
    out
        Dataset to write; must not exist, or be empty.
    grey
        Column, row, width and height of a grey patch in all photographs; None for a chart.
    chart_scene
        Scene whose correction serves all; each has its own if None.
    coding
        How pixel values relate to light; overrides ``dataset.yaml``.
    jobs
        Number of scenes corrected at a time, in processes of their own; see `build_dataset`.
    on_scene
        Called with the name of each scene once it is corrected.

    Returns
    -------
    list of CorrectedPhotograph
        One entry per scene.

    Raises
    ------
    UsageError
        If ``out`` lies in the dataset, or exists and is not empty.
    InputError
        If a photograph shows no chart, the grey patch is not one, colours would become worse, or
        there is no scene ``chart_scene``.
    """
    OutputPlan(out=out, source_folders={dataset: "dataset"}, rules=(check_new_folder,)).check()
    scenes = open_dataset(dataset, coding=coding).scenes
    reference = _Reference(chart=reference_chart(), grey=grey)
    shared = None
    if chart_scene is not None:
        shared = chart_scene, _checked(reference, chosen_scene(dataset, scenes, chart_scene))
    with copied_dataset(dataset, out, scenes) as output:
        output.copy_all(without={files.rgb for files in scenes})
        correct = partial(_correct, reference=reference, shared=shared, output=output)
        rows = results_of(correct, scenes, jobs, on_scene)
        for row in rows:
            _record_step(output, row, grey)
        _state_coding(output, scenes[0].coding)
    return rows


def _state_coding(output: DatasetCopy, coding: Coding) -> None:
    """State that photographs were written as sRGB if another coding was stated."""
    if coding.photograph not in (None, SRGB):
        written = replace(coding, photograph=SRGB).described(coding.by_band)
        update_description(output.folder, {"coding": written})


def _correct(
    files: SceneFiles,
    reference: _Reference,
    shared: tuple[str, Correction] | None,
    output: DatasetCopy,
) -> CorrectedPhotograph:
    measured_in, correction = shared or (files.name, _checked(reference, files))
    linear = _linear(files)
    clipped = float((linear @ correction.matrix > 1).any(axis=2).mean())
    if clipped > CLIPPED_SHARE:
        warn(
            f"{files.rgb}: {clipped:.1%} of its pixels become brighter than white and are clipped; "
            "expose the photograph for a shorter time"
        )
    output.write_reflectance(files.rgb, coded_rgb(corrected(linear, correction)))
    names = reference.chart.names if reference.grey is None else ("grey patch",)
    differences = zip(names, correction.before, correction.after, strict=True)
    return CorrectedPhotograph(
        scene=files.name,
        measured_in=measured_in,
        patches=tuple(
            PatchDifference(name=name, before=float(before), after=float(after))
            for name, before, after in differences
        ),
        left_out=None if reference.grey is not None else float(correction.left_out.mean()),
        matrix=tuple(tuple(map(float, row)) for row in correction.matrix),
        clipped=clipped,
    )


def _checked(reference: _Reference, files: SceneFiles) -> Correction:
    """The correction of a photograph, unless colours would become worse by it."""
    correction = reference.correction(files)
    if not correction.improves:
        msg = (
            f"{files.rgb} is not corrected, as its colours would be worse: mean ΔE00 "
            f"{correction.before.mean():.1f} now, and {np.nanmean(correction.left_out):.1f} for "
            "patches that the correction does not know; leave it as it is"
        )
        raise InputError(msg)
    return correction


def _linear(files: SceneFiles) -> FloatArray:
    """The photograph (H, W, 3), linear sRGB."""
    return as_photograph(decode_picture(files.rgb).linear(coding_of_photograph(files)))


def _grey(files: SceneFiles, linear: FloatArray, place: GreyPatch) -> Colours:
    """The mean (3,) of a grey patch, after checking that it is one."""
    left, top, width, height = place
    rows, columns = linear.shape[:2]
    if left + width > columns or top + height > rows:
        msg = (
            f"the grey patch {left},{top},{width},{height} does not lie in {files.rgb}, which has "
            f"{columns} × {rows} pixels: give it as X,Y,WIDTH,HEIGHT in pixels"
        )
        raise InputError(msg)
    patch = linear[top : top + height, left : left + width].reshape(-1, 3).astype(float)
    mean = patch.mean(axis=0)
    if mean.min() < DARK or (patch >= CLIPPED).mean() > CLIPPED_SHARE:
        how = "too dark" if mean.min() < DARK else "overexposed"
    elif (patch.std(axis=0) / mean).max() > UNEVEN:
        how = "uneven"
    else:
        return np.asarray(mean)
    msg = (
        f"the grey patch {left},{top},{width},{height} of {files.rgb} is {how}: choose a part of "
        "one patch, clear of its edges"
    )
    raise InputError(msg)


def _record_step(output: DatasetCopy, row: CorrectedPhotograph, grey: GreyPatch | None) -> None:
    parameters = {
        "method": "ColorChecker Classic, 3 × 3 matrix" if grey is None else "grey patch",
        "grey_px": None if grey is None else list(grey),
        "measured_in": row.measured_in,
    }
    figures = {
        "matrix": [[round(value, 6) for value in line] for line in row.matrix],
        "mean_difference": [round(value, 3) for value in row.mean],
        "largest_difference": [round(value, 3) for value in row.largest],
        "left_out_difference": None if row.left_out is None else round(row.left_out, 3),
        "clipped_share": round(row.clipped, 6),
    }
    output.record(row.scene, "colour", parameters, figures)
