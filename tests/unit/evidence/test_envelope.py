"""One-sided fits, on paintings a third of which hides something by construction."""

import numpy as np
import pytest

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.band_regression import TWO_SIDED, Surface, fit_bands
from artextract_cli.evidence.envelope import (
    LIGHT,
    ONE_SIDED,
    SIDES,
    Chain,
    fit_envelopes,
)
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.imaging.blocks import full_block
from artextract_cli.scenes.scene import Scene
from tests.helpers.evidence import gather_evidence
from tests.helpers.paintings import WAVELENGTHS, painting

SHAPE = (48, 54)
HIDDEN = (np.arange(SHAPE[1]) // 6) % 3 == 0  # columns: a third of them
LONGEST = len(WAVELENGTHS) - 1


def third_hidden(strength: float) -> Scene:
    """A painting a third of which hides something; ``strength`` in the log of its infrared."""
    hidden = np.zeros(SHAPE, np.float32)
    hidden[:, HIDDEN] = strength
    return painting(hidden, SHAPE)


def residuals(scene: Scene) -> FloatArray:
    """Of the longest band (H, W, 2): of the fit that ignores dark content, then of the other."""
    (fits,) = fit_envelopes(SceneView(scene), [Chain(n_below=0, bands=[LONGEST], cubic=False)])
    return np.stack(fits(full_block(scene.shape)), axis=-1)


def test_bands_keep_their_order_and_may_come_twice() -> None:
    one, other = LONGEST, LONGEST - 1
    both = [
        Chain(n_below=0, bands=bands, cubic=True) for bands in ([one, other, one], [other, one])
    ]
    fits = fit_envelopes(SceneView(third_hidden(-0.25)), both)
    twice, once = (of_chain(full_block(SHAPE)) for of_chain in fits)
    np.testing.assert_array_equal(twice, [once[which] for which in (1, 0, 1, 3, 2, 3)])


def test_chains_that_are_fitted_together_are_as_alone() -> None:
    view = SceneView(third_hidden(-0.25))
    chains = [Chain(n_below=n, bands=[LONGEST], cubic=False) for n in (0, 2)]
    together = [fits(full_block(SHAPE)) for fits in fit_envelopes(view, chains)]
    assert not np.array_equal(*together)
    for chain, expected in zip(chains, together, strict=True):
        (alone,) = fit_envelopes(view, [chain])
        np.testing.assert_array_equal(alone(full_block(SHAPE)), expected)


@pytest.mark.parametrize("side", SIDES)
def test_the_envelope_ignores_content_of_its_side(side: int) -> None:
    """The fit follows the clean two thirds, and the hidden third stands out on its side."""
    of_side = residuals(third_hidden(0.25 * side))[..., SIDES.index(side)]
    assert np.median(side * of_side[:, HIDDEN]) > 5
    assert abs(np.median(of_side[:, ~HIDDEN])) < 0.3


def test_a_fit_of_the_other_side_is_drawn_to_it() -> None:
    """It follows what is hidden and takes the clean surface for light content."""
    of_light = residuals(third_hidden(-0.25))[..., SIDES.index(LIGHT)]
    assert abs(np.median(of_light[:, HIDDEN])) < 0.5
    assert np.median(of_light[:, ~HIDDEN]) > 0.7


def test_a_fit_that_ignores_dark_content_is_near_that_of_the_clean_painting() -> None:
    """A two-sided fit of the same terms is drawn farther down by a third of dark pixels."""
    rng = np.random.default_rng(0)
    components = rng.standard_normal((3000, 2)).astype(np.float32)
    surface = Surface(components, components[:, :0])
    clean = 0.5 + 0.05 * components[:, :1] + 0.01 * rng.standard_normal((3000, 1))
    dark = clean - 0.03 * (rng.random((3000, 1)) < 1 / 3)
    dark = dark.astype(np.float32)
    fits = [fit_bands(surface, dark, weighting=w) for w in (*ONE_SIDED[:1], TWO_SIDED)]
    drawn = [float((0.5 - fit.offsets).item()) for fit in fits]
    assert abs(drawn[0]) < 0.5 * drawn[1]


def test_weights_fall_on_one_side_only() -> None:
    error = np.array([-2, -0.5, 0, 0.5, 2], np.float32)
    dark, light = (weigh(error, 1.0) for weigh in ONE_SIDED)
    np.testing.assert_allclose(dark, [1 / 17, 0.5, 1, 1, 1])
    np.testing.assert_allclose(light, [1, 1, 1, 0.5, 1 / 17])


def test_the_evidence_tells_the_signs_apart() -> None:
    for side, sign in zip(SIDES, ("dark", "light"), strict=True):
        evidence = gather_evidence(third_hidden(0.25 * side))
        standing_out = side * evidence[f"envelope_{sign}_long"]
        assert np.median(standing_out[:, HIDDEN]) > 4 + np.median(standing_out[:, ~HIDDEN])
