"""Texts that viewers may take for HTML."""

import pytest

from artextract_cli.export.iiif.texts import as_html, row, shown, text


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("Lady at a window", "Lady at a window"),
        ("a < b", "<p>a &lt; b</p>"),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        ("R&D", "<p>R&amp;D</p>"),
        ("one\ntwo\r\nthree", "<p>one<br/>two<br/>three</p>"),
        ("", ""),
    ],
)
def test_what_could_be_markup_is_written_as_text(given: str, written: str) -> None:
    assert as_html(given) == written


def test_language_maps() -> None:
    assert text("<b>") == {"en": ["<b>"]}
    assert shown("<b>", "none") == {"none": ["<p>&lt;b&gt;</p>"]}
    assert row("Bands", "450 nm", "<850>") == {
        "label": {"en": ["Bands"]},
        "value": {"en": ["450 nm", "<p>&lt;850&gt;</p>"]},
    }
