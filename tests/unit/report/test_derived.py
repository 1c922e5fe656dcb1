import numpy as np
import pytest

from artextract_cli.report.derived import false_colour, false_colour_band, principal_components


@pytest.mark.parametrize(
    ("wavelengths", "found"),
    [(None, None), ((450.0, 720.0), None), ((950.0, 860.0, 420.0), 1), ((750.0, 1700.0), 0)],
)
def test_the_infrared_band_nearest_900_nm(wavelengths: tuple[float, ...], found: int) -> None:
    assert false_colour_band(wavelengths) == found


def test_infrared_becomes_red_red_green_and_green_blue() -> None:
    photograph = np.zeros((4, 5, 3), np.float32)
    photograph[...] = (1, 0.2, 0.7)
    made = false_colour(photograph, np.full((4, 5), 0.3, np.float32))
    assert made[2, 3].tolist() == [255, 255, 51]


def test_components_of_two_hidden_sources() -> None:
    """Two patterns mixed into four bands: two components hold all, and each is one pattern."""
    rows, columns = np.mgrid[:40, :50].astype(np.float32)
    first, second = np.sin(rows / 3), np.sin(columns / 7)
    weights = [(1, 0.5), (1, -0.5), (1, 0.5), (1, -0.5)]
    bands = np.stack([a * first + b * second for a, b in weights]).astype(np.float32)
    painted = np.ones((40, 50), bool)
    made = principal_components(bands, painted)
    assert sum(component.share for component in made[:2]) == pytest.approx(1, abs=1e-3)
    assert made[0].picture.dtype == np.uint8
    for component, pattern in zip(made, (first, second), strict=False):
        correlation = np.corrcoef(component.picture.ravel(), pattern.ravel())[0, 1]
        assert abs(correlation) > 0.98


def test_what_is_no_painting_does_not_stretch_a_component() -> None:
    rng = np.random.default_rng(0)
    bands = rng.normal(0.5, 0.01, (2, 30, 40)).astype(np.float32)
    painted = np.ones((30, 40), bool)
    painted[:, :5] = False
    bands[:, ~painted] = 50
    inside = principal_components(bands, painted)[0].picture[painted]
    assert inside.std() > 40


@pytest.mark.parametrize("level", [0.0, 0.4])
def test_even_bands_make_finite_components(level: float) -> None:
    made = principal_components(np.full((1, 6, 6), level, np.float32), np.ones((6, 6), bool))
    assert len(made) == 1
    assert made[0].picture.shape == (6, 6)
