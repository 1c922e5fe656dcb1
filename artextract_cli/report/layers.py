"""The layers of a scene that the viewer can show, each encoded within a limit of bytes."""

from dataclasses import dataclass

import numpy as np

from artextract_cli._typing import BoolArray, FloatArray
from artextract_cli.evidence.signs import SIGNED_MAPS
from artextract_cli.imaging.heatmap import ScaleName, colour, overlay, own_greys, own_scale
from artextract_cli.io.image import is_coloured
from artextract_cli.report.derived import false_colour, false_colour_band, principal_components
from artextract_cli.report.images import Encoded, as_bytes, grey, jpeg, reduced, score_png
from artextract_cli.report.palettes import LEVELS, ColourBar, colour_bar, grey_bar
from artextract_cli.report.wording import capital, percent
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.scene_scores import LayerEvidence
from artextract_cli.scenes.layers import KIND_WORDS

# Bytes per scene, whatever its content: 14.3 MB as text, so that a page stays below 15 MB. What the
# other images leave of it goes to the maps of signs and bands.
ALL_LIMIT = 10_700_000
# The largest share goes to what is examined closely: photograph, heat map, bands. Scores are PNG,
# which takes more bytes than JPEG. With three components, both hidden-layer images and the bands
# these limits add up to 9.65 MB, so that at least 1.05 MB are left for the maps of signs and bands;
# .35 MB in a scene with further layers.
LIMITS = {
    "photograph": 1_400_000,
    "false colour": 700_000,
    "component": 350_000,
    "hidden": 400_000,
    "overlay": 300_000,
    "heat map": 1_800_000,
}
ALL_BANDS_LIMIT = 3_600_000
ALL_LAYERS_LIMIT = 700_000  # of the further layers of a scene, of which most have none
# In px, of the square with as many pixels. It is a still image for print: across the 170 mm that A4
# leaves between margins, these are 180 pixels per inch.
OVERLAY_SIDE = 1200
ABSOLUTE = "hidden-absolute"
"""Key of the hidden-layer image on the scale of all reports; it is a layer of the viewer only."""

LAYER_WORDS = dict(zip(SIGNED_MAPS, ("Darker", "Lighter"), strict=True))

GROUPS = ("Images", "Further layers", "Bands", "Principal components", "Heat maps")
PICTURES, LAYERS, BANDS, COMPONENTS, SCORES = GROUPS


SCORE_NOTE = "score: −log10 of the share of clean paint that scores as high"
LAYER_NOTE = (
    "score of what the visible surface does not explain: −log10 of the share of this painting that "
    "is expected to score as high without anything hidden"
)


@dataclass(frozen=True, kw_only=True)
class Layer:
    """An image of the scene, in the frame of its photograph."""

    key: str
    group: str
    place: int
    """Position within its group."""

    label: str
    note: str
    encoded: Encoded
    scale: ScaleName | None = None
    """Colour scale of a score in grey levels; None for an image that is shown as it is."""

    bar: ColourBar | None = None
    """The bar of an image whose greys have a meaning."""

    @property
    def has_plate(self) -> bool:
        """Whether the page shows it as a plate, beside the viewer."""
        return self.scale is None and self.key != ABSOLUTE


def band_names(result: SceneResult) -> list[str]:
    """Names of the bands for readers: the wavelength, and the id if it differs."""
    ids = [str(band["id"]) for band in result.description["bands"]]
    wavelengths = result.description["wavelengths_nm"]
    if wavelengths is None:
        return [f"band {name}" for name in ids]
    return [
        f"{nm:g} nm" if name == f"{nm:g}" else f"{nm:g} nm (band {name})"
        for name, nm in zip(ids, wavelengths, strict=True)
    ]


def photograph_layer(rgb: FloatArray) -> Layer:
    """Layer of the photograph (h, w, 3), sRGB 0..1."""
    return Layer(
        key="photograph",
        group=PICTURES,
        place=0,
        label="Photograph",
        note="as scored",
        encoded=jpeg(as_bytes(rgb), LIMITS["photograph"]),
    )


def hidden_layers(image: FloatArray) -> list[Layer]:
    """Layers of the hidden-layer image (h, w): on a scale of its own, and on that of all images."""
    own = own_scale(image)
    black, *_, white = own.ticks.values()
    absolute = np.ascontiguousarray(colour(np.nan_to_num(image), scale="hidden")[..., 0])
    return [
        Layer(
            key="hidden",
            group=PICTURES,
            place=1,
            label="Hidden-layer image",
            note="estimated change in the longest infrared band, at full strength everywhere; "
            f"stretched from {black} (black) to {white} (white)",
            encoded=jpeg(own_greys(image, own), LIMITS["hidden"]),
            bar=grey_bar(own),
        ),
        Layer(
            key=ABSOLUTE,
            group=PICTURES,
            place=2,
            label="Hidden-layer image, absolute scale",
            note="on the scale of all reports",
            encoded=jpeg(absolute, LIMITS["hidden"]),
            bar=colour_bar("hidden"),
        ),
    ]


