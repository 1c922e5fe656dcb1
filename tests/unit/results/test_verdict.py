"""One wording of the verdict, for the terminal, the report and JSON."""

import json
from pathlib import Path

import pytest

from artextract_cli.results.summary import SceneSummary
from artextract_cli.results.verdict import (
    MEANINGS,
    VERDICTS,
    in_percent,
    verdict_in_words,
    verdict_of,
)

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("is_there", "share", "verdict"),
    [
        (True, 0.0, "finding"),
        (True, 0.5, "finding"),
        (False, 0.021, "no finding, but regions to examine"),
        (False, 0.019, "nothing found"),
        (None, 0.021, "no verdict, but regions to examine"),
        (None, 0.019, "no verdict"),
    ],
)
def test_a_verdict(is_there: bool | None, share: float, verdict: str) -> None:
    assert verdict_of(is_there, share) == verdict
    assert verdict in VERDICTS


def summary(verdict: str, rate: float | None) -> SceneSummary:
    return SceneSummary(
        scene="a",
        split="val",
        euclidean_distance=None,
        cosine_similarity=None,
        share_above_1_percent_false_alarms=0.0,
        something_is_there=None,
        false_alarm_rate=rate,
        verdict=verdict,
        registration_residual=None,
    )


@pytest.mark.parametrize(
    ("verdict", "rate", "words"),
    [
        ("finding", 0.0042, "finding (0.42 % of clean paintings score at least as high)"),
        ("nothing found", 0.123, "nothing found (12 % of clean paintings score at least as high)"),
        ("no verdict", None, "no verdict"),
    ],
)
def test_a_verdict_with_its_rate(verdict: str, rate: float | None, words: str) -> None:
    assert verdict_in_words(summary(verdict, rate)) == words


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (0.00032, "0.032 %"), (0.065, "6.5 %"), (0.5, "50 %"), (0.9996, "99.9 %")],
)
def test_percentages(share: float, text: str) -> None:
    assert in_percent(share) == text


@pytest.mark.parametrize("name", ["scene", "summary"])
def test_the_schemas_have_the_same_words(name: str) -> None:
    text = (ROOT / "docs" / "schema" / f"{name}.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)["properties"]
    described = schema["scenes"]["items"]["properties"] if name == "summary" else schema
    assert tuple(described["verdict"]["enum"]) == VERDICTS
    assert MEANINGS.keys() <= set(VERDICTS)
