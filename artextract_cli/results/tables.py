"""The results of one scene as data frames: its superpixels and its strong regions."""

import csv
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.results.regions import REGION_COLUMNS
from artextract_cli.results.summary import mean_scores
from artextract_cli.utils.optional import data_frame

if TYPE_CHECKING:
    import pandas

    from artextract_cli.results.scene_result import SceneResult

MAPS: Mapping[str, str] = {
    "heatmap": "score",
    **{name: name for name in ("network", "envelope", "residual", "dark", "light")},
    **{name: name for name in ("probability", "hidden")},
}
"""Maps of one page, and the columns for their means."""

INTEGER_COLUMNS = frozenset({"region", "top", "left", "bottom", "right", "area_px"})
TEXT_COLUMNS = frozenset({"telling_band", "sign"})


def superpixel_table(result: "SceneResult") -> "pandas.DataFrame":
    """One row per superpixel of a scene; see `SceneResult.to_dataframe`."""
    # Maps are read as float32, which is exact for whole numbers up to 2**24.
    labels = result.map("labels").astype(np.int64)
    columns = _geometry(labels) | {
        column: mean_scores(result.map(name), labels)
        for name, column in MAPS.items()
        if result.has_map(name)
    }
    if result.has_map("bands"):
        band_ids = (band["id"] for band in result.description["bands"])
        for band, evidence in zip(band_ids, result.pages("bands"), strict=True):
            columns[f"band_{band}"] = mean_scores(evidence, labels)
    return data_frame(list(columns), columns)


def _geometry(labels: NDArray[np.int64]) -> dict[str, NDArray[np.int64] | FloatArray]:
    """Number, centroid and size of every superpixel (N,) of ``labels`` (H, W)."""
    flat = labels.ravel()
    size = np.bincount(flat)
    # Sums of coordinates by label in one pass over the pixels, not one per superpixel.
    rows, columns = (np.bincount(flat, index.ravel()) for index in np.indices(labels.shape))
    return {
        "superpixel": np.arange(len(size)),
        "row": (rows / np.maximum(size, 1)).astype(np.float32),
        "column": (columns / np.maximum(size, 1)).astype(np.float32),
        "area_px": size,
    }


def region_table(result: "SceneResult") -> "pandas.DataFrame":
    """One row per strong region of a scene; see `SceneResult.to_dataframe`."""
    text = result.checked("regions.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return data_frame(
        REGION_COLUMNS,
        ({name: _value(name, row[name]) for name in REGION_COLUMNS} for row in rows),
    )


def _value(column: str, text: str) -> Any:
    if column in TEXT_COLUMNS:
        return text
    return int(text) if column in INTEGER_COLUMNS else float(text)
