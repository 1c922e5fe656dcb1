"""Manifests and collections, against the rules of the Presentation API 3.0."""

from artextract_cli.export.iiif.manifest import collection, manifest
from artextract_cli.report.filing import Filing
from tests.helpers.iiif import check_collection, check_manifest
from tests.unit.export.iiif.scenes import make_exported


def test_a_manifest_has_one_canvas_whose_images_are_a_choice() -> None:
    made = manifest(make_exported())
    check_manifest(made)
    (canvas,) = made["items"]
    assert (canvas["height"], canvas["width"]) == (600, 800)
    choice = canvas["items"][0]["items"][0]["body"]
    assert [item["label"] for item in choice["items"]] == [
        {"en": ["Photograph"]},
        {"en": ["850 nm"]},
    ]
    assert made["thumbnail"][0]["id"] == "http://a/abbey/photograph/full/400,300/0/default.jpg"
    assert not {"rights", "requiredStatement"} & made.keys()
    assert "service" not in canvas
    assert made["metadata"][0]["value"] == {"en": ["850 nm", "<p>&lt;950&gt;</p>"]}


def test_statements_of_the_institution() -> None:
    filing = Filing(title="Lady", institution="Museum", notes="one\ntwo")
    made = manifest(make_exported(filing=filing, rights="http://b/c", pixels_per_mm=4.0))
    check_manifest(made)
    assert made["rights"] == "http://b/c"
    assert made["requiredStatement"]["value"] == {"none": ["Museum"]}
    assert [row["label"]["en"][0] for row in made["metadata"]] == ["Institution", "Notes", "Bands"]
    (service,) = made["items"][0]["service"]
    assert (service["physicalScale"], service["physicalUnits"]) == (0.25, "mm")


def test_a_collection_names_its_manifests() -> None:
    scenes = [make_exported(), make_exported(address="http://a/b", label="b")]
    made = collection("http://a/collection.json", "Two", scenes)
    check_collection(made)
    assert [item["id"] for item in made["items"]] == [scene.manifest for scene in scenes]
