"""The summary of a results directory."""

import csv
import dataclasses
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.results.reader import SUMMARY_FORMAT, SUMMARY_VERSION
from artextract_cli.utils.atomic import atomic_path


def mean_scores(heatmap: FloatArray, labels: NDArray[np.integer[Any]]) -> FloatArray:
    """Mean (N,) of a heat map (H, W) over every superpixel of ``labels`` (H, W).

    NaN where nothing is painted.
    """
    painted, n = np.isfinite(heatmap), int(labels.max()) + 1
    total = np.bincount(labels[painted], heatmap[painted], n)
    count = np.bincount(labels[painted], minlength=n)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class SceneSummary:
    """A scene's row in the summary: all that is kept of it while thousands of others are scored."""

    scene: str
    split: str | None
    euclidean_distance: float | None  # means over the bands; None without a network
    cosine_similarity: float | None
    share_above_1_percent_false_alarms: float
    something_is_there: bool | None  # None where the model does not judge whole paintings
    false_alarm_rate: float | None


def summarize(description: Mapping[str, Any]) -> SceneSummary:
    """The row of a scene from its description."""
    whole = description["image_level"] or {}
    return SceneSummary(
        scene=description["scene"],
        split=description["split"],
        euclidean_distance=_fused(description["euclidean_distance"]),
        cosine_similarity=_fused(description["cosine_similarity"]),
        share_above_1_percent_false_alarms=description["share_above_1_percent_false_alarms"],
        something_is_there=whole.get("something_is_there"),
        false_alarm_rate=whole.get("false_alarm_rate"),
    )


def _fused(numbers: Mapping[str, float] | None) -> float | None:
    """The mean over the bands of distances or similarities."""
    return None if numbers is None else numbers["fused"]


def write_summary(results: Path, scenes: Sequence[SceneSummary]) -> None:
    """Write summary.json and summary.csv over all scenes."""
    rows = [dataclasses.asdict(scene) for scene in scenes]
    summary = {"format": SUMMARY_FORMAT, "format_version": SUMMARY_VERSION, "scenes": rows}
    with atomic_path(results / "summary.json") as temporary:
        temporary.write_text(json.dumps(summary, indent=2), encoding="utf-8")
    with atomic_path(results / "summary.csv") as temporary:
        temporary.write_text(csv_text(tuple(rows[0]), rows), encoding="utf-8")


def csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV (RFC 4180)."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
