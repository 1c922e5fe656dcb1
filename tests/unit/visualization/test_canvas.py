"""Size, fonts and formats of figures."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artextract_cli.errors import UsageError
from artextract_cli.visualization.canvas import panel_grid
from artextract_cli.visualization.graph_figure import graph_figure
from artextract_cli.visualization.loss_figure import loss_figure
from artextract_cli.visualization.settings import Page
from tests.helpers.figures import MAGIC, draw_pair, epochs, grid_graph


@pytest.mark.parametrize("suffix", MAGIC)
def test_the_suffix_is_the_format_and_the_same_figure_the_same_bytes(
    tmp_path: Path, suffix: str
) -> None:
    first, second = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    for out in (first, second):
        loss_figure({"gat": epochs((0.9, 0.8), (0.5, 0.4))}, out)
    assert first.read_bytes().startswith(MAGIC[suffix])
    assert first.read_bytes() == second.read_bytes()
    assert sorted(tmp_path.iterdir()) == [first, second]


@pytest.mark.parametrize("suffix", MAGIC)
def test_letters_without_a_glyph_are_no_error(tmp_path: Path, suffix: str) -> None:
    draw_pair(tmp_path / f"a.{suffix}", title="Leda \N{CJK UNIFIED IDEOGRAPH-7D75}")
    assert (tmp_path / f"a.{suffix}").read_bytes().startswith(MAGIC[suffix])


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "figure.bmp"
    labels, edges, centroids = grid_graph(2, 2, 3)
    with pytest.raises(UsageError, match=r"figure\.bmp.* PNG, SVG or PDF"):
        draw_pair(out)
    with pytest.raises(UsageError, match="PNG, SVG or PDF"):
        loss_figure({"run": epochs((1, 1))}, out)
    with pytest.raises(UsageError, match="PNG, SVG or PDF"):
        graph_figure(np.zeros((6, 6, 3), dtype=np.float32), labels, edges, centroids, out)
    assert not out.exists()


@pytest.mark.parametrize(("aspect", "columns"), [(0.1, 4), (1, 4), (1.5, 2), (10, 1)])
def test_panels_are_laid_out_by_the_shape_of_the_picture(aspect: float, columns: int) -> None:
    _, grid = panel_grid(4, aspect)
    specs = [axes.get_subplotspec() for axes in grid]
    assert {spec.get_gridspec().ncols for spec in specs if spec} == {columns}


def test_drawing_never_touches_pyplot() -> None:
    module = "artextract_cli.visualization.panels"
    code = f"import sys, {module}; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def size_in_mm(path: Path) -> tuple[float, float]:
    """Width and height that the file says it has."""
    if path.suffix == ".png":
        with Image.open(path) as picture:
            return tuple(25.4 * n / picture.info["dpi"][0] for n in picture.size)  # type: ignore[return-value]
    text = path.read_bytes().decode("latin-1")
    pattern = r'width="([\d.]+)pt" height="([\d.]+)pt"'
    if path.suffix == ".pdf":
        pattern = r"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]"
    found = re.search(pattern, text)
    assert found, text[:500]
    return float(found[1]) / 72 * 25.4, float(found[2]) / 72 * 25.4


@pytest.mark.parametrize("width", [85, 180])
@pytest.mark.parametrize("suffix", MAGIC)
def test_a_figure_is_as_wide_as_the_page_asks(tmp_path: Path, suffix: str, width: float) -> None:
    page = Page(width_mm=width, dpi=100)
    labels, edges, centroids = grid_graph(5, 6, 4)
    pair, loss, graph = (tmp_path / f"{name}.{suffix}" for name in ("pair", "loss", "graph"))
    draw_pair(pair, (40, 40), page=page)
    loss_figure({"gat": epochs((0.9, 0.8), (0.5, 0.4))}, loss, page=page)
    graph_figure(np.zeros((20, 24, 3), np.float32), labels, edges, centroids, graph, page)
    for path in (pair, loss, graph):
        found, height = size_in_mm(path)
        assert found == pytest.approx(width, abs=0.4)
        assert 20 < height < 2.5 * width


def test_type_in_a_pdf_is_embedded_whole(tmp_path: Path) -> None:
    """TrueType (font type 42), as publishers ask for, and no type 3."""
    out = tmp_path / "loss.pdf"
    loss_figure({"gat": epochs((0.9, 0.8))}, out)
    written = out.read_bytes()
    assert b"/FontFile2" in written
    assert b"/Type3" not in written


def test_the_pixels_of_a_png_are_as_fine_as_asked(tmp_path: Path) -> None:
    out = tmp_path / "loss.png"
    loss_figure({"gat": epochs((0.9, 0.8))}, out, page=Page(width_mm=100, dpi=300))
    with Image.open(out) as picture:
        assert picture.width == pytest.approx(100 / 25.4 * 300, abs=2)
        assert picture.info["dpi"][0] == pytest.approx(300, abs=0.1)
