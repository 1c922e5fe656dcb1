"""The findings of a scene in words and numbers, and their limitations."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artextract_cli.evidence.signs import WORDS
from artextract_cli.report.derived import false_colour_band
from artextract_cli.report.regions import Regions
from artextract_cli.report.wording import capital, decimal, millimetres, one_in, percent, unbroken
from artextract_cli.results.regions import EXPECTED_SHARE, exceeds_expected_share
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.verdict import MEANINGS
from artextract_cli.scenes.checks.registration import registration_of

_MOST = 3  # warnings of the images on the page; all are in scene.json
WITHOUT_LEARNING = (
    "This is a score without learning: no network was used. It measures how far the infrared "
    "deviates from what the shorter wavelengths of this painting predict."
)


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The summary of a scene."""

    verdict: str
    """The words of `results.verdict`, with a capital."""

    headline: str
    is_found: bool
    false_alarm_rate: float | None
    """Share of clean paintings that score at least as high overall; None without a verdict."""

    share: float
    """Share of the painted surface that scores 2 or more."""

    sentences: tuple[str, ...]
    numbers: tuple[tuple[str, str, str], ...]
    """Value, its meaning, and what to compare it with."""

    caveats: tuple[str, ...]


def describe(result: SceneResult, regions: Regions, pixels_per_mm: float | None = None) -> Findings:
    """Describe the results of a scene in words; lengths also in mm if the scale is known."""
    described = result.description
    registration, is_shifted = _registration(described)
    return Findings(
        verdict=capital(described["verdict"]),
        headline=_headline(described["verdict"]),
        is_found=bool((described["image_level"] or {}).get("something_is_there")),
        false_alarm_rate=(described["image_level"] or {}).get("false_alarm_rate"),
        share=described["share_above_1_percent_false_alarms"],
        sentences=tuple(
            unbroken(sentence)
            for sentence in (
                # Nothing that follows can be relied on if the bands are shifted.
                *((registration,) if is_shifted else ()),
                *((WITHOUT_LEARNING,) if result.is_model_free else ()),
                _image_level(described["image_level"]),
                _share(described),
                _strongest(regions, pixels_per_mm),
                *(() if is_shifted else (registration,)),
                *_warnings(described),
            )
        ),
        numbers=_numbers(described, regions),
        caveats=tuple(map(unbroken, _caveats(result))),
    )


def _warnings(described: Mapping[str, Any]) -> Iterator[str]:
    """Warnings of the images, which are named without their folders."""
    images = (described["photograph"], *described["bands"])
    folders = {str(Path(image["path"]).parent) + os.sep for image in images}
    for message in described["warnings"][:_MOST]:
        for folder in folders:
            message = message.replace(folder, "")
        yield f"Check the images: {message}."


def _headline(verdict: str) -> str:
    """The verdict as a sentence without its stop."""
    meaning = MEANINGS.get(verdict)
    return capital(verdict) + (f": {meaning}" if meaning else "")


def _image_level(image_level: Mapping[str, Any] | None) -> str:
    if image_level is None:
        return (
            "This model scores regions; it does not judge whether the painting as a whole hides "
            "something."
        )
    rate = image_level["false_alarm_rate"]
    # Above one half, "1 in 1.5" says less than the percentage.
    in_words = f" ({one_in(rate)})" if rate < 0.5 else ""
    return (
        f"Of paintings that hide nothing, {percent(rate)}{in_words} score at least as high "
        "overall; 5 % or less counts as a finding."
    )


def _share(described: Mapping[str, Any]) -> str:
    share = described["share_above_1_percent_false_alarms"]
    if exceeds_expected_share(share):
        comparison = "clearly more than the 1 % that clean paint reaches by chance"
    elif share > EXPECTED_SHARE:
        comparison = "hardly more than the 1 % that clean paint reaches by chance"
    else:
        comparison = "no more than the 1 % that clean paint reaches by chance"
    scored = f"{percent(share)} of the painted surface scores 2 or more: {comparison}."
    return scored + _signs(described)


def _signs(described: Mapping[str, Any]) -> str:
    signs = described["signs"]
    if signs is None or not described["share_above_1_percent_false_alarms"]:
        return ""
    shares = (f"{percent(signs[sign])} is {words}" for sign, words in WORDS.items())
    return f" Of the surface, {' and '.join(shares)}, given the visible colours."


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


