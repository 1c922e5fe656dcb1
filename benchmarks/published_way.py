"""Graph building as in the published scripts, the reference for the speed of ours.

Every image, the photograph and each band, is segmented separately. The features of a superpixel
come from a boolean mask over the full image, one superpixel after another in Python; the adjacency
is a networkx graph whose edge weights are set in a Python loop. The code is slow as published, and
must not be optimised.

The labels of scikit-image start at 1, so row 0 of the features belongs to no superpixel.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage import filters, graph, segmentation

from artextract_cli._typing import FloatArray, IntArray
from artextract_cli.scenes.scene import Scene

N_FEATURES = 14
PHOTOGRAPH_COMPACTNESS, BAND_COMPACTNESS = 1.0, 0.01


class PublishedGraph(NamedTuple):
    """The graph of one image."""

    features: FloatArray  # (N + 1, 14)
    edges: NDArray[np.int64]  # (2, E), both directions one after the other
    weights: NDArray[np.float64]  # (E, 1)


def build(scene: Scene, n_segments: int) -> list[PublishedGraph]:
    """Build the graphs of the photograph and of every band."""
    bands = [scene.bands[..., b : b + 1] for b in range(scene.bands.shape[-1])]
    photograph = build_one(scene.rgb, n_segments, PHOTOGRAPH_COMPACTNESS)
    return [photograph, *(build_one(band, n_segments, BAND_COMPACTNESS) for band in bands)]


def build_one(image: FloatArray, n_segments: int, compactness: float) -> PublishedGraph:
    """Build the graph of ``image`` (H, W, C)."""
    labels = segmentation.slic(
        image, n_segments=n_segments, compactness=compactness, channel_axis=-1
    )
    features = node_features(image, labels)
    edges, weights = weighted_adjacency(image, labels)
    return PublishedGraph(features, edges, weights)


def node_features(image: FloatArray, labels: IntArray) -> FloatArray:
    """Mean, std, min, max per channel and the centroid (N + 1, 14), padded with zeros."""
    features = np.zeros((labels.max() + 1, N_FEATURES), np.float32)
    for label in range(labels.max() + 1):
        mask = labels == label
        pixels = image[mask]
        if pixels.size:
            parts = [pixels.mean(0), pixels.std(0), pixels.min(0), pixels.max(0)]
            row = np.concatenate([*parts, np.argwhere(mask).mean(0)])
            features[label, : len(row)] = row
    return features


def weighted_adjacency(
    image: FloatArray, labels: IntArray
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Edges (2, E) and weights (E, 1): differences of the statistics of two neighbours."""
    adjacency = graph.RAG(labels, connectivity=2)
    statistics = _edge_statistics(image, labels)
    for first, second in adjacency.edges:
        weight = sum(np.mean(np.abs(part[first] - part[second])) for part in statistics)
        adjacency.edges[first, second]["weight"] = weight
    edges, weights = [], []
    for first, second in adjacency.edges:
        edges += [[first, second], [second, first]]
        weights += [[adjacency.edges[first, second]["weight"]]] * 2
    return np.array(edges).T, np.array(weights)


def _edge_statistics(image: FloatArray, labels: IntArray) -> NDArray[np.float64]:
    """Mean, std and mean gradient of every label in every channel: (3, N + 1, C)."""
    present = np.unique(labels)
    statistics = np.zeros((3, labels.max() + 1, image.shape[2]))
    # scipy divides by the size of label 0, which has no pixel.
    with np.errstate(invalid="ignore"):
        for c in range(image.shape[2]):
            channel = image[:, :, c]
            gradient = filters.sobel(channel)
            statistics[0, present, c] = ndimage.mean(channel, labels, present)
            statistics[1, present, c] = ndimage.standard_deviation(channel, labels, present)
            statistics[2, present, c] = ndimage.mean(gradient, labels, present)
    return statistics
