"""Node features: their names and layout."""

from collections.abc import Sequence

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.graphs.regions import RegionStatistics
from artextract_cli.kernels import node_features as feature_kernels

PUBLISHED_STATISTICS = ("mean", "std", "min", "max")
STANDARD_STATISTICS = (*PUBLISHED_STATISTICS, "gradient")


def feature_names(features: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the node features (F) of the photograph and of a band."""
    if features == "published":
        photograph = [f"{s}_{c}" for s in PUBLISHED_STATISTICS for c in "rgb"] + ["row", "column"]
        band = [*PUBLISHED_STATISTICS, "row", "column"]
        return tuple(photograph), tuple(band + [""] * (len(photograph) - len(band)))
    place = ("row", "column", "size")
    photograph = [f"{s}_{c}" for s in STANDARD_STATISTICS for c in "rgb"]
    band = [s for s in STANDARD_STATISTICS for _ in "rgb"]
    return (*photograph, *place), (*band, *place)


def node_features(
    parts: Sequence[FloatArray], place: RegionStatistics, n_first: int, features: str
) -> FloatArray:
    """Node features (N, V, F), standardised, from the ``parts`` (N, C) by `STANDARD_STATISTICS`.

    Columns are standardised once and then gathered, as views share many of them.
    """
    if features == "published":
        columns = [*parts[: len(PUBLISHED_STATISTICS)], place.centroid]
    else:
        # The logarithm, as sizes are spread over orders of magnitude where fragments are joined.
        columns = [*parts, place.centroid, np.log(place.count.astype(np.float32))[:, None]]
    table = np.concatenate(columns, axis=1)
    feature_kernels.standardise(table)
    n_channels = parts[0].shape[1]
    views = [range(n_first)] + [range(c, c + 1) for c in range(n_first, n_channels)]
    layout = _published_layout if features == "published" else _standard_layout
    # (V, F) columns of the table.
    order = np.array([layout(view, n_channels) for view in views], np.int32)
    return feature_kernels.gather_columns(table, order.ravel()).reshape(len(table), *order.shape)


def _published_layout(view: range, n_channels: int) -> list[int]:
    """Mean, std, min, max per channel, row, column; a band is padded with zeros to 14."""
    n_parts = len(PUBLISHED_STATISTICS)
    columns = [part * n_channels + channel for part in range(n_parts) for channel in view]
    columns += [n_parts * n_channels + i for i in range(2)]
    return columns + [-1] * (14 - len(columns))


def _standard_layout(view: range, n_channels: int) -> list[int]:
    """Statistics of three channels, position and size; a band is treated as a grey photograph.

    A band equal to a grey photograph thus has equal features, and distance zero.
    """
    n_parts = len(STANDARD_STATISTICS)
    three = list(view) * (3 // len(view))
    columns = [part * n_channels + channel for part in range(n_parts) for channel in three]
    return columns + [n_parts * n_channels + i for i in range(3)]
