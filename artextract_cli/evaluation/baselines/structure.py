"""Baselines that compare neighbourhoods: of pixels, of patches, and of superpixels in a graph."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import BoolArray, FloatArray, IntArray
from artextract_cli.evaluation.baselines.lines import photograph_residual
from artextract_cli.evaluation.baselines.painted_pixels import (
    Values,
    blurred_inside,
    longest_band,
    painted_mask,
    pixels_of,
    scatter_to_image,
    standardiser,
)
from artextract_cli.evidence.band_regression import DARKEST, TARGET_BLUR, log_reflectance
from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.scenes.scene import Scene, inpaint_nearest
from artextract_cli.scenes.spectrum import infrared_bands

SSIM_SIGMA = 1.5  # px, the window of the authors
SSIM_MARGIN = 8  # px, more than the radius of that window
RANGE = 6.0  # of an image of variance one: three deviations in either direction

PATCH_SIGMAS = (1.0, 3.0)  # px: the pixel itself, and its neighbourhood
BANK_PIXELS = 512  # of the painting; time and memory grow with them
# Nearest pixels of the bank that are averaged: more than the few of a hidden layer that are in the
# bank, which would otherwise make it look normal.
NEIGHBOURS = 16

CHUNK = 1 << 15  # pixels whose distances to the bank are in memory at once: 64 MB
GRAPH_NODES = 1200  # superpixels; distances between all pairs are computed, 12 MB each


def structural_dissimilarity(scene: Scene) -> FloatArray:
    """One minus the structural similarity of the longest band and its prediction, 0 to 2.

    SSIM of Wang et al., "Image quality assessment: from error visibility to structural similarity",
    IEEE Trans. Image Processing 13(4), 2004, with their Gaussian window. The prediction is that
    of `photograph_residual`; both images have variance one.
    """
    from skimage.metrics import structural_similarity

    painted = painted_mask(scene)
    band = log_reflectance(inpaint_nearest(scene).bands[..., [longest_band(scene)]], TARGET_BLUR)[
        ..., 0
    ]
    predicted = band - photograph_residual(scene)
    # scikit-image refuses images smaller than its window and mirrors beyond the border; padding
    # avoids both and is cut off again.
    pair = [np.pad(_standardised(one, painted), SSIM_MARGIN, "edge") for one in (band, predicted)]
    _, similarity = structural_similarity(
        *pair, gaussian_weights=True, sigma=SSIM_SIGMA, data_range=RANGE, full=True
    )
    inside = similarity[SSIM_MARGIN:-SSIM_MARGIN, SSIM_MARGIN:-SSIM_MARGIN]
    return scatter_to_image(1 - inside[painted], painted)


def _standardised(image: FloatArray, painted: BoolArray) -> FloatArray:
    """``image`` (H, W) with mean zero and variance one where ``painted``."""
    values = image[painted].astype(np.float64)
    # Variation below this is rounding.
    spread = values.std() if values.std() > 1e-5 else np.inf
    return np.asarray((image - values.mean()) / spread, np.float32)


def local_anomaly(scene: Scene) -> FloatArray:
    """Mean distance of a pixel's neighbourhood to the nearest ones in a bank of the same painting.

    The memory bank of Roth et al., "Towards total recall in industrial anomaly detection", CVPR
    2022, on plain features instead of learned ones: the log bands, blurred at two scales, and the
    absolute difference between the two. The bank has `BANK_PIXELS` pixels of the painting itself,
    always the same; the distance is the mean over the `NEIGHBOURS` nearest.
    """
    painted = painted_mask(scene)
    features = _patch_features(scene, painted)
    chosen = np.random.default_rng(0).permutation(len(features))[:BANK_PIXELS]
    return scatter_to_image(mean_distance(features, features[chosen]), painted)


def _patch_features(scene: Scene, painted: BoolArray) -> FloatArray:
    """Features (P, F) of the painted pixels, each of variance one."""
    logs = np.log(scene.bands + np.float32(DARKEST))
    blurs = [blurred_inside(logs, painted, sigma) for sigma in PATCH_SIGMAS]
    parts = [blurs[0], blurs[1], np.abs(blurs[0] - blurs[1])]
    features = np.concatenate([pixels_of(part, painted) for part in parts], axis=1)
    return standardiser(features)(features).astype(np.float32)


def mean_distance(features: FloatArray, bank: FloatArray) -> FloatArray:
    """Mean distance (P,) of ``features`` (P, F) to their nearest neighbours in ``bank`` (M, F)."""
    n = min(NEIGHBOURS, len(bank))
    means = []
    for start in range(0, len(features), CHUNK):
        # (chunk, M): the whole matrix of a large scene would not fit into memory.
        squares = _squared_distances(features[start : start + CHUNK], bank)
        # Only the n smallest matter, not their order: O(M) instead of O(M log M).
        means.append(np.sqrt(np.partition(squares, n - 1, axis=1)[:, :n]).mean(axis=1))
    return np.concatenate(means)


def _squared_distances(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Squared distances (N, M) of the rows of ``a`` (N, F) and ``b`` (M, F)."""
    # |a|² + |b|² − 2ab: one matrix product, and no array (N, M, F). Rounding may make it negative.
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.asarray(np.maximum(squares, 0))


