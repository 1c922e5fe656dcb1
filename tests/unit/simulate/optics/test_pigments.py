"""Absorption bands and edges, by their definition."""

import numpy as np
import pytest

from artextract_cli.simulate.optics.pigments import Band, Edge, Pigment


def test_a_band_is_highest_at_its_centre() -> None:
    band = Band(centre=550, width=20, height=3)
    assert band(np.array([530.0, 550.0, 570.0])) == pytest.approx(
        [3 * np.exp(-0.5), 3, 3 * np.exp(-0.5)]
    )


def test_an_edge_absorbs_below_its_position() -> None:
    edge = Edge(position=600, width=10, height=2)
    assert edge(np.array([300.0, 600.0, 900.0])) == pytest.approx([2, 1, 0], abs=1e-9)


def test_a_pigment_is_its_floor_and_its_parts() -> None:
    parts = (Band(centre=500, width=10, height=1), Edge(position=600, width=5, height=2))
    pigment = Pigment(name="toy", scattering=1, floor=0.1, shape=parts, source="none")
    at = np.array([500.0, 600.0])
    assert pigment.absorption(at) == pytest.approx(0.1 + parts[0](at) + parts[1](at))
