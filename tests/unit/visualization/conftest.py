"""Figures that are drawn without being written."""

import pytest
from matplotlib.figure import Figure

from artextract_cli.visualization import graph_figure as graph_figures
from artextract_cli.visualization import loss_figure as loss_figures
from artextract_cli.visualization import panels
from tests.helpers.figures import keep_figures


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that are drawn, kept instead of written."""
    return keep_figures(monkeypatch, graph_figures, loss_figures, panels)
