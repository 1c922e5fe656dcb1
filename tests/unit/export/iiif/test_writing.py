"""Exports as folders: complete, replaced as a whole, and the same for hostile names."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artextract_cli.errors import InputError
from artextract_cli.export.iiif.addresses import MARK
from artextract_cli.export.iiif.writing import export_iiif
from artextract_cli.report.filing import Filing
from tests.helpers.command_line import Ran
from tests.helpers.iiif import check_annotation_page, check_collection, check_manifest
from tests.helpers.results import SIZE, contents, make_photograph, sealed_again, write_result

BASE = "https://museum.example/iiif"
NAMES = (
    "abbey",
    "collection.json",
    "<img src=x onerror=alert(1)>",
    "a%2e%2e b?c#d",
    "\u202eReversed",
)


def load(path: Path) -> dict[str, object]:
    return json.loads(path.read_bytes())


def local(out: Path, address: str) -> Path:
    """The file at an address, as any web server finds it."""
    assert address.startswith(f"{BASE}/")
    path = address.removeprefix(f"{BASE}/")
    assert ".." not in path.split("/")
    return out / path


def test_every_address_of_a_manifest_is_a_file(tmp_path: Path) -> None:
    for name in NAMES:
        write_result(tmp_path, folder=name, pixels_per_mm=4.0)
    out = tmp_path / "site"
    manifests = export_iiif(tmp_path / "results", out, base_url=f"{BASE}/")
    collection = load(out / "collection.json")
    check_collection(collection)
    assert [item["id"] for item in collection["items"]] == manifests
    assert sorted(item["label"]["none"][0] for item in collection["items"]) == sorted(NAMES)
    for address in manifests:
        path = local(out, address)
        manifest = load(path)
        check_manifest(manifest)
        page = load(path.with_name("regions.json"))
        check_annotation_page(page)
        (canvas,) = manifest["items"]
        assert canvas["annotations"] == [{k: v for k, v in page.items() if k != "@context"}]
        assert canvas["service"][0]["physicalScale"] == 0.25
        for image in canvas["items"][0]["items"][0]["body"]["items"]:
            (service,) = image["service"]
            assert load(local(out, service["id"]) / "info.json")["id"] == service["id"]
            with Image.open(local(out, image["id"])) as opened:
                assert opened.size == (image["width"], image["height"]) == SIZE[::-1]
        assert local(out, manifest["thumbnail"][0]["id"]).is_file()
    listed = {MARK, *load(out / MARK)["files"]}
    assert listed == contents(out).keys()
    assert all(name.isascii() and " " not in name for name in listed)


def test_the_choice_starts_with_the_photograph(tmp_path: Path) -> None:
    write_result(tmp_path)
    (address,) = export_iiif(tmp_path / "results", tmp_path / "site", base_url=BASE)
    (canvas,) = load(local(tmp_path / "site", address))["items"]
    first, *others = canvas["items"][0]["items"][0]["body"]["items"]
    shown = np.asarray(Image.open(local(tmp_path / "site", first["id"]))).astype(int)
    assert np.abs(shown - make_photograph()).mean() < 3
    assert [other["label"]["en"][0] for other in others] == [
        "Heat map over the photograph",
        "Heat map",
        "Heat map, darker than expected",
        "Heat map, lighter than expected",
        "Hidden-layer image",
        "False-colour infrared",
        "450 nm",
        "650 nm",
        "850 nm",
    ]


def test_the_title_is_that_of_one_scene_or_of_the_collection(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_result(tmp_path, folder=name)
    out, filing = tmp_path / "site", Filing(title="<b>Lady</b>")
    export_iiif(tmp_path / "results", out, base_url=BASE, filing=filing)
    assert load(out / "collection.json")["label"] == {"none": ["<b>Lady</b>"]}
    assert load(out / "a" / "manifest.json")["label"] == {"none": ["<b>Lady</b>: a"]}
    export_iiif(tmp_path / "results", out, base_url=BASE, names=["b"], filing=filing)
    assert load(out / "b" / "manifest.json")["label"] == {"none": ["<b>Lady</b>"]}
    assert not (out / "a").exists(), "the export is replaced as a whole"


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    write_result(tmp_path)
    export_iiif(tmp_path / "results", tmp_path / "one", base_url=BASE)
    export_iiif(tmp_path / "results", tmp_path / "two", base_url=BASE)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_after_an_error_the_earlier_export_is_as_it_was(tmp_path: Path) -> None:
    result, out = write_result(tmp_path), tmp_path / "site"
    export_iiif(tmp_path / "results", out, base_url=BASE)
    before = contents(out)
    band = Path(result.description["bands"][-1]["path"])
    band.write_bytes(band.read_bytes() + b"0")
    with pytest.raises(InputError, match="has changed since it was scored"):
        export_iiif(tmp_path / "results", out, base_url="http://other")
    assert contents(out) == before
    assert {path.name for path in tmp_path.iterdir()} == {"dataset", "results", "site"}
    export_iiif(tmp_path / "results", out, base_url="http://other", with_bands=False)
    assert not list(out.glob("*/band-*"))


def test_a_description_that_lacks_something(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    kept = {k: v for k, v in result.description.items() if k != "bands"}
    sealed_again(dataclasses.replace(result, description=kept))
    with pytest.raises(InputError, match="lacks bands"):
        export_iiif(tmp_path / "results", tmp_path / "site", base_url=BASE)


def test_the_command(run: Callable[..., Ran], tmp_path: Path) -> None:
    result = write_result(tmp_path)
    words = ("export", "iiif", result.path.parent, "--institution", "Museum", "--no-bands")
    ran = run(*words, "--rights", "https://creativecommons.org/licenses/by/4.0/")
    assert ran.exit_code == 0, ran.stderr
    assert ran.stdout == "http://localhost:8000/made/manifest.json\n"
    assert ran.stderr.endswith("next: python -m http.server 8000 --directory site\n")
    manifest = load(Path("site/made/manifest.json"))
    assert manifest["rights"] == "http://creativecommons.org/licenses/by/4.0/"
    assert manifest["requiredStatement"]["value"] == {"none": ["Museum"]}
    ran = run("--json", *words, "--base-url", BASE, "--pixels-per-mm", 2)
    assert json.loads(ran.stdout) == {"folder": "site", "manifests": [f"{BASE}/made/manifest.json"]}
    assert load(Path("site/made/manifest.json"))["items"][0]["service"][0]["physicalScale"] == 0.5
