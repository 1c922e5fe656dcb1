"""Graph building with NumPy and scikit-image alone: one shared segmentation, fully vectorised.

One SLIC of scikit-image on the photograph serves all views. Sums over superpixels use `bincount`,
extremes reductions over sorted pixels, the adjacency `unique` over pairs of neighbours.

Letters: H rows, W columns, C channels, N superpixels, V views, E directed edges.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from skimage import filters, segmentation

from artextract_cli._typing import FloatArray, IntArray
from artextract_cli.scenes.scene import Scene

N_FEATURES = 14
COMPACTNESS = 10.0  # in CIELAB, as is the default of our plugin


class Regions(NamedTuple):
    """Statistics of N superpixels in each of C channels, and their centroids."""

    mean: FloatArray  # (N, C)
    std: FloatArray  # (N, C)
    low: FloatArray  # (N, C)
    high: FloatArray  # (N, C)
    gradient: FloatArray  # (N, C)
    centroid: FloatArray  # (N, 2)


class SharedGraph(NamedTuple):
    """One graph for all views of a scene; the published scripts build one for each image."""

    features: FloatArray  # (N, V, 14)
    edges: NDArray[np.int64]  # (2, E)
    weights: FloatArray  # (E, V)


def build(scene: Scene, n_segments: int) -> SharedGraph:
    """Build the graph of a scene."""
    labels = segmentation.slic(
        scene.rgb, n_segments=n_segments, compactness=COMPACTNESS, start_label=0, channel_axis=-1
    )
    image = np.concatenate([scene.rgb, scene.bands], axis=-1)
    return shared_graph(regions(image, labels), adjacency(labels))


def shared_graph(statistics: Regions, edges: NDArray[np.int64]) -> SharedGraph:
    """Arrange the statistics as the published features and edge weights of every view."""
    n_views = statistics.mean.shape[1] - 2
    features = np.zeros((len(statistics.mean), n_views, N_FEATURES), np.float32)
    parts = statistics[:4]
    photograph = np.concatenate([*(part[:, :3] for part in parts), statistics.centroid], axis=1)
    features[:, 0] = photograph
    for place, part in enumerate(parts):
        features[:, 1:, place] = part[:, 3:]
    features[:, 1:, 4:6] = statistics.centroid[:, None]
    return SharedGraph(features, edges, _weights(statistics, edges))


def regions(image: FloatArray, labels: IntArray) -> Regions:
    """Statistics of the superpixels of ``image`` (H, W, C)."""
    height, width, channels = image.shape
    flat, pixels = labels.ravel(), image.reshape(-1, channels)
    count = np.bincount(flat)
    # NumPy sorts 16-bit keys stably by counting, which is several times as fast.
    order = np.argsort(flat.astype(np.uint16 if len(count) < 2**16 else np.int64), kind="stable")
    starts = np.concatenate([[0], np.cumsum(count)[:-1]])
    gathered = pixels[order]
    mean, std = _moments(pixels, flat, count)
    rows, columns = np.repeat(np.arange(height), width), np.tile(np.arange(width), height)
    places = [np.bincount(flat, place) / count for place in (rows, columns)]
    gradients = [filters.sobel(image[..., c]).ravel() for c in range(channels)]
    return Regions(
        mean=mean,
        std=std,
        low=np.minimum.reduceat(gathered, starts),
        high=np.maximum.reduceat(gathered, starts),
        gradient=np.stack([np.bincount(flat, g) / count for g in gradients], axis=1),
        centroid=np.stack(places, axis=1).astype(np.float32),
    )


def _moments(
    pixels: FloatArray, flat: IntArray, count: NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation (N, C) of ``pixels`` (P, C) by their labels (P,)."""
    columns = pixels.T.astype(np.float64)
    mean = np.stack([np.bincount(flat, column) / count for column in columns], axis=1)
    square = np.stack([np.bincount(flat, column**2) / count for column in columns], axis=1)
    std = np.sqrt(np.maximum(square - mean**2, 0))
    return mean.astype(np.float32), std.astype(np.float32)


def adjacency(labels: IntArray) -> NDArray[np.int64]:
    """Directed edges (2, E) between adjacent labels (H, W), including diagonal neighbours."""
    n = int(labels.max()) + 1
    wide = labels.astype(np.int64)
    steps = (
        (wide[:, :-1], wide[:, 1:]),
        (wide[:-1], wide[1:]),
        (wide[:-1, :-1], wide[1:, 1:]),
        (wide[:-1, 1:], wide[1:, :-1]),
    )
    keys = []
    for here, there in steps:
        differ = here != there
        a, b = here[differ], there[differ]
        keys.append(np.minimum(a, b) * n + np.maximum(a, b))
    low, high = np.divmod(np.unique(np.concatenate(keys)), n)
    return np.stack([np.concatenate([low, high]), np.concatenate([high, low])])


def _weights(statistics: Regions, edges: NDArray[np.int64]) -> FloatArray:
    """Difference between the ends of an edge, averaged over the channels of a view: (E, V)."""
    source, target = edges
    parts = (statistics.mean, statistics.std, statistics.gradient)
    difference = sum(np.abs(part[source] - part[target]) for part in parts)
    photograph = difference[:, :3].mean(1, keepdims=True)
    return np.concatenate([photograph, difference[:, 3:]], axis=1).astype(np.float32)
