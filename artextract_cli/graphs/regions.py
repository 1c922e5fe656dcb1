"""Regions of a label map: their numbering, statistics and adjacency, in compiled passes.

A label map is an array (H, W) of int32 with labels 0..N-1, each of which occurs;
:func:`connected_regions` computes one from any integers. The other functions rely on this and do
not check it: with a label outside 0..N-1 they read or write invalid memory.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray, IntArray, LabelMap
from artextract_cli.kernels import adjacency, label_topology, region_moments

MomentsOf = Callable[[Any, LabelMap, int], region_moments.Moments]


@dataclass(frozen=True, kw_only=True)
class RegionStatistics:
    """Statistics of N regions in each of C channels, their sizes and centroids."""

    mean: FloatArray  # (N, C)
    std: FloatArray  # (N, C), of the population
    minimum: FloatArray  # (N, C)
    maximum: FloatArray  # (N, C)
    count: NDArray[np.int64]  # (N,), pixels
    centroid: FloatArray  # (N, 2), row and column in pixels


def connected_regions(labels: IntArray, min_size: int = 1) -> tuple[LabelMap, int]:
    """Number the 4-connected regions of equal label.

    Regions of fewer than ``min_size`` pixels are joined, each to the neighbour with which it shares
    the longest border, until all are large enough or one remains.

    Parameters
    ----------
    labels
        (H, W), any integers.
    min_size
        Smallest region in pixels.

    Returns
    -------
    labels : ndarray
        (H, W) int32, 0..N-1, regions numbered by their first pixel in raster order.
    n : int
        Number of regions N.
    """
    # Other integer types are converted, as kernels are compiled for every type.
    kind = np.int32 if labels.dtype == np.int32 else np.int64
    regions, n = label_topology.components(np.require(labels, kind, ["C", "W"]))
    if min_size <= 1 or n == 1:
        return regions, n
    # Longest border first: a fragment joins the region that surrounds most of it, not the largest.
    sizes = label_topology.region_sizes(regions, n)
    borders = label_topology.longest_borders(regions, sizes, min_size)
    return regions, label_topology.join_fragments(regions, borders, sizes, min_size)


def _moments(image: FloatArray, labels: LabelMap, n: int) -> region_moments.Moments:
    return region_moments.moments(_pixels(image), labels, n)


def region_statistics(
    image: FloatArray, labels: LabelMap, n: int, moments_of: MomentsOf = _moments
) -> RegionStatistics:
    """Mean, deviation, extremes, size and centroid of the ``n`` regions of ``image`` (H, W, C).

    Sums are in double precision and relative to each region's first pixel, so that the deviation of
    16-bit counts, or of a large and nearly constant region, does not suffer cancellation.
    ``moments_of`` computes them where the image is an array of another device.
    """
    mean, std, minimum, maximum, count, centroid = moments_of(image, _map(labels), n)
    return RegionStatistics(
        mean=mean, std=std, minimum=minimum, maximum=maximum, count=count, centroid=centroid
    )


def region_means(image: FloatArray, labels: LabelMap, n: int) -> FloatArray:
    """Mean (N, C) of ``image`` (H, W, C) in each of the ``n`` regions."""
    return region_moments.means(_pixels(image), _map(labels), n)


def gradient_magnitude(image: FloatArray) -> FloatArray:
    """Sobel gradient magnitude of each channel, per pixel.

    The root mean square of the differences across two pixels along rows and columns, smoothed with
    1-2-1 the other way. The image is mirrored at its edges.

    Parameters
    ----------
    image
        (H, W, C) float32.

    Returns
    -------
    ndarray
        (H, W, C) float32, 0 or more, in units of the image per pixel.
    """
    return region_moments.sobel(_pixels(image))


def region_gradients(image: FloatArray, labels: LabelMap, n: int) -> FloatArray:
    """Mean (N, C) of the `gradient_magnitude` of ``image`` (H, W, C) in each of ``n`` regions."""
    return region_moments.mean_sobel(_pixels(image), _map(labels), n)


def region_adjacency(labels: LabelMap, n: int) -> NDArray[np.int64]:
    """Directed edges (2, E) between the regions that touch, also at a corner.

    Every pair occurs in both directions, sorted by source, then target, without self-loops.
    """
    return adjacency.edges_of_pairs(adjacency.touching_pairs(_map(labels)), n)


def _pixels(image: FloatArray) -> FloatArray:
    """Convert to the memory layout for which the kernels are compiled."""
    return np.require(image, np.float32, ["C", "W"])


def _map(labels: LabelMap) -> LabelMap:
    return np.require(labels, np.int32, ["C", "W"])
