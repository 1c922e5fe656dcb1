"""Colour corrections in linear light: by a chart of 24 known colours, or by a grey patch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.coding import LUMINANCE
from artextract_cli.imaging.colour.differences import Colours, ciede2000, lab_of

CHART_ROWS, CHART_COLUMNS = 4, 6

CLIPPED = 0.98
"""Linear value from which a channel of a patch counts as saturated, as a share of full scale."""

MIN_PATCHES = 15
"""Smallest number of patches that are not saturated. The matrix has 9 unknowns."""

_EDITION = "ColorChecker24 - After November 2014"
"""Colours published by X-Rite, "New color specifications for ColorChecker SG and Classic charts"
(2016), as colour-science lists them: measured under D50 for the 2° observer."""


@dataclass(frozen=True, kw_only=True)
class ReferenceChart:
    """The patches of a ColorChecker Classic, row by row from dark skin to black."""

    names: tuple[str, ...]
    linear: NDArray[np.float64]
    """(24, 3) linear sRGB; cyan lies outside of it, with red below 0."""

    lab: NDArray[np.float64]
    """(24, 3) under D50."""


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A linear correction, and how much it helps.

    Attributes
    ----------
    matrix
        (3, 3): corrected colours are ``colours @ matrix``, linear.
    before, after
        (N,) ΔE00 of the patches from their references.
    left_out
        (N,) ΔE00 of each patch after the correction that the others give; NaN if there are none.
    """

    matrix: NDArray[np.float64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    left_out: NDArray[np.float64]

    @property
    def improves(self) -> bool:
        """Whether colours that the correction was not fitted to come closer to what they are."""
        judged = self.after if np.isnan(self.left_out).any() else self.left_out
        return bool(judged.mean() < self.before.mean())


def reference_chart() -> ReferenceChart:
    """The published colours of the 24 patches."""
    import colour

    chart = colour.CCS_COLOURCHECKERS[_EDITION]
    xyz = colour.xyY_to_XYZ(np.array(list(chart.data.values())))
    linear = colour.XYZ_to_RGB(
        xyz,
        "sRGB",
        illuminant=chart.illuminant,
        chromatic_adaptation_transform="Bradford",
        apply_cctf_encoding=False,
    )
    return ReferenceChart(names=tuple(chart.data), linear=linear, lab=lab_of(linear))


def chart_correction(measured: Colours, reference: ReferenceChart) -> Correction | None:
    """Fit the matrix that brings patches closest to their references, in linear light.

    Parameters
    ----------
    measured
        (24, 3) linear sRGB, in the order of the reference.
    reference
        What the patches are.

    Returns
    -------
    Correction or None
        None if too many patches are saturated. Those are left out of the fit.
    """
    usable = np.flatnonzero((measured < CLIPPED).all(axis=1))
    if len(usable) < MIN_PATCHES:
        return None
    matrix = _fitted(measured[usable], reference.linear[usable])
    left_out = ciede2000(lab_of(measured @ matrix), reference.lab)
    for patch in usable:
        others = usable[usable != patch]
        without = _fitted(measured[others], reference.linear[others])
        left_out[patch] = ciede2000(lab_of(measured[patch] @ without), reference.lab[patch])
    return Correction(
        matrix=matrix,
        before=ciede2000(lab_of(measured), reference.lab),
        after=ciede2000(lab_of(measured @ matrix), reference.lab),
        left_out=left_out,
    )


def grey_correction(measured: Colours) -> Correction:
    """Scale the channels so that a grey patch becomes neutral; its luminance stays.

    Parameters
    ----------
    measured
        (3,) linear sRGB of the patch; none is 0.
    """
    luminance = float(measured @ LUMINANCE)
    matrix = np.diag(luminance / np.asarray(measured, float))
    neutral = lab_of(np.full((1, 3), luminance))
    return Correction(
        matrix=matrix,
        before=ciede2000(lab_of(measured[None]), neutral),
        after=ciede2000(lab_of((measured @ matrix)[None]), neutral),
        left_out=np.array([np.nan]),
    )


def corrected(linear: FloatArray, correction: Correction) -> FloatArray:
    """Apply a correction to (H, W, 3) linear sRGB, and clip it to 0..1."""
    return np.asarray(np.clip(linear @ correction.matrix.astype(np.float32), 0, 1), np.float32)


def _fitted(measured: Colours, reference: NDArray[np.float64]) -> NDArray[np.float64]:
    """The matrix of the smallest relative squared errors: dark patches count as much as light ones.

    Without this the fit would serve the light patches alone, as an error of the same size is
    more visible in the dark.
    """
    weights = 1 / np.maximum(reference @ LUMINANCE, 0.02)[:, None] ** (2 / 3)
    solution = np.linalg.lstsq(measured * weights, reference * weights, rcond=None)[0]
    return np.asarray(solution)
