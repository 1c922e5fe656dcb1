"""The picture of one pair from its results: difference, attention or Grad-CAM."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from artextract_cli.contract import FloatArray
from artextract_cli.errors import UsageError
from artextract_cli.figures import pair_figure
from artextract_cli.files import refuse_inputs
from artextract_cli.picture import decode_picture
from artextract_cli.results import SceneResult

LABELS = {
    "difference": "Heat map",
    "attention": "Attention given out, of its maximum",
    "gradcam": "Grad-CAM of the pair distance, of its maximum",
}


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a picture of a pair shows."""

    mode: str = "difference"  # or attention, gradcam
    show_band: str | None = None  # id or nm; the last band if None
    only_band: bool = False  # the difference of the photograph and this band alone
    colours: str = "blue-red"


def draw_pair(result: SceneResult, out: Path, look: Look) -> None:
    """Draw photograph, a band, the map that ``look`` asks for and its overlay.

    Raises
    ------
    UsageError
        If there is no such band, or the suffix of ``out`` is unknown.
    InputError
        If a map or a source picture is missing or damaged.
    """
    sources = (result.description["photograph"], *result.description["bands"])
    refuse_inputs(out, (Path(source["path"]) for source in sources))
    heatmap = result.map("heatmap")
    band = _find_band(result, look.show_band)
    numbers = {
        "Euclidean distance": result.description["euclidean_distance"]["fused"],
        f"to band {band['id']}": result.description["euclidean_distance"][band["id"]],
        "cosine similarity": result.description["cosine_similarity"]["fused"],
    }
    pair_figure(
        result.photograph(),
        _map(result, look.mode, band["page"] if look.only_band else None),
        title=result.name,
        shown_band=decode_picture(Path(band["path"])).grey(),
        band_title=f"Band {band['id']}" + (f" ({band['nm']:g} nm)" if band["nm"] else ""),
        score_label=f"Band {band['id']} alone" if look.only_band else LABELS[look.mode],
        numbers=numbers,
        out=out,
        mask=np.isfinite(heatmap),
        colours=look.colours,
        scale="false-alarm" if look.mode == "difference" else "importance",
    )


def _map(result: SceneResult, mode: str, page: int | None) -> FloatArray:
    """The difference (H, W), of one band if ``page`` says which, or an importance 0..1.

    An importance is the mean of photograph and bands, as a share of its maximum.
    """
    if mode == "difference":
        score = result.map("heatmap") if page is None else result.pages("bands")[page]
        return np.nan_to_num(score)
    importance = result.pages(mode).mean(0)
    return np.asarray(importance / max(float(importance.max()), 1e-12), np.float32)


def _find_band(result: SceneResult, wanted: str | None) -> dict[str, Any]:
    bands = result.description["bands"]
    wavelengths = result.description["wavelengths_nm"] or [None] * len(bands)
    known = [
        {**band, "nm": nm, "page": page}
        for page, (band, nm) in enumerate(zip(bands, wavelengths, strict=True))
    ]
    if wanted is None:
        return known[-1]
    for band in known:
        if wanted == band["id"] or (band["nm"] and wanted == f"{band['nm']:g}"):
            return band
    names = ", ".join(band["id"] for band in known)
    msg = f"scene {result.name} has no band {wanted!r}; its bands are: {names}"
    raise UsageError(msg)
