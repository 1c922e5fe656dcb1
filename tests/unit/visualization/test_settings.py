"""Options of figures: their defaults, limits and units."""

from dataclasses import fields

import pytest

from artextract_cli.visualization.settings import (
    DEFAULT_PAGE,
    EmbeddingOptions,
    Page,
    PairOptions,
)


@pytest.mark.parametrize(("width_mm", "inches"), [(50.8, 2), (180, 180 / 25.4), (None, None)])
def test_a_width_in_mm_is_converted_to_inches(width_mm: float | None, inches: float) -> None:
    assert Page(width_mm=width_mm).inches == (None if inches is None else pytest.approx(inches))


def test_a_page_has_the_width_of_its_content_by_default() -> None:
    assert Page(width_mm=None, dpi=200) == DEFAULT_PAGE


@pytest.mark.parametrize("options", [PairOptions(), EmbeddingOptions()])
def test_every_figure_has_the_colours_of_the_report_by_default(
    options: PairOptions | EmbeddingOptions,
) -> None:
    assert options.colours == "blue-red"


@pytest.mark.parametrize("options", [Page, PairOptions, EmbeddingOptions])
def test_every_option_has_a_help_text(options: type) -> None:
    for field in fields(options):
        setting = field.type.__metadata__[0]
        assert setting.help.endswith(".")
