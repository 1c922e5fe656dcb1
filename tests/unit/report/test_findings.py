from pathlib import Path
from typing import Any

import pytest

from artextract_cli.report.findings import Findings, describe
from artextract_cli.report.regions import Regions, read_regions
from artextract_cli.scenes.checks.registration import Registration
from tests.helpers.results import write_result

NOTHING = {"score": 0.2, "false_alarm_rate": 0.63, "something_is_there": False}


def findings_of(root: Path, **changes: Any) -> Findings:
    result = write_result(root, **changes)
    return describe(result, read_regions(result, {"850": "850 nm"}))


def plain(sentence: str) -> str:
    return sentence.replace("\N{NO-BREAK SPACE}", " ")


def test_something_was_found(tmp_path: Path) -> None:
    findings = findings_of(tmp_path)
    assert (findings.verdict, findings.headline) == (
        "Finding",
        "Finding: this painting may have a hidden layer",
    )
    assert findings.is_found
    whole, share, strongest, registration = map(plain, findings.sentences)
    assert "1.0 % (1 in 100) score at least as high" in whole
    assert share.startswith("4.0 % of the painted surface scores 2 or more: clearly more")
    assert share.endswith(
        "Of the surface, 3.0 % is darker than expected and 1.0 % is lighter than expected, given "
        "the visible colours."
    )
    assert "(upper right) is 20 × 10 px with a mean score of 3.50; 850 nm differs" in strongest
    assert strongest.endswith("It is darker than expected in the infrared.")
    assert registration == "Registration residual: at most 0.3 px (band 850)."
    values = [plain(value) for value, _, _ in findings.numbers]
    assert values == ["1.0 %", "4.0 %", "96 %", "2", "0.70 / −0.25"]


@pytest.mark.parametrize(
    ("residuals", "said"),
    [
        ({"450": 0.2, "850": 4.02}, "Warning: band 850 is shifted by 4.0 px against the photo"),
        ({"450": 0.2, "850": None}, "Warning: the registration of band 850 cannot be measured"),
        ({"450": None, "850": None}, "Registration could not be measured: no band shares clear"),
    ],
)
def test_registration(tmp_path: Path, residuals: dict[str, float | None], said: str) -> None:
    described = Registration(residuals=residuals).described()
    findings = findings_of(tmp_path, registration=described)
    assert plain(findings.sentences[0]).startswith(said)


def test_warnings_of_the_images_are_repeated(tmp_path: Path) -> None:
    findings = findings_of(tmp_path, warnings=["a.png is dark", *"bcde"])
    assert [*map(plain, findings.sentences[-3:])] == [
        "Check the images: a.png is dark.",
        "Check the images: b.",
        "Check the images: c.",
    ]


def test_nothing_was_found(tmp_path: Path) -> None:
    share = {"share_above_1_percent_false_alarms": 0.002}
    findings = findings_of(tmp_path, image_level=NOTHING, **share)
    assert findings.headline == "Nothing found: no more than clean paintings show"
    assert not findings.is_found
    assert "no more than" in findings.sentences[1]
    assert findings.false_alarm_rate == 0.63


def test_many_strong_places_are_told_of_in_a_painting_that_is_no_finding(tmp_path: Path) -> None:
    findings = findings_of(tmp_path, image_level=NOTHING)
    assert findings.verdict == findings.headline == "No finding, but regions to examine"
    assert not findings.is_found


@pytest.mark.parametrize(
    ("share", "verdict"),
    [(0.04, "No verdict, but regions to examine"), (0.015, "No verdict")],
)
def test_a_model_that_does_not_judge_the_whole(tmp_path: Path, share: float, verdict: str) -> None:
    findings = findings_of(tmp_path, image_level=None, share_above_1_percent_false_alarms=share)
    assert findings.verdict == verdict
    assert not findings.is_found
    assert findings.false_alarm_rate is None
    assert len(findings.numbers) == 4


def test_the_strongest_region_in_millimetres(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    findings = describe(result, read_regions(result, {}), pixels_per_mm=4)
    assert "is 20 × 10 px (5.0 × 2.5 mm) with a mean" in plain(findings.sentences[2])


def test_no_region_at_all(tmp_path: Path) -> None:
    regions = Regions(listed=(), n_small=0, least_area=25)
    findings = describe(write_result(tmp_path), regions)
    assert findings.sentences[2].startswith("No connected region")


def test_a_model_that_knows_no_signs(tmp_path: Path) -> None:
    findings = findings_of(tmp_path, learns_from="views", signs=None)
    assert findings.sentences[1].endswith("reaches by chance.")


@pytest.mark.parametrize(
    ("learns_from", "wavelengths", "n"),
    [
        ("layers", (450, 650, 850), 5),
        ("views", (450, 650, 850), 3),
        ("views", None, 4),
    ],
)
def test_what_is_not_told_depends_on_model_and_bands(
    tmp_path: Path, learns_from: str, wavelengths: tuple[int, ...] | None, n: int
) -> None:
    caveats = findings_of(tmp_path, learns_from=learns_from, wavelengths_nm=wavelengths).caveats
    assert len(caveats) == n
    assert any("A difference is not yet a hidden painting" in sentence for sentence in caveats)
    assert any("No band is known to be infrared" in s for s in caveats) == (wavelengths is None)
