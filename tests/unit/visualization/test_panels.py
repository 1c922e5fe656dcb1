"""Figures are written in the asked format and show what they say they show."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from artextract_cli.errors import UsageError
from artextract_cli.visualization import graph_figure as graph_figures
from artextract_cli.visualization import loss_figure as loss_figures
from artextract_cli.visualization import panels
from artextract_cli.visualization.canvas import panel_grid
from artextract_cli.visualization.graph_figure import graph_figure
from artextract_cli.visualization.loss_figure import loss_figure
from artextract_cli.visualization.panels import pair_figure
from artextract_cli.visualization.settings import Page

MAGIC = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that are drawn, kept instead of written."""
    kept: list[Figure] = []
    for module in (graph_figures, loss_figures, panels):
        monkeypatch.setattr(module, "save", lambda figure, out, page: kept.append(figure))
    return kept


def draw_pair(out: Path, size: tuple[int, int] = (31, 45), **changes: Any) -> None:
    rng = np.random.default_rng(0)
    options: dict[str, Any] = {
        "title": "a painting",
        "bands": [("band 950 nm", rng.random(size).astype(np.float32))],
        "score_label": "heat map",
        "numbers": {"distance": 0.4123, "similarity": 0.8},
    } | changes
    score = np.linspace(0, 4, size[0] * size[1], dtype=np.float32).reshape(size)
    pair_figure(rng.random((*size, 3)).astype(np.float32), score, out=out, **options)


def epochs(*losses: tuple[float, float | None]) -> list[dict[str, float | None]]:
    return [
        {"epoch": number, "train_loss": train, "val_loss": val}
        for number, (train, val) in enumerate(losses, start=1)
    ]


