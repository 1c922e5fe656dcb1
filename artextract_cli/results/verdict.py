"""The verdict on a painting in words, the same in every output."""

from artextract_cli.results.regions import exceeds_expected_share
from artextract_cli.results.summary import SceneSummary


def verdict_in_words(scene: SceneSummary) -> str | None:
    """The verdict, and how often a clean painting scores as high; None if there is no verdict."""
    if scene.something_is_there is None or scene.false_alarm_rate is None:
        return None
    has_regions = exceeds_expected_share(scene.share_above_1_percent_false_alarms)
    negative = "no finding, but regions to examine" if has_regions else "nothing found"
    verdict = "finding" if scene.something_is_there else negative
    percent = 100 * scene.false_alarm_rate
    rounded = f"{percent:.0f}" if percent >= 10 else f"{percent:.2g}"
    return f"{verdict} ({rounded} % of clean paintings score at least as high)"