def band_layer(result: SceneResult, index: int, band: FloatArray) -> Layer:
    """Layer of one band (h, w), linear 0..1."""
    n_bands = len(result.description["bands"])
    return Layer(
        key=f"band-{index}",
        group=BANDS,
        place=index,
        label=capital(band_names(result)[index]),
        note="",
        # Shared equally: the page has the same size for 4 bands as for 40.
        encoded=jpeg(grey(band), ALL_BANDS_LIMIT // n_bands),
    )


def layer_label(result: SceneResult, name: str) -> str:
    """What a further layer is, and its name, such as ``X-ray radiograph (xray)``."""
    return f"{KIND_WORDS[result.description['layers'][name]['kind']]} ({name})"


def further_layer(result: SceneResult, name: str, image: FloatArray) -> Layer:
    """Layer of a further layer of the scene (h, w, C), 0..1."""
    names = list(result.description["layers"])
    picture = as_bytes(image) if is_coloured(image) else grey(image[..., 0])
    return Layer(
        key=f"layer-{name}",
        group=LAYERS,
        place=names.index(name),
        label=capital(layer_label(result, name)),
        note="",
        encoded=jpeg(picture, ALL_LAYERS_LIMIT // len(names)),
    )


def layer_evidence_layer(
    result: SceneResult, name: str, residuals: FloatArray, limit: int
) -> Layer:
    """Layer of what a further layer shows beyond the visible surface: ``residuals`` (h, w)."""
    return _score_layer(
        layer_score(result, name, residuals),
        "false-alarm",
        limit,
        key=f"evidence-of-{name}",
        # After the bands, of which there are fewer than this.
        place=10_000 + list(result.description["layers"]).index(name),
        label=f"{capital(layer_label(result, name))}, beyond the surface",
        note=LAYER_NOTE,
    )


def layer_score(result: SceneResult, name: str, residuals: FloatArray) -> FloatArray:
    """−log10 of the false-alarm rate of residuals of a layer; NaN where they are."""
    evidence = LayerEvidence.recorded(result.description["layers"][name]["evidence"])
    return np.where(np.isfinite(residuals), evidence.levels(residuals), np.nan)


def heat_map_layer(score: FloatArray) -> Layer:
    """Layer of the calibrated score (h, w) of all bands together."""
    return _score_layer(
        score,
        "false-alarm",
        LIMITS["heat map"],
        key="heatmap",
        # Before the re-ranked map at -3, those of either sign, and those of the bands from 0 on.
        place=-4,
        label="Heat map, all bands",
        note=SCORE_NOTE,
    )


def reranked_layer(score: FloatArray) -> Layer:
    """Layer of the heat map (h, w) re-ranked by the marks of a person."""
    return _score_layer(
        score,
        "re-ranked",
        LIMITS["heat map"],
        key="reranked",
        place=-3,
        label="Heat map, re-ranked by marks",
        note="score of the heat map, raised or lowered where the paint resembles marked regions",
    )


def signed_layer(sign: str, score: FloatArray, limit: int) -> Layer:
    """Layer of the calibrated score (h, w) for darker, or lighter, hidden content."""
    word = LAYER_WORDS[sign]
    return _score_layer(
        score,
        "false-alarm",
        limit,
        key=sign,
        place=SIGNED_MAPS.index(sign) - 2,
        label=f"{word} than expected",
        note=f"score for hidden content {word.lower()} than the visible colours predict",
    )


def evidence_layer(result: SceneResult, page: int, score: FloatArray, limit: int) -> Layer:
    """Layer of one band's evidence: signed deviations, or a score like that of all bands."""
    is_signed = result.is_signed
    deviations = "robust deviations from the values predicted by the visible bands"
    return _score_layer(
        score,
        "deviation" if is_signed else "false-alarm",
        limit,
        key=f"evidence-{page}",
        place=page,
        label=f"Heat map, {band_names(result)[page]} only",
        note=deviations if is_signed else SCORE_NOTE,
    )


def _score_layer(
    score: FloatArray, scale: ScaleName, limit: int, *, key: str, place: int, label: str, note: str
) -> Layer:
    """Layer of a map (h, w) in the colours of a scale, in at most ``limit`` bytes."""
    levels = LEVELS[scale]
    return Layer(
        key=key,
        group=SCORES,
        place=place,
        label=label,
        note=note,
        encoded=score_png(score, levels.step, levels.zero, limit),
        scale=scale,
    )


def still_overlay(rgb: FloatArray, score: FloatArray) -> Encoded:
    """Photograph and heat map as one still image, for paper and browsers without JavaScript."""
    small = reduced(score, OVERLAY_SIDE)
    still = overlay(reduced(rgb, OVERLAY_SIDE), np.nan_to_num(small), mask=np.isfinite(small))
    return jpeg(still, LIMITS["overlay"])


def component_layers(bands: list[FloatArray], painted: BoolArray) -> list[Layer]:
    """Layers of the principal components of bands (h, w) over the ``painted`` pixels (h, w)."""
    components = principal_components(np.stack(bands), painted)
    return [
        Layer(
            key=f"component-{number}",
            group=COMPONENTS,
            place=number,
            label=f"Principal component {number}",
            note=f"{percent(component.share)} of the variance of the bands",
            encoded=jpeg(component.picture, LIMITS["component"]),
        )
        for number, component in enumerate(components, start=1)
    ]


def false_colour_layers(
    result: SceneResult, rgb: FloatArray, bands: list[FloatArray]
) -> list[Layer]:
    """Layer of false-colour infrared, if a band is known to be infrared."""
    infrared = false_colour_band(result.description["wavelengths_nm"])
    if infrared is None:
        return []
    layer = Layer(
        key="false-colour",
        group=PICTURES,
        place=3,
        label="False-colour infrared",
        note=f"{band_names(result)[infrared]} as red, red as green, green as blue",
        encoded=jpeg(false_colour(rgb, bands[infrared]), LIMITS["false colour"]),
    )
    return [layer]
