import numpy as np
import pytest

from artextract_cli.errors import UsageError
from artextract_cli.imaging.coding import (
    Coding,
    canonical_coding,
    coded_rgb,
    coded_values,
    linear_rgb,
    linear_values,
    srgb_values,
)

VALUES = np.linspace(0, 1, 101, dtype=np.float32)


@pytest.mark.parametrize(
    ("text", "word"),
    [("linear", "linear"), (" sRGB ", "srgb"), ("gamma 2.20", "gamma 2.2"), ("gamma1", "gamma 1")],
)
def test_words(text: str, word: str) -> None:
    assert canonical_coding(text) == word


@pytest.mark.parametrize("text", ["", "rec709", "gamma", "gamma 0.5", "gamma 5", "gamma -2", 2.2])
def test_what_is_no_word(text: object) -> None:
    with pytest.raises(ValueError, match=r"a coding is linear, srgb or gamma X"):
        canonical_coding(text)


def test_decoding() -> None:
    np.testing.assert_array_equal(linear_values(VALUES, "linear"), VALUES)
    np.testing.assert_array_equal(srgb_values(VALUES, "srgb"), VALUES)
    assert linear_values(VALUES, "srgb")[50] == pytest.approx(0.21404, abs=1e-5)  # IEC 61966-2-1
    assert linear_values(VALUES, "gamma 2.2")[50] == pytest.approx(0.5**2.2)
    assert linear_values(-VALUES, "gamma 2")[50] == pytest.approx(-0.25)  # noise around black
    np.testing.assert_allclose(
        linear_values(srgb_values(VALUES, "gamma 1.8"), "srgb"), VALUES**1.8, atol=1e-6
    )


def test_what_is_said_wins_over_what_was_said_before() -> None:
    noted = Coding(photograph="linear", by_band={"950": "srgb"})
    assert noted.resolved(("850", "950")) == ("linear", "linear", "srgb")
    assert [noted.states(band) for band in ("850", "950")] == [False, True]
    given = Coding(by_band={"850": "gamma 2.2"}).over(noted)
    assert given.resolved(("850", "950")) == ("linear", "gamma 2.2", "srgb")
    assert Coding(bands="linear").over(noted).resolved(("950",)) == ("linear", "linear")
    assert Coding().resolved(("950",)) == ("srgb", "linear")


def test_how_it_is_described() -> None:
    assert Coding().described(("950",)) == {}
    assert Coding(photograph="srgb", bands="srgb").described(("950",)) == {
        "photograph": "srgb",
        "bands": "srgb",
    }
    both = Coding(bands="srgb", by_band={"850": "linear"})
    assert both.described(("850", "950")) == {"bands": {"850": "linear", "950": "srgb"}}


@pytest.mark.parametrize("word", ["linear", "srgb", "gamma 2.2"])
def test_what_is_coded_is_decoded_again(word: str) -> None:
    signed = np.concatenate([-VALUES[1:10] / 100, VALUES])  # noise around black
    coded = coded_values(signed, word)
    assert coded.dtype == np.float32
    np.testing.assert_allclose(linear_values(coded, word), signed, atol=1e-6)


def test_words_are_checked_wherever_they_come_from() -> None:
    spelt = Coding(photograph=" sRGB", bands="gamma 2.20", by_band={"950": "Linear"})
    assert spelt == Coding(photograph="srgb", bands="gamma 2.2", by_band={"950": "linear"})
    for role, stated in {
        "photograph": {"photograph": "rec709"},
        "bands": {"bands": "gamma"},
        "band 950": {"by_band": {"950": "display"}},
    }.items():
        with pytest.raises(UsageError, match=rf"^{role}: a coding is linear, srgb or gamma X"):
            Coding(**stated)


def test_linear_light() -> None:
    """Worked by hand: 0.5 is ((0.5 + 0.055) / 1.055) ** 2.4, and 0.04 / 12.92 is on the line."""
    coded = np.array([0, 0.04, 0.5, 1], np.float32)
    linear = linear_rgb(coded)
    assert linear.dtype == np.float32
    np.testing.assert_allclose(linear, [0, 0.00309598, 0.21404114, 1], rtol=1e-5)


def test_coding_is_the_inverse() -> None:
    values = np.linspace(-0.1, 1.2, 500, dtype=np.float32)
    np.testing.assert_allclose(coded_rgb(linear_rgb(values)), values, atol=1e-6)
    assert (np.diff(linear_rgb(values)) > 0).all()
