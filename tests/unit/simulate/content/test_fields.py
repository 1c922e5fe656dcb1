"""Random fields."""

import numpy as np
import pytest

from artextract_cli.simulate.content.fields import cells, craquelure, smooth_noise, weave


def test_smooth_noise_has_the_promised_mean_and_variance():
    noise = smooth_noise(np.random.default_rng(0), (700, 500), 5)
    assert noise.shape == (700, 500)
    assert noise.mean() == pytest.approx(0, abs=0.05)
    assert noise.var() == pytest.approx(1, abs=0.06)
    assert np.abs(np.diff(noise, axis=0)).max() < 1.5


def test_cells_are_all_used_and_cracks_are_thin():
    rng = np.random.default_rng(0)
    assert np.unique(cells(rng, (90, 61), 5, warp=2.0)).tolist() == [0, 1, 2, 3, 4]
    cracks = craquelure(rng, (90, 61), 12.0)
    assert cracks.min() == 0
    assert cracks.max() > 0.5
    assert (cracks > 0.5).mean() < 0.25
    assert np.abs(weave(rng, (90, 61), 4.0)).max() <= 1 + 1e-6
