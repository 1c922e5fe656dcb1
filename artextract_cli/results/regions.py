"""The strongest regions of a scored scene."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.signs import DARKER, LIGHTER, SIGNED_MAPS, sign_of
from artextract_cli.imaging.resize import Enlarged
from artextract_cli.results.scene_scores import SceneScores
from artextract_cli.scenes.scene import Scene

EvidenceAt = Callable[[NDArray[np.intp], NDArray[np.intp]], FloatArray]
# A false-alarm rate of 1 % on clean paint, as -log10. A lower level marks chance as regions: at
# 1.3, a twentieth of every clean painting. A higher one loses faint layers, and below about 0.1 %
# (a score of 3) rates are extrapolated.
STRONG_LEVEL = 2.0
EXPECTED_SHARE = 0.01  # of clean paint scores above this level
# Unfamiliar clean paint may exceed the expected share a little; twice the share is called notable.
NOTABLE_SHARE = 2 * EXPECTED_SHARE
# Rows of regions.csv. By chance alone, 1 % of clean paint is above the level, mostly as specks:
# they have the smallest sums of scores, and are the ones left out.
MAX_REGIONS = 100
REGION_COLUMNS = (
    "region",
    "row",
    "column",
    "top",
    "left",
    "bottom",
    "right",
    "area_px",
    "mean_score",
    "max_score",
    "false_alarm_rate",
    "telling_band",
    "sign",
)


def signs_at(scores: SceneScores, scene: Scene) -> EvidenceAt | None:
    """Evidence for dark minus light content; None if the model does not distinguish them."""
    if not set(SIGNED_MAPS) <= scores.maps.keys():
        return None
    # Enlarged only at the pixels asked for: two whole maps would take eight bytes per pixel.
    dark, light = (Enlarged(scores.maps[name], scene.shape) for name in SIGNED_MAPS)
    return lambda rows, columns: dark.at(rows, columns) - light.at(rows, columns)


def shares_by_sign(
    scores: SceneScores, scene: Scene, heatmap: FloatArray
) -> dict[str, float] | None:
    """Shares of the painting that score high as darker and as lighter content."""
    signs = signs_at(scores, scene)
    if signs is None:
        return None
    inside = np.count_nonzero(np.isfinite(heatmap))
    darker = signs(*np.nonzero(heatmap >= STRONG_LEVEL)) >= 0
    n_darker = np.count_nonzero(darker)
    return {DARKER: n_darker / inside, LIGHTER: (darker.size - n_darker) / inside}


def superpixel_side(shape: Sequence[int], n_superpixels: int) -> int:
    """Side in pixels of a superpixel of mean size in an image of ``shape`` (H, W)."""
    # At least 1, for images of fewer pixels than a superpixel usually has.
    return max(1, round(float(np.sqrt(shape[0] * shape[1] / n_superpixels))))


def strong_regions(
    heatmap: FloatArray,
    band_evidence: EvidenceAt,
    band_ids: Sequence[str],
    reach: int = 0,
    signs: EvidenceAt | None = None,
) -> list[dict[str, Any]]:
    """Find the regions with at most 1 % false alarms, strongest first.

    ``heatmap`` is (H, W); ``band_evidence`` gives the signed evidence (P, B) at rows and columns,
    ``signs`` the excess (P,) of the score of dark content over that of light; None if unknown.
    Pixels belong to one region if they touch, at corners too, after each has grown by ``reach``
    pixels, so that a broken line stays one region. Only pixels at the level count for its numbers.
    Returns at most 100 regions, those with the largest sum of scores.
    """
    strong = heatmap >= STRONG_LEVEL
    if not strong.any():
        return []
    rows, columns = np.nonzero(strong)
    # From 0. Every group contains a strong pixel, so that all numbers occur.
    regions = _labelled(strong, reach)[rows, columns] - 1
    strength = np.bincount(regions, heatmap[rows, columns])
    # Sorting the P pixels by region once costs O(P log P); a mask per region would scan the image
    # for each of what may be thousands. Stable sorts keep the table the same in every run.
    order = np.argsort(regions, kind="stable")
    pixels = np.split(order, np.cumsum(np.bincount(regions))[:-1])
    strongest = np.argsort(-strength, kind="stable")[:MAX_REGIONS]
    return [
        _region(number, rows[where], columns[where], heatmap, band_evidence, band_ids, signs)
        for number, where in enumerate((pixels[region] for region in strongest), start=1)
    ]


def _labelled(strong: NDArray[np.bool_], reach: int) -> NDArray[np.int32]:
    """Label (H, W), from 1, groups of pixels that touch after growing by ``reach``."""
    from scipy.ndimage import label, maximum_filter

    # Mode "constant": nothing grows into the image from beyond its border.
    grown = maximum_filter(strong, 2 * reach + 1, mode="constant") if reach else strong
    # Neighbours at corners too: with SciPy's default of four neighbours, a diagonal line falls
    # apart.
    numbered, _ = label(grown, np.ones((3, 3)))
    return np.asarray(numbered, np.int32)


def _region(
    number: int,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    heatmap: FloatArray,
    band_evidence: EvidenceAt,
    band_ids: Sequence[str],
    signs: EvidenceAt | None,
) -> dict[str, Any]:
    """Describe a region, the pixels at ``rows`` (P,) and ``columns`` (P,), as a table row."""
    score = heatmap[rows, columns]
    # In float64: a float32 sum over a large region loses digits.
    mean = float(score.mean(dtype=np.float64))
    # Without signs, since evidence of either sign tells; (P, B), averaged over the pixels.
    telling = np.abs(band_evidence(rows, columns)).mean(0).argmax()
    values = (
        number,
        round(float(rows.mean()), 1),
        round(float(columns.mean()), 1),
        int(rows.min()),
        int(columns.min()),
        # Exclusive ends, as in slices.
        int(rows.max()) + 1,
        int(columns.max()) + 1,
        len(rows),
        round(mean, 3),
        round(float(score.max()), 3),
        float(f"{10**-mean:.3g}"),
        band_ids[int(telling)],
        "" if signs is None else sign_of(float(signs(rows, columns).mean())),
    )
    return dict(zip(REGION_COLUMNS, values, strict=True))


def exceeds_expected_share(strong_share: float) -> bool:
    """Whether clearly more of a scene than of clean paint scores as high as strong regions."""
    return strong_share > NOTABLE_SHARE
