"""What `infer` says of whole paintings, as the report does."""

import pytest

from artextract_cli.cli.commands.infer import verdict_text


@pytest.mark.parametrize(
    ("is_found", "rate", "has_places", "said"),
    [
        (True, 0.0042, True, "finding (0.42 % of clean paintings score as high)"),
        (False, 0.065, True, "no finding, but regions to examine (6.5 % of clean paintings"),
        (False, 0.123, False, "nothing found (12 % of clean paintings score as high)"),
    ],
)
def test_a_verdict(is_found: bool, rate: float, has_places: bool, said: str) -> None:
    assert (verdict_text(is_found, rate, has_places=has_places) or "").startswith(said)


def test_a_model_that_scores_places_alone_says_nothing() -> None:
    assert verdict_text(None, None, has_places=True) is None
