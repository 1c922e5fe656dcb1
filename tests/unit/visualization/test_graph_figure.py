"""The figure of a graph."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from artextract_cli.visualization.graph_figure import graph_figure
from tests.helpers.figures import MAGIC, grid_graph


def test_graph_draws_every_border_and_each_edge_once(drawn: list[Figure]) -> None:
    labels, edges, centroids = grid_graph(3, 4, 5)
    graph_figure(np.zeros((15, 20, 3), np.float32), labels, edges, centroids, Path("graph.png"))
    whole, enlarged = drawn[0].axes
    borders, links = (item.get_segments() for item in whole.collections)
    assert len(borders) == 2 * 20 + 3 * 15  # pixel sides along 2 rows and 3 columns of borders
    assert len(links) == 3 * 3 + 2 * 4
    np.testing.assert_allclose(links[0], [[2, 2], [7, 2]])  # x, y
    assert whole.get_title() == "12 superpixels, 17 edges"
    assert enlarged.get_xlim() == (-0.5, 19.5)


def test_graph_enlarges_the_middle_of_a_fine_one(drawn: list[Figure]) -> None:
    labels, edges, centroids = grid_graph(50, 60, 2)
    graph_figure(np.zeros((100, 120, 3), np.float32), labels, edges, centroids, Path("graph.png"))
    whole, enlarged = drawn[0].axes
    left, right = enlarged.get_xlim()
    assert (left + right) / 2 == pytest.approx(59.5)
    assert (right - left) / 120 == pytest.approx((150 / 3000) ** 0.5)
    seen = len(enlarged.collections[1].get_segments())
    assert 200 < seen < len(whole.collections[1].get_segments()) / 5


def test_graph_of_one_superpixel(tmp_path: Path) -> None:
    out = tmp_path / "graph.pdf"
    one = np.zeros((7, 9), dtype=np.int32)
    edges = np.zeros((2, 0), dtype=np.int64)
    graph_figure(np.zeros((7, 9, 3), np.float32), one, edges, np.array([[3.0, 4.0]]), out)
    assert out.read_bytes().startswith(MAGIC["pdf"])
