"""Layers of a report: their names and limits."""

from pathlib import Path

import numpy as np

from artextract_cli.report.layers import (
    ALL_LIMIT,
    LIMITS,
    band_names,
    heat_map_layer,
    reranked_layer,
)
from artextract_cli.report.palettes import colour_bar, palette
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


def test_a_re_ranked_map_has_the_colours_but_not_the_meaning_of_the_heat_map() -> None:
    score = np.full((8, 8), 2.5, np.float32)
    ranked, heat = reranked_layer(score), heat_map_layer(score)
    assert ranked.encoded.uri == heat.encoded.uri
    assert palette("re-ranked")["colours"] == palette("false-alarm")["colours"]
    assert "not a false-alarm rate" in colour_bar("re-ranked").label
    assert ranked.place > heat.place
