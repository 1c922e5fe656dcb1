"""The verdict on a painting in words: the same on the terminal, in the report and in JSON."""

import math
from typing import TYPE_CHECKING

from artextract_cli.results.regions import exceeds_expected_share

if TYPE_CHECKING:
    from artextract_cli.results.summary import SceneSummary

FINDING = "finding"
REGIONS = "no finding, but regions to examine"
NOTHING = "nothing found"
NO_VERDICT_REGIONS = "no verdict, but regions to examine"
NO_VERDICT = "no verdict"
VERDICTS = (FINDING, REGIONS, NOTHING, NO_VERDICT_REGIONS, NO_VERDICT)

MEANINGS = {
    FINDING: "this painting may have a hidden layer",
    NOTHING: "no more than clean paintings show",
}
"""What a verdict means, where its words do not say so."""


def verdict_of(something_is_there: bool | None, strong_share: float) -> str:
    """The verdict on a painting.

    Parameters
    ----------
    something_is_there
        Whether something is hidden in the painting as a whole; None if the model does not judge it.
    strong_share
        Share of the painting that scores at most 1 % false alarms on clean paint, 0..1.
    """
    has_regions = exceeds_expected_share(strong_share)
    if something_is_there is None:
        return NO_VERDICT_REGIONS if has_regions else NO_VERDICT
    if something_is_there:
        return FINDING
    return REGIONS if has_regions else NOTHING


def verdict_in_words(scene: "SceneSummary") -> str:
    """The verdict, and how often a clean painting scores at least as high, if that is known."""
    if scene.false_alarm_rate is None:
        return scene.verdict
    rate = in_percent(scene.false_alarm_rate)
    return f"{scene.verdict} ({rate} of clean paintings score at least as high)"


def in_percent(share: float) -> str:
    """A share in percent: a whole number from 10 % on, two significant figures below."""
    value = 100 * share
    if 99 <= value < 100:
        return f"{math.floor(10 * value) / 10:.1f} %"  # 99.9 % must not become 100 %
    return f"{value:.0f} %" if value >= 10 else f"{two_figures(value)} %"


def two_figures(value: float) -> str:
    """A number with at least two significant figures, without an exponent."""
    # Zero has no logarithm.
    if value == 0:
        return "0"
    places = max(0, 1 - math.floor(math.log10(value)))
    return f"{value:.{places}f}"
