"""Bands that were exchanged within a painting."""

from itertools import combinations

import numpy as np
import pytest

from artextract_cli.scenes.checks.band_order import find_exchange
from artextract_cli.simulate import PALETTES, SceneSettings, simulate_scene

NM = (450.0, 550.0, 650.0, 850.0)


def painting(palette: str, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    settings = SceneSettings(size=96, wavelengths=NM, palette=PALETTES[palette])
    made = simulate_scene((31, 7, seed), settings)
    return made.rgb.astype(np.float32), made.bands.astype(np.float32)


@pytest.mark.parametrize("palette", ["old-masters", "moderns", "workshop"])
def test_exchanged_bands_are_found(palette: str) -> None:
    photograph, bands = painting(palette)
    assert find_exchange(photograph, bands, NM) is None
    for pair in combinations(range(len(NM)), 2):
        order = np.arange(len(NM))
        order[list(pair)] = pair[::-1]
        found = find_exchange(photograph, bands[..., order], NM)
        assert found is not None
        assert (found.shorter, found.longer) == pair
        assert found.exchanged > found.as_named


def test_only_the_painting_counts() -> None:
    photograph, bands = painting("old-masters")
    mask = np.zeros(photograph.shape[:2], np.bool_)
    mask[:, 40:] = True
    disturbed = bands.copy()
    disturbed[:, :40] = disturbed[:, :40, [2, 1, 0, 3]]
    assert find_exchange(photograph, disturbed, NM, mask) is None
    exchanged = find_exchange(photograph, bands[..., [2, 1, 0, 3]], NM, mask)
    assert exchanged is not None
    assert (exchanged.shorter, exchanged.longer) == (0, 2)
    assert find_exchange(photograph, bands, NM, np.zeros_like(mask)) is None


def test_what_cannot_be_distinguished() -> None:
    photograph, bands = painting("old-masters")
    grey = np.repeat(photograph.mean(axis=2, keepdims=True), 3, axis=2)
    assert find_exchange(grey, bands[..., [2, 1, 0, 3]], NM) is None
    near = (600.0, 640.0, 800.0, 900.0)
    order = [1, 0, 3, 2]
    assert find_exchange(photograph, bands[..., order][..., 2:], near[2:]) is None
