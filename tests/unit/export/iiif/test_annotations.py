"""Regions as annotations."""

import dataclasses

from artextract_cli.export.iiif.annotations import annotation_page
from tests.unit.export.iiif.scenes import REGION, make_exported


def test_a_region_is_a_comment_on_its_rectangle() -> None:
    (annotation,) = annotation_page(make_exported())["items"]
    assert annotation["motivation"] == "commenting"
    assert annotation["target"] == "http://a/abbey/canvas#xywh=50,10,20,10"
    body = annotation["body"]
    assert (body["type"], body["format"], body["language"]) == ("TextualBody", "text/plain", "en")
    assert body["value"] == (
        "Region 1 (upper right): mean score 3.50, highest 3.75; 0.032\N{NO-BREAK SPACE}% of clean "
        "paint scores as high. Darker than expected in the infrared; clearest in 850 nm. "
        "20 × 10 px."
    )


def test_millimetres_and_models_without_signs() -> None:
    region = dataclasses.replace(REGION, sign="")
    page = annotation_page(make_exported(regions=[region], pixels_per_mm=4.0))
    assert page["items"][0]["body"]["value"].endswith(
        "Clearest in 850 nm. 20 × 10 px (5.0 × 2.5 mm)."
    )


def test_the_name_of_a_band_is_not_markup() -> None:
    region = dataclasses.replace(REGION, telling_band="band <img src=x>")
    body = annotation_page(make_exported(regions=[region]))["items"][0]["body"]
    assert body["format"] == "text/html"
    assert "&lt;img src=x&gt;" in body["value"]
    assert "<img" not in body["value"]
