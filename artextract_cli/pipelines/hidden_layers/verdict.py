"""Image-level verdict: whether a painting hides anything at all.

Retouching, dark lines and unusual pigments score high in clean paintings too, in some more than in
others. The painting itself provides a null: scored with its longest visible band in place of the
infrared, it shows little hidden content, but the same surface. Half of that score is subtracted
from the original one, pixel by pixel. The difference is averaged over a neighbourhood and judged by
tiles, so that thin or small content counts in a large painting too.
"""

import dataclasses
import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.blocks import Block
from artextract_cli.imaging.coding import coded_rgb, linear_rgb
from artextract_cli.kernels.filters import blur
from artextract_cli.results.scene_scores import ANOMALOUS_SHARE
from artextract_cli.scenes.scene import Scene
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM

TILE = 256  # side in pixels: the size of the paintings that the bundled models are trained on
LEAST_PAINTED = 0.25  # share of a tile that must be painting for it to be judged
# Averages noise of single pixels, while a pencil line of 1 to 3 pixels still shows.
BLUR = 2.0  # σ in pixels
# AUROC of whole paintings of palettes a, b, c and random: .87, .79, .53, .52 without the null, .93,
# .82, .58, .61 with it.
NULL_SHARE = 0.5  # of the null that is subtracted; docs/detection.md compares with none
# Beyond `LAST_VISIBLE_NM`, so that the evidence takes the band for infrared; the shortest infrared
# band by default.
STAND_IN_NM = 750.0  # wavelength that the longest visible band is given


def without_infrared(scene: Scene) -> Scene:
    """Remove the infrared of a scene, and declare its longest visible band to be infrared.

    If no band is visible, the red of the photograph is used, and replaced by its green in the
    photograph.
    """
    nm = scene.wavelengths or ()
    visible = sorted((b for b in range(len(nm)) if nm[b] <= LAST_VISIBLE_NM), key=nm.__getitem__)
    if not visible:
        # The red of the photograph is then the longest visible light, and must not predict itself.
        return _without_red(scene)
    return _with(
        scene,
        bands=scene.filled(lambda block: scene.part(block).bands[..., visible], len(visible)),
        wavelengths=(*(nm[b] for b in visible[:-1]), STAND_IN_NM),
    )


def _without_red(scene: Scene) -> Scene:
    def red(block: Block) -> FloatArray:
        return linear_rgb(scene.part(block).rgb)[..., :1]

    def rest(block: Block) -> FloatArray:
        return coded_rgb(linear_rgb(scene.part(block).rgb)[..., [1, 1, 2]])

    red_only = _with(scene, bands=scene.filled(red, 1), wavelengths=(STAND_IN_NM,))
    return dataclasses.replace(red_only, rgb=scene.filled(rest, 3))


def _with(scene: Scene, *, bands: FloatArray, wavelengths: tuple[float, ...]) -> Scene:
    ids = tuple(f"{nm:g}" for nm in wavelengths)
    return dataclasses.replace(scene, bands=bands, wavelengths=wavelengths, band_ids=ids)


def excesses(odds: FloatArray, null: FloatArray, painted: NDArray[np.bool_] | None) -> list[float]:
    """Excess of log odds (H, W) over those of the scene `without_infrared`, tile by tile."""
    return [
        _excess(odds[at], null[at], None if painted is None else painted[at])
        for at in tiles((odds.shape[0], odds.shape[1]), painted)
    ]


def _excess(odds: FloatArray, null: FloatArray, painted: NDArray[np.bool_] | None) -> float:
    excess = odds - np.float32(NULL_SHARE) * null
    if painted is not None and painted.any():
        # Pixels outside must neither count nor affect those at the border.
        excess = np.where(painted, excess, np.float32(np.median(excess[painted])))
    smooth = blur(np.ascontiguousarray(excess[..., None], np.float32), BLUR)[..., 0]
    inside = smooth if painted is None or not painted.any() else smooth[painted]
    # A quantile, not the maximum: in a full tile some 2000 pixels must agree.
    return float(np.quantile(inside, 1 - ANOMALOUS_SHARE))


def tiles(
    shape: tuple[int, int], painted: NDArray[np.bool_] | None
) -> Iterator[tuple[slice, slice]]:
    """Tiles of about `TILE` pixels a side with enough painting; all tiles if none has enough."""
    rows, columns = (_cuts(size) for size in shape)
    every = [(r, c) for r in rows for c in columns]
    enough = [at for at in every if painted is None or float(painted[at].mean()) >= LEAST_PAINTED]
    yield from enough or every


def _cuts(size: int) -> list[slice]:
    # Equal tiles, never a narrow rest: its quantile would vary more than that of the others.
    edges = np.linspace(0, size, max(1, round(size / TILE)) + 1).round().astype(int)
    return [slice(int(a), int(b)) for a, b in itertools.pairwise(edges)]
