"""The summary of a results directory."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.utils.atomic import atomic_path

SUMMARY_FORMAT, SUMMARY_VERSION = "artextract-summary", 3

SUMMARY_COLUMNS = (
    "scene",
    "split",
    "euclidean_distance",
    "cosine_similarity",
    "share_above_1_percent_false_alarms",
    "something_is_there",
    "false_alarm_rate",
)


def mean_scores(heatmap: FloatArray, labels: NDArray[np.integer[Any]]) -> FloatArray:
    """Mean of a heat map over every superpixel.

    Parameters
    ----------
    heatmap
        (H, W), NaN where there is no painting.
    labels
        (H, W), the superpixel of each pixel, 0..N-1.

    Returns
    -------
    ndarray
        (N,) float32, NaN for superpixels without painting.
    """
    painted, n = np.isfinite(heatmap), int(labels.max()) + 1
    total = np.bincount(labels[painted], heatmap[painted], n)
    count = np.bincount(labels[painted], minlength=n)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


def fused(numbers: Mapping[str, float] | None) -> float | None:
    """The mean over the bands of distances or similarities; None without a network."""
    return None if numbers is None else numbers["fused"]


def summary_row(description: Mapping[str, Any]) -> dict[str, Any]:
    """What the summary says of one scene, by `SUMMARY_COLUMNS`; None where it is not known."""
    verdict = description["image_level"] or {}
    values = (
        description["scene"],
        description["split"],
        fused(description["euclidean_distance"]),
        fused(description["cosine_similarity"]),
        description["share_above_1_percent_false_alarms"],
        verdict.get("something_is_there"),
        verdict.get("false_alarm_rate"),
    )
    return dict(zip(SUMMARY_COLUMNS, values, strict=True))


def write_summary(results: Path, descriptions: Sequence[Mapping[str, Any]]) -> None:
    """Write summary.json and summary.csv over all scenes."""
    rows = [summary_row(description) for description in descriptions]
    summary = {"format": SUMMARY_FORMAT, "format_version": SUMMARY_VERSION, "scenes": rows}
    with atomic_path(results / "summary.json") as temporary:
        temporary.write_text(json.dumps(summary, indent=2), encoding="utf-8")
    with atomic_path(results / "summary.csv") as temporary:
        temporary.write_text(csv_text(SUMMARY_COLUMNS, rows), encoding="utf-8")


def csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV (RFC 4180)."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