def _registration(described: Mapping[str, Any]) -> tuple[str, bool]:
    """How well the bands are registered, and whether this is a warning."""
    registration = registration_of(described["registration"])
    if registration.largest is None:
        return (
            "Registration could not be measured: no band shares clear edges with the photograph in "
            "the middle of the painting. Check that they show the same painting.",
            True,
        )
    largest = decimal(registration.largest, 1)
    if registration.largest > registration.limit:
        return (
            f"Warning: band {registration.band} is shifted by {largest} px against the photograph, "
            "so scores and verdict may be wrong. Register the bands and score the painting again.",
            True,
        )
    if unmeasured := [band for band, shift in registration.residuals.items() if shift is None]:
        bands = f"band{'s' * (len(unmeasured) > 1)} {', '.join(unmeasured)}"
        return (
            f"Warning: the registration of {bands} cannot be measured, for lack of edges that the "
            "photograph has too. Check that this painting is shown there, and how it is placed.",
            True,
        )
    return f"Registration residual: at most {largest} px (band {registration.band}).", False


def _numbers(described: Mapping[str, Any], regions: Regions) -> tuple[tuple[str, str, str], ...]:
    image_level = described["image_level"]
    verdict = (
        ()
        if image_level is None
        else (
            (
                percent(image_level["false_alarm_rate"]),
                "of clean paintings score at least as high",
                "a finding: at most 5 %",
            ),
        )
    )
    return (
        *verdict,
        (
            percent(described["share_above_1_percent_false_alarms"]),
            "of the surface scores 2 or more",
            "clean paint: 1 %",
        ),
        (
            percent(described["share_blue"]),
            # 1.3 is -log10 of 5 %, where the blue of the heat map ends.
            "of the surface stays blue (score up to 1.3)",
            "clean paint: 95 %",
        ),
        (
            str(len(regions.listed)),
            f"region{'' if len(regions.listed) == 1 else 's'} of at least the size of a superpixel",
            "table below",
        ),
        *_of_embeddings(described),
    )


def _of_embeddings(described: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Distance and similarity of the embeddings; empty without a network."""
    distance, similarity = described["euclidean_distance"], described["cosine_similarity"]
    if distance is None or similarity is None:
        return ()
    values = f"{decimal(distance['fused'])} / {decimal(similarity['fused'])}"
    meaning = "distance / cosine similarity of photograph and bands"
    return ((values, meaning, "of the embeddings; no unit"),)


def _caveats(result: SceneResult) -> tuple[str, ...]:
    """Limitations of the numbers; the last ones apply to networks trained on hidden layers."""
    general = (
        "A difference is not yet a hidden painting. Pigments that look alike but absorb infrared "
        "differently, retouching, fills, stains and imperfect registration also cause "
        "differences. Check each region in the bands and on the object.",
        "Blue does not prove absence. Content under paint that is opaque in every band, or without "
        "contrast to its ground in any band, cannot be detected. Faded inks and light shapes on a "
        "dark ground are detected worst.",
        "The false-alarm rates refer to pixels of the clean paint used for calibration. For other "
        "pigments and cameras they are approximate, and below about 0.1 % they are extrapolated. "
        "The rate of a region is that of a pixel with its mean score, not the probability that "
        "such a region appears anywhere in a painting.",
    )
    hidden_layers = (
        "The hidden-layer image removes what the visible colours explain. Drawing that follows "
        "visible contours is removed with them, and retouching may look like hidden content. The "
        "image has full strength everywhere, so it also contains surface paint: the heat map shows "
        "how certain a difference is. The image does not show how deep a layer is.",
        "Darker and lighter compare the infrared with what the visible colours predict. Hidden "
        "charcoal or bone black is darker, lead white on a dark ground lighter, and retouching may "
        "be either.",
    )
    without_infrared = (
        "No band is known to be infrared (beyond 720 nm), so hidden layers cannot be expected to "
        "show: the differences here are in the colours of the surface.",
    )
    has_infrared = false_colour_band(result.description["wavelengths_nm"]) is not None
    return (
        *(() if has_infrared else without_infrared),
        *general,
        *(hidden_layers if result.is_signed else ()),
    )
