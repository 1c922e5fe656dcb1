"""The verdict on a painting in words."""

import pytest

from artextract_cli.results.summary import SceneSummary
from artextract_cli.results.verdict import verdict_in_words


def summary(*, is_found: bool | None, rate: float | None, share: float = 0.0) -> SceneSummary:
    return SceneSummary(
        scene="a",
        split="val",
        euclidean_distance=None,
        cosine_similarity=None,
        share_above_1_percent_false_alarms=share,
        something_is_there=is_found,
        false_alarm_rate=rate,
    )


@pytest.mark.parametrize(
    ("is_found", "rate", "share", "words"),
    [
        (True, 0.0123, 0.2, "finding (1.2 % of clean paintings score at least as high)"),
        (False, 0.095, 0.2, "no finding, but regions to examine (9.5 % of clean paintings score "
         "at least as high)"),
        (False, 0.534, 0.0, "nothing found (53 % of clean paintings score at least as high)"),
    ],
)  # fmt: skip
def test_verdict_and_rate(is_found: bool, rate: float, share: float, words: str) -> None:
    assert verdict_in_words(summary(is_found=is_found, rate=rate, share=share)) == words


def test_a_model_that_gives_no_verdict() -> None:
    assert verdict_in_words(summary(is_found=None, rate=None)) is None
