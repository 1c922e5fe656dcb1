"""Figures are written in the asked format and show what they say they show."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from artextract_cli.visualization import panels
from tests.helpers.figures import MAGIC, draw_pair


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
    monkeypatch.setattr(panels, "MAX_OUTLINE_SIDE", 10)  # every fifth of 45 pixels
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


def test_a_dollar_in_a_name_is_a_dollar(tmp_path: Path) -> None:
    out = tmp_path / "pair.png"
    draw_pair(out, title="cost $a_$b$")
    with Image.open(out) as picture:
        assert picture.width > picture.height > 300


@pytest.mark.parametrize("n_bands", [2, 4, 8])
def test_several_bands_are_panels_in_their_order(drawn: list[Figure], n_bands: int) -> None:
    names = [f"band {number}" for number in range(n_bands)]
    draw_pair(Path("a.png"), bands=[(name, np.ones((31, 45), np.float32)) for name in names])
    *panels, _ = drawn[0].axes
    assert [axes.get_title() for axes in panels] == ["Photograph", *names, "heat map", "Overlay"]
    rows = panels[0].get_gridspec().nrows
    assert rows > 1
