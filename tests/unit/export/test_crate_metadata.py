"""What a crate says of its files, of the inference, and of the people."""

from pathlib import Path, PurePosixPath

import pytest

from artextract_cli.export.crate_metadata import Crate, CrateFile, Entity, metadata
from artextract_cli.export.crate_statements import Author
from artextract_cli.report.filing import Filing
from artextract_cli.results.scene_result import SceneResult
from tests.helpers.results import with_layers, write_result

FILES = [
    CrateFile(name=PurePosixPath("made/heatmap.tif"), size=7, sha256="a" * 64),
    CrateFile(name=PurePosixPath("made/50 % grey.xyz"), size=0, sha256="b" * 64),
    CrateFile(name=PurePosixPath("summary.csv"), size=9, sha256="c" * 64),
]


@pytest.fixture
def scene(tmp_path_factory: pytest.TempPathFactory) -> SceneResult:
    return write_result(tmp_path_factory.mktemp("crate"))


def described(
    scene: SceneResult,
    filing: Filing | None = None,
    authors: tuple[Author, ...] = (),
    licence: str | None = None,
) -> dict[str, Entity]:
    crate = Crate(
        scenes=[scene],
        files=FILES,
        filing=filing or Filing(),
        authors=authors,
        licence=licence,
        date="2026-11-30",
    )
    graph = metadata(crate)["@graph"]
    entities = {entity["@id"]: entity for entity in graph}
    assert len(entities) == len(graph)
    return entities


def referred(value: object) -> list[str]:
    """All identifiers in a property."""
    if isinstance(value, list):
        return [each for part in value for each in referred(part)]
    return [value["@id"]] if isinstance(value, dict) else []


def test_what_the_specification_requires(scene: SceneResult) -> None:
    entities = described(scene, licence="https://spdx.org/licenses/CC-BY-4.0")
    descriptor = entities["ro-crate-metadata.json"]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}
    root = entities["./"]
    assert root["@type"] == "Dataset"
    assert root["datePublished"] == "2026-11-30"
    assert root["name"]
    assert root["description"]
    assert referred(root["hasPart"]) == ["made/heatmap.tif", "made/50%20%25%20grey.xyz",
                                         "summary.csv"]  # fmt: skip
    everything = [each for e in entities.values() for v in e.values() for each in referred(v)]
    assert set(everything) - {"https://w3id.org/ro/crate/1.2"} <= set(entities)


def test_every_file_has_size_digest_and_format(scene: SceneResult) -> None:
    entities = described(scene)
    heatmap = entities["made/heatmap.tif"]
    assert (heatmap["@type"], heatmap["contentSize"], heatmap["sha256"]) == ("File", "7", "a" * 64)
    assert heatmap["encodingFormat"] == "image/tiff"
    assert "false-alarm rate" in heatmap["description"]
    assert entities["made/50%20%25%20grey.xyz"]["encodingFormat"] == "application/octet-stream"


def test_the_inference_names_its_inputs_by_digest_but_not_their_folders(
    scene: SceneResult,
) -> None:
    entities = described(scene)
    action = entities["#infer-made"]
    assert action["@type"] == "CreateAction"
    # The other file of the folder was not written by the inference.
    assert referred(action["result"]) == ["made/heatmap.tif"]
    used = [entities[each] for each in referred(action["object"])]
    of_scene = scene.description
    expected = [of_scene["photograph"], *of_scene["bands"], of_scene["model"]]
    assert [each["sha256"] for each in used] == [each["sha256"] for each in expected]
    assert [each["name"] for each in used][:2] == ["made_RGB.png", "made_ms_0.png"]
    assert used[1]["description"] == "Band 450, 450 nm of made; not part of this crate."
    assert not any(str(scene.path.parent.parent) in str(each) for each in used)
    software = entities[action["instrument"]["@id"]]
    assert (software["name"], software["version"]) == ("artextract", "0.1.0")


def test_filing_names_painting_institution_and_operator(scene: SceneResult) -> None:
    filing = Filing(title="Lady", inventory="19", institution="Museum", operator="J. Roe",
                    date="in May", notes="Before cleaning.")  # fmt: skip
    entities = described(scene, filing)
    root = entities["./"]
    assert root["name"] == "Lady"
    assert root["description"].endswith("Examined in May. Before cleaning.")
    assert entities["#painting"]["identifier"] == "19"
    assert entities[root["publisher"]["@id"]]["name"] == "Museum"
    assert root["author"] == entities["#infer-made"]["agent"] == {"@id": "#person-J.%20Roe"}


def test_authors_come_before_the_operator(scene: SceneResult) -> None:
    authors = (Author(name="J. Roe", orcid="0000-0002-1825-0097"), Author(name="R. Doe"))
    entities = described(scene, Filing(operator="J. Roe"), authors)
    orcid = "https://orcid.org/0000-0002-1825-0097"
    assert referred(entities["./"]["author"]) == [orcid, "#person-R.%20Doe"]
    assert entities["#infer-made"]["agent"] == {"@id": orcid}


def test_without_a_licence_it_says_so(scene: SceneResult) -> None:
    assert described(scene)["./"]["license"] == "No licence is stated."


def test_further_layers_are_inputs_too(tmp_path: Path) -> None:
    entities = described(with_layers(tmp_path))
    used = [entities[each] for each in referred(entities["#infer-made"]["object"])]
    descriptions = [each["description"] for each in used if "xray" in each["description"]]
    assert descriptions == [
        "X-ray radiograph (xray) of made; not part of this crate.",
        "Mask of layer xray of made; not part of this crate.",
    ]
