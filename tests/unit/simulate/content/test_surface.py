"""The paint on the surface of a simulated painting."""

import numpy as np

from artextract_cli.simulate.content.underlayers import HiddenLayer
from artextract_cli.simulate.optics.colour import RGB_WEIGHTS
from artextract_cli.simulate.optics.kubelka_munk import infinite_reflectance, through_surface
from artextract_cli.simulate.optics.pigments import draw_batch
from artextract_cli.simulate.scene import render
from tests.helpers.old_master_scenes import SMALL, hidden_change


def test_a_surface_without_paint_shows_the_ground():
    batch = draw_batch(np.random.default_rng(0), SMALL.palette)
    ground = SMALL.palette.shares(SMALL.palette.grounds[0])
    nothing = np.zeros((len(ground), 4, 5), np.float32)
    hidden = HiddenLayer(loads=nothing, presence=nothing[0])
    painting = render(nothing, hidden, ground, batch, (550.0, 900.0))
    absorption, scattering = batch.optics((550.0, 900.0))
    expected = through_surface(infinite_reflectance(ground @ absorption, ground @ scattering))
    np.testing.assert_allclose(painting.with_hidden[2, 3], expected, rtol=1e-4)
    assert painting.colour.shape == (4, 5, RGB_WEIGHTS.shape[1])


def test_thicker_paint_hides_more():
    assert hidden_change("drawing", 2.5)[7] < 0.5 * hidden_change("drawing", 0.6)[7]
