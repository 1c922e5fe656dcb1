"""The pair figure: photograph, bands and a map of a scene's results, such as the heat map."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from artextract_cli._typing import BoolArray, FloatArray
from artextract_cli.errors import UsageError
from artextract_cli.evidence.signs import DARKER, LIGHTER, SIGNED_MAPS, WORDS
from artextract_cli.imaging.heatmap import ScaleName
from artextract_cli.io.images import decode_picture
from artextract_cli.results import sources
from artextract_cli.results.regions import STRONG_LEVEL, superpixel_side
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.visualization.panels import pair_figure
from artextract_cli.visualization.settings import DEFAULT_PAGE, Colours, Mode, Page, PairOptions

LABELS = {
    "difference": "Heat map",
    "dark": "Heat map of darker hidden content",
    "light": "Heat map of lighter hidden content",
    "attention": "Attention, relative to its maximum",
    "gradcam": "Grad-CAM of the pair distance, relative to its maximum",
    "hidden": "Hidden-layer image",
}
SCALES: Mapping[str, ScaleName] = {
    **dict.fromkeys(("difference", *SIGNED_MAPS), "false-alarm"),
    "hidden": "hidden",
}


def draw_pair(
    result: SceneResult,
    out: Path,
    *,
    mode: Mode = "difference",
    show_bands: Sequence[str] = (),
    only_band: bool = False,
    colours: Colours = "blue-red",
    page: Page = DEFAULT_PAGE,
) -> None:
    """Draw the RGB image, bands, a map of a scene, and the map over the image.

    Parameters
    ----------
    result
        The scene.
    out
        Figure to write: .png, .svg or .pdf.
    mode
        What the map shows: "difference" is the heat map, "dark" and "light" its signs, "attention",
        "gradcam", or the "hidden" layer.
    show_bands
        Bands to show, by id or wavelength in nm; the last one if empty.
    only_band
        Whether to show the heat map of the one shown band instead of the fused one.
    colours
        Colours of the heat map: "blue-red" or "jet".
    page
        Size and resolution.

    Raises
    ------
    UsageError
        If a band does not exist, the suffix of ``out`` is unknown, or it is an input, a result, or
        in a dataset.
    InputError
        If a map or a source image is missing, or has changed since it was scored.
    """
    options = PairOptions(
        mode=mode, show_bands=tuple(show_bands), only_band=only_band, colours=colours
    )
    if options.only_band and len(options.show_bands) > 1:
        msg = f"--only-band takes one --show-band, not {', '.join(options.show_bands)}"
        raise UsageError(msg)
    if options.only_band and options.mode != "difference":
        msg = f"--only-band requires --mode difference, not {options.mode}"
        raise UsageError(msg)
    result.output_plan(out).check()
    heatmap = result.map("heatmap")
    bands = [_find_band(result, wanted) for wanted in options.show_bands or (None,)]
    alone = bands[0]["page"] if options.only_band else None
    pair_figure(
        result.photograph(),
        _map(result, options.mode, alone),
        title=result.name,
        bands=[
            (_band_title(b), decode_picture(b["source"].check()).grey(b["source"].coding))
            for b in bands
        ],
        score_label=f"Band {bands[0]['id']} only"
        if options.only_band
        else _label(result, options.mode),
        numbers=_numbers(result, [band["id"] for band in bands]),
        out=out,
        mask=np.isfinite(heatmap),
        colours=options.colours,
        scale=_scale(result, options),
        outlines=_outlines(result) if options.mode == "difference" and alone is None else {},
        page=page,
    )


def _label(result: SceneResult, mode: str) -> str:
    if mode == "difference" and result.is_model_free:
        return f"Heat map: {result.description['heat_map_score']}, without learning"
    return LABELS[mode]


def _outlines(result: SceneResult) -> dict[str, BoolArray]:
    """Masks (H, W) of strong regions at least as large as a superpixel, by sign in words.

    Empty where the model does not distinguish signs.
    """
    if not result.is_signed:
        return {}
    dark, light = map(result.map, SIGNED_MAPS)
    strong = result.map("heatmap") >= STRONG_LEVEL
    # Smaller pieces are likely to be chance, and their outlines would hide what they enclose.
    least = superpixel_side(strong.shape, result.description["n_superpixels"]) ** 2
    by_sign = {DARKER: strong & (dark >= light), LIGHTER: strong & (dark < light)}
    large = {
        f"score of {STRONG_LEVEL:g} or more, {WORDS[sign]}": _large(region, least)
        for sign, region in by_sign.items()
    }
    return {name: region for name, region in large.items() if region.any()}


def _large(mask: BoolArray, least: int) -> BoolArray:
    """The connected components of ``mask`` (H, W) with at least ``least`` pixels."""
    from scipy.ndimage import label

    # Neighbours at corners too, as in the regions of the results.
    numbered, _ = label(mask, np.ones((3, 3)))
    is_large = np.bincount(numbered.ravel()) >= least
    # Number 0 is everything outside the mask.
    is_large[0] = False
    return np.asarray(is_large[numbered])


def _band_title(band: Mapping[str, Any]) -> str:
    if band["nm"] is None:
        return f"Band {band['id']}"
    wavelength = f"{band['nm']:g}\N{NO-BREAK SPACE}nm"
    if band["id"] == f"{band['nm']:g}":
        return f"Band {wavelength}"
    return f"Band {band['id']} ({wavelength})"


def _numbers(result: SceneResult, band_ids: Sequence[str]) -> dict[str, float]:
    """Numbers of the caption; a network that takes all bands together has none for single bands."""
    distances = result.description["euclidean_distance"]
    if distances is None:
        return {}
    to_bands = {f"to band {band}": distances[band] for band in band_ids if band in distances}
    similarity = result.description["cosine_similarity"]["fused"]
    return {
        "Euclidean distance": distances["fused"],
        **to_bands,
        "cosine similarity": similarity,
    }


def _scale(result: SceneResult, options: PairOptions) -> ScaleName:
    if options.mode == "difference" and options.only_band and result.is_signed:
        return "deviation"
    return SCALES.get(options.mode, "importance")


def _map(result: SceneResult, mode: str, page: int | None) -> FloatArray:
    """The map (H, W) of a mode; of "difference" that of a single band if ``page`` is given.

    Attention and Grad-CAM are means over photograph and bands, relative to their maximum.
    """
    if mode == "difference":
        score = result.map("heatmap") if page is None else result.map("bands", page)
        return np.nan_to_num(np.abs(score) if result.is_signed and page is not None else score)
    if mode in ("hidden", *SIGNED_MAPS):
        return np.nan_to_num(result.map(mode))
    importance = np.nan_to_num(result.pages(mode).mean(0))
    # A map of zeros stays one.
    return np.asarray(importance / max(float(importance.max()), 1e-12), np.float32)


def _find_band(result: SceneResult, wanted: str | None) -> dict[str, Any]:
    bands, of_bands = result.description["bands"], sources.bands(result)
    wavelengths = result.description["wavelengths_nm"] or [None] * len(bands)
    known = [
        {"id": band["id"], "source": source, "nm": nm, "page": page}
        for page, (band, source, nm) in enumerate(zip(bands, of_bands, wavelengths, strict=True))
    ]
    if wanted is None:
        # The last band usually has the longest wavelength, which sees deepest.
        return known[-1]
    for band in known:
        if wanted == band["id"] or (band["nm"] and wanted == f"{band['nm']:g}"):
            return band
    names = ", ".join(band["id"] for band in known)
    msg = f"scene {result.name} has no band {wanted!r}; its bands are: {names}"
    raise UsageError(msg)
