"""What was found in a scene, in words and numbers, and what that does not tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from artextract_cli.evidence.signs import WORDS
from artextract_cli.report.derived import false_colour_band
from artextract_cli.report.regions import Regions
from artextract_cli.report.wording import decimal, millimetres, one_in, percent, unbroken
from artextract_cli.results.reader import SceneResult
from artextract_cli.results.regions import EXPECTED_SHARE, has_places

WITHOUT_LEARNING = (
    "This is a score without learning: no network took part. It says how far the infrared is from "
    "what the shorter wavelengths of this painting predict."
)


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The summary of a scene."""

    verdict: str
    is_found: bool
    whole_rate: float | None
    """Of clean paintings that score as high as a whole."""

    share: float
    """Of the painted surface that scores 2 or more."""

    sentences: tuple[str, ...]
    numbers: tuple[tuple[str, str, str], ...]
    """Value, what it is, what to compare it with."""

    caveats: tuple[str, ...]


def describe(result: SceneResult, regions: Regions, pixels_per_mm: float | None = None) -> Findings:
    """Put a scene's numbers into words; lengths in mm too where the scale is known."""
    described = result.description
    return Findings(
        verdict=_verdict(described),
        is_found=bool((described["image_level"] or {}).get("something_is_there")),
        whole_rate=(described["image_level"] or {}).get("false_alarm_rate"),
        share=described["share_above_1_percent_false_alarms"],
        sentences=tuple(
            unbroken(sentence)
            for sentence in (
                *((WITHOUT_LEARNING,) if result.is_model_free else ()),
                _whole(described["image_level"]),
                _share(described),
                _strongest(regions, pixels_per_mm),
            )
        ),
        numbers=_numbers(described, regions),
        caveats=tuple(map(unbroken, _caveats(result))),
    )


def _verdict(described: Mapping[str, Any]) -> str:
    """The first sentence: of the painting as a whole, and of places where that finds nothing."""
    whole = described["image_level"]
    places = has_places(described["share_above_1_percent_false_alarms"])
    if whole is not None and whole["something_is_there"]:
        return "Something may lie beneath this painting"
    if whole is None:
        return "Places to look at" if places else "No more differs than in clean paint"
    if places:
        return "Places to look at, but no finding for the painting as a whole"
    return "Nothing found that clean paintings do not show as well"


def _whole(whole: Mapping[str, Any] | None) -> str:
    if whole is None:
        return (
            "The model that was used scores places; it does not judge whether a painting as a "
            "whole hides something."
        )
    rate = whole["false_alarm_rate"]
    in_words = f" ({one_in(rate)})" if rate < 0.5 else ""
    return (
        f"Of paintings that hide nothing, {percent(rate)}{in_words} score as high as this one as a "
        "whole; from 5 % downwards this is called a finding."
    )


def _share(described: Mapping[str, Any]) -> str:
    share = described["share_above_1_percent_false_alarms"]
    if has_places(share):
        told = "clearly more than the 1 % that clean paint reaches by chance"
    elif share > EXPECTED_SHARE:
        told = "hardly more than the 1 % that clean paint reaches by chance"
    else:
        told = "no more than the 1 % that clean paint reaches by chance"
    return f"{percent(share)} of the painted surface scores 2 or more: {told}.{_signs(described)}"


def _signs(described: Mapping[str, Any]) -> str:
    signs = described["signs"]
    if signs is None or not described["share_above_1_percent_false_alarms"]:
        return ""
    shares = (f"{percent(signs[sign])} is {words}" for sign, words in WORDS.items())
    return f" Of the surface, {' and '.join(shares)} from the visible colours."


def _strongest(regions: Regions, pixels_per_mm: float | None) -> str:
    if not regions.listed:
        return "No connected region as large as a superpixel scores 2 or more."
    first = regions.listed[0]
    where = "at the centre" if first.place == "centre" else f"({first.place})"
    size = f"{first.width} × {first.height} px"
    if pixels_per_mm is not None:
        width, height = (millimetres(side, pixels_per_mm) for side in (first.width, first.height))
        size += f" ({width} × {height} mm)"
    return (
        f"The strongest region {where} is {size} with a mean score of "
        f"{decimal(first.mean_score)}; {first.telling_band} differs most there."
        + (f" It is {first.sign} in the infrared." if first.sign else "")
    )


def _numbers(described: Mapping[str, Any], regions: Regions) -> tuple[tuple[str, str, str], ...]:
    whole = described["image_level"]
    judged = (
        ()
        if whole is None
        else (
            (
                percent(whole["false_alarm_rate"]),
                "of clean paintings score as high as a whole",
                "a finding: at most 5 %",
            ),
        )
    )
    return (
        *judged,
        (
            percent(described["share_above_1_percent_false_alarms"]),
            "of the surface scores 2 or more",
            "clean paint: 1 %",
        ),
        (
            percent(described["share_blue"]),
            "of the surface stays blue (score up to 1.3)",
            "clean paint: 95 %",
        ),
        (
            str(len(regions.listed)),
            f"region{' is' if len(regions.listed) == 1 else 's are'} as large as a superpixel",
            "table below",
        ),
        *_of_embeddings(described),
    )


def _of_embeddings(described: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Distance and similarity; nothing without a network."""
    distance, similarity = described["euclidean_distance"], described["cosine_similarity"]
    if distance is None or similarity is None:
        return ()
    told = f"{decimal(distance['fused'])} / {decimal(similarity['fused'])}"
    what = "distance / cosine similarity of photograph and bands"
    return ((told, what, "of the embeddings; no unit"),)


def _caveats(result: SceneResult) -> tuple[str, ...]:
    """What the numbers do not tell; the last hold for networks that look for hidden layers."""
    general = (
        "A difference is not yet a hidden painting. Pigments that look alike but absorb infrared "
        "differently, retouchings, fillings, stains and pictures that do not lie exactly on each "
        "other differ too. Each region needs an eye on the bands, and the object.",
        "Blue is no proof of absence. What is opaque in every band, or shows no contrast to its "
        "ground in any of them, cannot be seen. Faded inks and light shapes on a dark ground are "
        "found least well.",
        "The rates count pixels of clean paint as the model knew it when it was calibrated. On "
        "other pigments and other cameras they are only roughly right, and below about 0.1 % they "
        "are extrapolated. A region's rate is that of a pixel with its mean score, not the chance "
        "that such a region appears anywhere in a painting.",
    )
    beneath = (
        "The picture of what lies beneath takes away what the visible colours explain. Drawing "
        "that follows the visible contours is taken away with them, and a retouching may be taken "
        "for hidden content. It is shown everywhere at full strength, so that it also holds what "
        "is only surface paint: the heat map says how surely a place differs. It does not tell "
        "how deep something lies.",
        "Darker and lighter compare the infrared with what the visible colours predict. Charcoal "
        "or bone black beneath is darker, lead white on a dark ground lighter, and a retouching "
        "may be either.",
    )
    blind = (
        "No band is known to be infrared (past 720 nm), so that hidden layers cannot be expected "
        "to show: what differs here are colours of the surface.",
    )
    sees_infrared = false_colour_band(result.description["wavelengths_nm"]) is not None
    return (() if sees_infrared else blind) + general + (beneath if result.is_signed else ())
