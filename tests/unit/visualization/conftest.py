"""Figures that are drawn without being written."""

import pytest
from matplotlib.figure import Figure

from artextract_cli.visualization import graph_figure as graph_figures
from artextract_cli.visualization import loss_figure as loss_figures
from artextract_cli.visualization import panels


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that are drawn, kept instead of written."""
    kept: list[Figure] = []
    for module in (graph_figures, loss_figures, panels):
        monkeypatch.setattr(module, "save", lambda figure, out, page: kept.append(figure))
    return kept
