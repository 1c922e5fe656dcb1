"""The rules of the IIIF Presentation API 3.0 that an export has to obey.

iiif.io/api/presentation/3.0, sections 3 and 5: what a resource must have, and in which form.
"""

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
CONTEXT = "http://iiif.io/api/presentation/3/context.json"
NEEDED = {
    "Collection": {"id", "label", "items"},
    "Manifest": {"id", "label", "items"},
    "Canvas": {"id", "height", "width", "items"},
    "AnnotationPage": {"id", "items"},
    "Annotation": {"id", "motivation", "body", "target"},
    "Choice": {"items"},
    "Image": {"id", "format", "height", "width", "service"},
    "ImageService3": {"id", "profile"},
    "TextualBody": {"value", "format", "language"},
}
DEFINED_HERE = {"Collection", "Manifest", "Canvas", "AnnotationPage", "Annotation"}
MAY_BE_HTML = {"summary", "value"}
# Section 4.5: the elements and attributes that clients keep.
HTML = re.compile(r"<p>([^<>]|<br/>)*</p>")


def check_manifest(made: Json) -> None:
    """Check a manifest and everything in it."""
    assert (made["@context"], made["type"]) == (CONTEXT, "Manifest")
    _check(made)
    for canvas in made["items"]:
        painted = [each for page in canvas["items"] for each in page["items"]]
        assert [each["motivation"] for each in painted] == ["painting"]
        assert painted[0]["target"] == canvas["id"]
        size = (canvas["height"], canvas["width"])
        for page in canvas["annotations"]:
            for each in page["items"]:
                assert each["motivation"] == "commenting"
                _check_target(each["target"], canvas["id"], size)


def check_collection(made: Json) -> None:
    """Check a collection of manifests."""
    assert (made["@context"], made["type"]) == (CONTEXT, "Collection")
    assert {item["type"] for item in made["items"]} == {"Manifest"}
    _check(made | {"items": []})
    for item in made["items"]:
        _check(item | {"items": []})


def check_annotation_page(made: Json) -> None:
    """Check a page of annotations by itself."""
    assert (made["@context"], made["type"]) == (CONTEXT, "AnnotationPage")
    _check(made)


def _check(made: Json) -> None:
    found = list(_resources(made))
    ids = [each["id"] for each in found if "id" in each and each["type"] != "ImageService3"]
    assert all(re.fullmatch(r"https?://[^\s<>\"]+", each) for each in ids)
    own = [each["id"] for each in found if each["type"] in DEFINED_HERE]
    assert len({*own}) == len(own), "identifiers must be unique"
    for each in found:
        assert NEEDED[each["type"]] <= each.keys(), each
        for key in ("height", "width"):
            assert key not in each or (type(each[key]) is int and each[key] > 0)
        for key in ("label", "summary"):
            if key in each:
                _check_language_map(key, each[key])
        for pair in [*each.get("metadata", []), *_optional(each, "requiredStatement")]:
            assert pair.keys() == {"label", "value"}
            for key, value in pair.items():
                _check_language_map(key, value)
        for key in ("thumbnail", "service", "annotations", "metadata"):
            assert isinstance(each.get(key, []), list)


def _optional(resource: Json, key: str) -> list[Json]:
    return [resource[key]] if key in resource else []


def _resources(made: Any) -> Iterator[Json]:
    """Everything with a type, except services of other kinds than images."""
    if isinstance(made, dict):
        if "type" in made:
            yield made
        for value in made.values():
            yield from _resources(value)
    elif isinstance(made, list):
        for value in made:
            yield from _resources(value)


def _check_language_map(key: str, value: Json) -> None:
    assert value
    for language, texts in value.items():
        assert re.fullmatch(r"none|[a-z]{2}", language)
        assert isinstance(texts, list)
        for text in texts:
            if key in MAY_BE_HTML and text.startswith("<") and text.endswith(">"):
                assert HTML.fullmatch(text), text


def _check_target(target: str, canvas: str, size: tuple[int, int]) -> None:
    found = re.fullmatch(re.escape(canvas) + r"#xywh=(\d+),(\d+),(\d+),(\d+)", target)
    assert found, target
    left, top, width, height = map(int, found.groups())
    assert 0 < width <= size[1] - left
    assert 0 < height <= size[0] - top
