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
from artextract_cli.utils.atomic import atomic_path

SUMMARY_FORMAT, SUMMARY_VERSION = "artextract-summary", 4


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
    # bincount adds up in float64: a superpixel may have many pixels, the heat map is float32.
    total = np.bincount(labels[painted], heatmap[painted], n)
    count = np.bincount(labels[painted], minlength=n)
    # Of a superpixel without painting, 0 / 1 is computed and dropped: 0 / 0 would cause a warning.
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class SceneSummary:
    """One row of the summary of a results directory.

    Attributes
    ----------
    scene
        Name of the scene.
    split
        ``train``, ``val``, or empty for a scene without a dataset.
    euclidean_distance
        Mean distance of the pooled embedding of the RGB image to those of the bands; None without a
        network.
    cosine_similarity
        Mean cosine similarity of the same embeddings, -1..1; None without a network.
    share_above_1_percent_false_alarms
        Share of the painting that scores at most 1 % false alarms on clean paint, 0..1.
    something_is_there
        Whether something is hidden in the painting as a whole; None if the model gives no verdict.
    false_alarm_rate
        Share of clean paintings that score at least as high as a whole, 0..1; None if the model
        gives no verdict.
    verdict
        "finding", "no finding, but regions to examine" or "nothing found"; "no verdict" or "no
        verdict, but regions to examine" if the model does not judge the painting as a whole.
    registration_residual
        Largest shift of a band against the photograph in px; None if none can be measured.
    """

    scene: str
    split: str | None
    euclidean_distance: float | None
    cosine_similarity: float | None
    share_above_1_percent_false_alarms: float
    something_is_there: bool | None
    false_alarm_rate: float | None
    verdict: str
    registration_residual: float | None


SUMMARY_COLUMNS = tuple(field.name for field in dataclasses.fields(SceneSummary))


def summarize(description: Mapping[str, Any]) -> SceneSummary:
    """Summarise a scene from its description."""
    whole = description["image_level"] or {}
    return SceneSummary(
        scene=description["scene"],
        split=description["split"],
        euclidean_distance=_fused(description["euclidean_distance"]),
        cosine_similarity=_fused(description["cosine_similarity"]),
        share_above_1_percent_false_alarms=description["share_above_1_percent_false_alarms"],
        something_is_there=whole.get("something_is_there"),
        false_alarm_rate=whole.get("false_alarm_rate"),
        verdict=description["verdict"],
        registration_residual=description["registration"]["largest"],
    )


def _fused(numbers: Mapping[str, float] | None) -> float | None:
    """The mean over the bands of distances or similarities."""
    return None if numbers is None else numbers["fused"]


def write_summary(results: Path, scenes: Sequence[SceneSummary]) -> None:
    """Write summary.json and summary.csv of all scenes."""
    rows = [dataclasses.asdict(scene) for scene in scenes]
    summary = {"format": SUMMARY_FORMAT, "format_version": SUMMARY_VERSION, "scenes": rows}
    with atomic_path(results / "summary.json") as temporary:
        temporary.write_text(json.dumps(summary, indent=2), encoding="utf-8", newline="\n")
    with atomic_path(results / "summary.csv") as temporary:
        temporary.write_text(csv_text(SUMMARY_COLUMNS, rows), encoding="utf-8", newline="\n")


def csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Format rows as CSV (RFC 4180)."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
