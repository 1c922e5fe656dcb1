"""Layers of a report: their names and limits."""

from pathlib import Path

from artextract_cli.report.layers import ALL_LIMIT, LIMITS, band_names
from tests.helpers.results import (
    write_result,
)


def test_names_of_bands(tmp_path: Path) -> None:
    result = write_result(tmp_path, band_ids=("450", "b", "c"))
    assert band_names(result) == ["450 nm", "650 nm (band b)", "850 nm (band c)"]


def test_the_limits_leave_room_for_the_maps_of_the_bands() -> None:
    """Fifteen million bytes of text hold them, script and tables."""
    others = sum(LIMITS.values()) + 2 * LIMITS["component"]
    assert others + 3_600_000 < ALL_LIMIT - 1_000_000
    assert ALL_LIMIT * 4 / 3 < 14_400_000
