"""What `infer` says of whole paintings, as the report does."""

from typing import Any

import pytest

from artextract_cli.cli.commands.infer import _verdict


@pytest.mark.parametrize(
    ("is_found", "rate", "has_places", "said"),
    [
        (True, 0.0042, True, "something (0.42 % of clean paintings score so high)"),
        (False, 0.065, True, "no finding, but regions to examine (6.5 % of clean paintings"),
        (False, 0.123, False, "nothing found (12 % of clean paintings score so high)"),
    ],
)
def test_a_verdict(is_found: bool, rate: float, has_places: bool, said: str) -> None:
    whole: dict[str, Any] = {"something_is_there": is_found, "false_alarm_rate": rate}
    assert (_verdict(whole, has_places=has_places) or "").startswith(said)


def test_a_model_that_scores_places_alone_says_nothing() -> None:
    assert _verdict(None, has_places=True) is None