def grid_graph(rows: int, columns: int, side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, edges in both directions and centroids of square superpixels."""
    ids = np.arange(rows * columns).reshape(rows, columns)
    across = [ids[:, :-1].ravel(), ids[:, 1:].ravel()]
    down = [ids[:-1].ravel(), ids[1:].ravel()]
    forward = np.concatenate([across, down], axis=1)
    centroids = np.stack(np.divmod(ids.ravel(), columns), axis=1) * side + (side - 1) / 2
    edges = np.concatenate([forward, forward[::-1]], axis=1)
    return ids.repeat(side, 0).repeat(side, 1).astype(np.int32), edges, centroids


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
    with pytest.raises(UsageError, match=r"figure\.bmp.* png, svg or pdf"):
        draw_pair(out)
    with pytest.raises(UsageError, match="png, svg or pdf"):
        loss_figure({"run": epochs((1, 1))}, out)
    with pytest.raises(UsageError, match="png, svg or pdf"):
        graph_figure(np.zeros((6, 6, 3), dtype=np.float32), labels, edges, centroids, out)
    assert not out.exists()


def test_pair_panels_bar_and_caption(drawn: list[Figure]) -> None:
    draw_pair(Path("pair.png"))
    *panels, bar = drawn[0].axes
    names = [axes.get_title() for axes in panels]
    assert names == ["Photograph", "band 950 nm", "heat map", "Overlay"]
    assert [label.get_text() for label in bar.get_yticklabels()] == [
        "0",
        "1.3 = 5 %",
        "2 = 1 %",
        "3 = 0.1 %",
    ]
    assert "false-alarm rate" in bar.get_ylabel()
    title, caption = (text.get_text().replace("\N{NO-BREAK SPACE}", " ") for text in drawn[0].texts)
    assert title == "a painting"
    assert caption == "distance = 0.412,  similarity = 0.8"


def test_places_are_outlined_in_heat_map_and_overlay_with_a_legend(drawn: list[Figure]) -> None:
    first, second = np.zeros((2, 31, 45), dtype=bool)
    first[5:15, 5:20] = second[20:31, 25:45] = True  # the second up to the edge
    draw_pair(Path("pair.png"), outlines={"darker": first, "lighter": second}, bands=[])
    photograph, *panels, _ = drawn[0].axes
    assert not photograph.collections
    for axes in panels:
        assert [len(outline.get_paths()) for outline in axes.collections] == [1, 1]
        styles = [outline.get_linestyle()[0][1] for outline in axes.collections]
        assert styles[0] is None  # solid
        assert styles[1] is not None
        vertices = [outline.get_paths()[0].vertices for outline in axes.collections]
        np.testing.assert_allclose(np.asarray(vertices[0]).min(0), [4.5, 4.5])
        np.testing.assert_allclose(np.asarray(vertices[1]).max(0), [44.5, 30.5])
        assert axes.get_xlim() == (-0.5, 44.5)
        assert axes.get_ylim() == (30.5, -0.5)
    (legend,) = drawn[0].legends
    assert [text.get_text() for text in legend.get_texts()] == ["darker", "lighter"]


def test_without_places_there_is_no_legend(drawn: list[Figure]) -> None:
    draw_pair(Path("pair.png"))
    assert not drawn[0].legends


def test_outlines_of_large_pictures_are_coarser(
    drawn: list[Figure], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panels, "MOST_OUTLINED", 10)  # every fifth of 45 pixels
    places = np.zeros((31, 45), dtype=bool)
    places[10:21, 10:31] = True
    draw_pair(Path("pair.png"), outlines={"darker": places}, bands=[])
    (outline,) = drawn[0].axes[1].collections
    vertices = np.asarray(outline.get_paths()[0].vertices)
    np.testing.assert_allclose([vertices.min(0), vertices.max(0)], [[7.5, 7.5], [32.5, 22.5]])


@pytest.mark.parametrize("size", [(1, 1), (1, 9)])
def test_places_of_any_size_can_be_outlined(tmp_path: Path, size: tuple[int, int]) -> None:
    out = tmp_path / "pair.png"
    draw_pair(out, size, outlines={"darker": np.ones(size, dtype=bool)}, bands=[])
    assert out.read_bytes().startswith(MAGIC["png"])


def test_the_heat_map_is_not_stretched_and_white_outside_the_mask(drawn: list[Figure]) -> None:
    mask = np.ones((31, 45), dtype=bool)
    mask[0] = False
    draw_pair(Path("pair.png"), mask=mask, bands=[])
    assert len(drawn[0].axes) == 4
    shown = np.asarray(drawn[0].axes[1].images[0].get_array())
    assert (shown[0] == 255).all()
    np.testing.assert_array_equal(shown[30, 44], [180, 4, 38])
    np.testing.assert_array_equal(shown[24, 0], [180, 4, 38])  # a score of 3.1


def test_importance_has_its_own_bar(drawn: list[Figure]) -> None:
    draw_pair(Path("pair.png"), scale="importance", score_label="attention")
    bar = drawn[0].axes[-1]
    assert [label.get_text() for label in bar.get_yticklabels()] == ["0", "0.5", "1"]
    assert bar.get_ylabel() == "importance"


@pytest.mark.parametrize("size", [(8, 160), (20, 60), (40, 40), (60, 20), (160, 8), (1, 1)])
def test_nothing_overlaps_whatever_the_shape(drawn: list[Figure], size: tuple[int, int]) -> None:
    numbers = {f"distance to band {number}": 0.1 * number for number in range(12)}
    draw_pair(Path("pair.png"), size, numbers=numbers, title="a title that is rather long " * 4)
    *panels, bar = drawn[0].axes
    title, caption = (text.get_window_extent() for text in drawn[0].texts)
    boxes = [axes.get_tightbbox() for axes in panels]
    names = [axes.title.get_window_extent() for axes in panels]
    assert all(not title.overlaps(box) and not caption.overlaps(box) for box in boxes)
    assert all(not bar.get_window_extent().overlaps(box) for box in boxes)
    assert not any(
        one.overlaps(other)
        for i, one in enumerate(names)
        for other in [*names[:i], *names[i + 1 :]]
    )
    height, width = size
    for axes in panels:
        box = axes.get_window_extent()
        assert box.width / box.height == pytest.approx(width / height, rel=0.02)


@pytest.mark.parametrize(("aspect", "columns"), [(0.1, 4), (1, 4), (1.5, 2), (10, 1)])
def test_panels_are_laid_out_by_the_shape_of_the_picture(aspect: float, columns: int) -> None:
    _, grid = panel_grid(4, aspect)
    specs = [axes.get_subplotspec() for axes in grid]
    assert {spec.get_gridspec().ncols for spec in specs if spec} == {columns}


def test_a_dollar_in_a_name_is_a_dollar(tmp_path: Path) -> None:
    out = tmp_path / "pair.png"
    draw_pair(out, title="cost $a_$b$")
    with Image.open(out) as picture:
        assert picture.width > picture.height > 300


def test_loss_marks_the_best_epoch_of_each_run_and_the_floor(drawn: list[Figure]) -> None:
    runs = {
        "gat": epochs((0.9, 0.8), (0.5, 0.4), (0.3, 0.6)),
        "gcn": epochs((0.9, None), (0.7, None)),
    }
    loss_figure(runs, Path("loss.png"), floor=0.5)
    axes = drawn[0].axes[0]
    named = {str(line.get_label()): line for line in axes.lines}
    best = named["gat: best 0.4 in epoch 2"]
    assert (list(best.get_xdata()), list(best.get_ydata())) == ([2], [0.4])
    assert "gcn: best 0.7 in epoch 2" in named  # never validated: by the training loss
    assert set(named["uninformative embedding (0.5)"].get_ydata()) == {0.5}


def test_loss_of_one_epoch_and_of_losses_that_are_not_finite(tmp_path: Path) -> None:
    out = tmp_path / "loss.png"
    nan = float("nan")
    loss_figure({"one": epochs((0.5, 0.4)), "lost": epochs((nan, nan)), "none": []}, out)
    with Image.open(out) as picture:
        assert picture.width > 500


@pytest.mark.parametrize("runs", [{}, {"a": []}])
def test_loss_without_an_epoch_is_refused(tmp_path: Path, runs: dict[str, list[Any]]) -> None:
    with pytest.raises(UsageError, match="no run has finished an epoch"):
        loss_figure(runs, tmp_path / "loss.png")


def test_graph_draws_every_border_and_each_edge_once(drawn: list[Figure]) -> None:
    labels, edges, centroids = grid_graph(3, 4, 5)
    graph_figure(np.zeros((15, 20, 3), np.float32), labels, edges, centroids, Path("graph.png"))
    whole, enlarged = drawn[0].axes
    borders, links = (item.get_segments() for item in whole.collections)
    assert len(borders) == 2 * 20 + 3 * 15  # pixel sides along 2 rows and 3 columns of borders
    assert len(links) == 3 * 3 + 2 * 4
    np.testing.assert_allclose(links[0], [[2, 2], [7, 2]])  # x, y
    assert whole.get_title() == "12 superpixels, 17 neighbourhoods"
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


def test_drawing_never_touches_pyplot() -> None:
    module = "artextract_cli.visualization.panels"
    code = f"import sys, {module}; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_losses_far_apart_get_a_logarithmic_axis(drawn: list[Figure]) -> None:
    loss_figure({"near": epochs((0.9, 0.8), (0.5, 0.4))}, Path("loss.png"))
    loss_figure({"far": epochs((200.0, 5.0), (20.0, 0.5))}, Path("loss.png"))
    assert [figure.axes[0].get_yscale() for figure in drawn] == ["linear", "log"]


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


@pytest.mark.parametrize("n_bands", [2, 4, 8])
def test_several_bands_are_panels_in_their_order(drawn: list[Figure], n_bands: int) -> None:
    names = [f"band {number}" for number in range(n_bands)]
    draw_pair(Path("a.png"), bands=[(name, np.ones((31, 45), np.float32)) for name in names])
    *panels, _ = drawn[0].axes
    assert [axes.get_title() for axes in panels] == ["Photograph", *names, "heat map", "Overlay"]
    rows = panels[0].get_gridspec().nrows
    assert rows > 1
