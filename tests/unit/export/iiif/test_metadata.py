"""What viewers show beside the images."""

from pathlib import Path

from artextract_cli.export.iiif.layers import SceneImages
from artextract_cli.export.iiif.metadata import metadata_of, summary_of
from artextract_cli.report.findings import describe
from artextract_cli.report.regions import Regions
from artextract_cli.results.scene_result import SceneResult
from tests.helpers.results import write_result

NO_REGIONS = Regions(listed=(), n_small=0, least_area=1)


def rows(result: SceneResult, pixels_per_mm: float | None = None) -> dict[str, list[str]]:
    images = SceneImages(result=result, scratch=result.path)
    findings = describe(result, NO_REGIONS)
    layers = images.layers(with_bands=True)
    found = metadata_of(result, findings, layers, pixels_per_mm)
    return {label: list(values) for label, values in found}


def test_verdict_meaning_of_colours_and_digests(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    shown = rows(result)
    assert shown["Verdict"] == ["Finding (1.0 % of clean paintings score at least as high)"]
    assert "full red from 3 on" in shown["Heat map"][0]
    assert shown["Model"] == ["gat"]
    bands = result.description["bands"]
    names = ("450 nm", "650 nm", "850 nm")
    digests = [f"{name}: {band['sha256']}" for name, band in zip(names, bands, strict=True)]
    assert shown["SHA-256 of the bands"] == digests
    assert "Pixels per mm" not in shown
    assert rows(result, 12.5)["Pixels per mm"] == ["12.5"]
    assert str(tmp_path) not in str(shown), "paths are nobody's business"


def test_a_score_without_learning_has_no_network(tmp_path: Path) -> None:
    result = write_result(tmp_path, learns_from=None, backbone=None)
    assert rows(result)["Model"] == ["score without learning"]


def test_the_summary_says_what_a_finding_is_not(tmp_path: Path) -> None:
    summary = summary_of(describe(write_result(tmp_path), NO_REGIONS))
    assert summary.startswith("Finding: this painting may have a hidden layer. A difference is not")