def graph_change(scene: Scene) -> FloatArray:
    """How unlike in the infrared superpixels are that are alike in the photograph, and vice versa.

    Structure consistency of Sun et al., "Structure consistency-based graph for unsupervised change
    detection with homogeneous and heterogeneous remote sensing images", IEEE Trans. Geoscience and
    Remote Sensing 60, 2022, with superpixels for patches: a graph joins each of about `GRAPH_NODES`
    superpixels to the √N most similar ones in one image; the change is how much larger their
    distances are in the other image than those of the most similar ones there. Nothing is learned.
    """
    painted = painted_mask(scene)
    labels = _superpixels(scene)[painted]
    # Superpixels without painted pixels are left out, and the others numbered from 0.
    numbered, labels = np.unique(labels, return_inverse=True)
    views = [_node_features(view, painted, labels, len(numbered)) for view in _views(scene)]
    distances = [np.sqrt(_squared_distances(view, view)) for view in views]
    change = structure_change(*distances) + structure_change(*reversed(distances))
    return scatter_to_image(change[labels], painted)


def _views(scene: Scene) -> tuple[FloatArray, FloatArray]:
    """Log channels of the photograph (H, W, 3) and of the infrared bands, or the longest band."""
    infrared = infrared_bands(scene) or [longest_band(scene)]
    channels = (linear_rgb(scene.rgb), scene.bands[..., infrared])
    first, second = (np.log(np.maximum(view, 0) + np.float32(DARKEST)) for view in channels)
    return first, second


def _superpixels(scene: Scene) -> IntArray:
    """Labels (H, W) of superpixels that respect the edges of both images."""
    from skimage.segmentation import slic

    image = np.concatenate(_views(inpaint_nearest(scene)), axis=-1).astype(np.float64)
    # Compactness is relative to colour differences, so the image is brought to unit spread.
    spread = max(float(image.std()), 1e-6)
    labels = slic(
        image / spread, n_segments=GRAPH_NODES, compactness=0.1, convert2lab=False, start_label=0
    )
    return np.asarray(labels)


def _node_features(view: FloatArray, painted: BoolArray, labels: IntArray, n: int) -> Values:
    """Mean and deviation (N, 2 · C) of ``view`` (H, W, C) in each superpixel, of variance one."""
    values = pixels_of(view, painted)
    counts = np.bincount(labels, minlength=n)[:, None]
    sums = [
        np.stack([np.bincount(labels, channel, n) for channel in powers.T], axis=1) / counts
        for powers in (values, values**2)
    ]
    # E[x²] − E[x]², in float64; rounding may make it negative.
    spread = np.sqrt(np.maximum(sums[1] - sums[0] ** 2, 0))
    features = np.concatenate([sums[0], spread], axis=1)
    return standardiser(features)(features)


def structure_change(graph: Values, other: Values) -> Values:
    """Excess distance (N,) in ``other`` (N, N) of the neighbours by ``graph`` (N, N).

    The excess is over the nearest ones in ``other``; both are distances.
    """
    n = max(1, round(np.sqrt(len(graph))))
    # Stable, so that equal distances give the same neighbours everywhere.
    alike = np.argsort(graph, axis=1, kind="stable")[:, :n]
    mapped = np.take_along_axis(other, alike, axis=1).mean(axis=1)
    nearest = np.sort(other, axis=1)[:, :n].mean(axis=1)
    return np.asarray(mapped - nearest)
