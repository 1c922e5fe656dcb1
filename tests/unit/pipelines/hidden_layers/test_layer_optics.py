"""Optics of an injected layer."""

import numpy as np
import pytest

from artextract_cli.pipelines.hidden_layers import layer_optics
from artextract_cli.simulate.optics import kubelka_munk
from tests.helpers.injection import NM, even_scene, paint, put


def test_varnish_is_taken_off_and_put_on_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen through a surface, the paint below it follows the same theory."""
    bare, other = (paint(1, 0.1, np.full(len(NM), g)) for g in (0.8, 0.1))
    seen, expected = (kubelka_munk.through_surface(r) for r in (bare, other))
    made, _ = put(monkeypatch, even_scene(seen), thickness=1, ground=0.8, below=0.1, chance=0.6)
    np.testing.assert_allclose(made.bands[5, 5], expected[3:], atol=0.012)


def test_paler_paint_must_be_thicker_to_hide() -> None:
    hiding = layer_optics.draw_optics(0.8).hiding
    assert (np.diff(hiding) >= 0).all()
    assert hiding[-1] > hiding[10] + 1


def test_the_surface_correction_is_undone() -> None:
    inner = np.linspace(0, 1, 50, dtype=np.float32)
    seen = kubelka_munk.through_surface(inner)
    np.testing.assert_allclose(layer_optics.below_surface(seen), inner, atol=1e-5)
