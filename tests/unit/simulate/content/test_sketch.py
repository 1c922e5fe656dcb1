"""Strokes and shapes of what is hidden."""

import numpy as np
import pytest

from artextract_cli.simulate.content.sketch import Sketch


def test_strokes_and_shapes_cover_their_area():
    sketch = Sketch((60, 90))
    sketch.fill(np.array([[10.0, 10], [10, 50], [40, 50], [40, 10]]))
    mask = sketch.mask()
    assert mask.sum() == pytest.approx(30 * 40, rel=0.03)
    assert mask[25, 30] == 1
    assert mask[50, 70] == 0
    line = Sketch((60, 90))
    line.stroke(np.array([[30.0, 10], [30, 80]]), 3.0)
    assert line.mask().sum() == pytest.approx(3 * 70, rel=0.05)
    assert line.covered == pytest.approx(3 * 70 / 5400, rel=0.05)
