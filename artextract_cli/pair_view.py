"""The picture of one pair from its results: difference, attention or Grad-CAM."""

from pathlib import Path
from typing import Any

import numpy as np

from artextract_cli.contract import FloatArray
from artextract_cli.errors import UsageError
from artextract_cli.figures import pair_figure
from artextract_cli.picture import decode_picture
from artextract_cli.results import SceneResult

LABELS = {
    "attention": "attention given out, of its maximum",
    "gradcam": "Grad-CAM of the pair distance, of its maximum",
}


def draw_pair(
    result: SceneResult, out: Path, *, mode: str, show_band: str | None, colours: str
) -> None:
    """Draw photograph, a band, the map of ``mode`` and its overlay.

    Raises
    ------
    UsageError
        If there is no such band, or the suffix of ``out`` is unknown.
    InputError
        If a map or a source picture is missing or damaged.
    """
    heatmap = result.map("heatmap")
    band = _find_band(result, show_band)
    numbers = {
        "Euclidean distance": result.description["euclidean_distance"]["fused"],
        f"to band {band['id']}": result.description["euclidean_distance"][band["id"]],
        "cosine similarity": result.description["cosine_similarity"]["fused"],
    }
    pair_figure(
        result.photograph(),
        np.nan_to_num(heatmap) if mode == "difference" else _importance(result, mode),
        title=result.name,
        shown_band=decode_picture(Path(band["path"])).grey(),
        band_title=f"band {band['id']}" + (f" ({band['nm']:g} nm)" if band["nm"] else ""),
        score_label="heat map" if mode == "difference" else LABELS[mode],
        numbers=numbers,
        out=out,
        mask=np.isfinite(heatmap),
        colours=colours,
        scale="false-alarm" if mode == "difference" else "importance",
    )


def _importance(result: SceneResult, mode: str) -> FloatArray:
    """Mean of both branches, as a share of its maximum: (H, W), 0..1."""
    importance = result.map(mode).mean(0)
    return np.asarray(importance / max(float(importance.max()), 1e-12), np.float32)


def _find_band(result: SceneResult, wanted: str | None) -> dict[str, Any]:
    bands = result.description["bands"]
    wavelengths = result.description["wavelengths_nm"] or [None] * len(bands)
    known = [{**band, "nm": nm} for band, nm in zip(bands, wavelengths, strict=True)]
    if wanted is None:
        return known[-1]
    for band in known:
        if wanted == band["id"] or (band["nm"] and wanted == f"{band['nm']:g}"):
            return band
    names = ", ".join(band["id"] for band in known)
    msg = f"scene {result.name} has no band {wanted!r}; its bands are: {names}"
    raise UsageError(msg)
