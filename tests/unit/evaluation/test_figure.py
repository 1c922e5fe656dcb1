from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from artextract_cli.errors import UsageError
from artextract_cli.evaluation import figure as module
from artextract_cli.evaluation.figure import COLOURS, draw_evaluation
from artextract_cli.evaluation.robustness import CURVES, METHODS, Robustness
from artextract_cli.evaluation.summary import Summary
from tests.helpers.evaluations import evaluation, scene, scores
from tests.helpers.figures import keep_figures


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that are drawn, kept instead of written."""
    return keep_figures(monkeypatch, module)


TWO_RESULTS = {"artextract/a": scores(0.9, 0.4), "artextract/b": scores(0.7, 0.2)}


def summary(auroc: float | None) -> Summary:
    return {"n_scenes": 3, "auroc": auroc, "average_precision": auroc}


def curves(missing: str = "") -> Robustness:
    """Every method 0.9 at the first level and 0.05 less at each further one."""
    return Robustness(
        palette="b",
        n_scenes=3,
        curves={
            curve.name: {
                level.name: {m: summary(0.9 - 0.05 * n) for m in METHODS if m != missing}
                for n, level in enumerate(curve.levels)
            }
            for curve in CURVES
        },
    )


def test_methods_are_points_with_their_deviation(drawn: list[Figure]) -> None:
    second = {"artextract/a": scores(0.5, 0.2), "artextract/b": scores(0.7, 0.2)}
    made = evaluation(scene(**TWO_RESULTS), scene(**second), results=("a", "b"))
    draw_evaluation(made, Path("figure.png"))
    auroc, precision = drawn[0].axes
    names = [label.get_text() for label in auroc.get_yticklabels()]
    assert names[:3] == ["artextract/a", "artextract/b", "rx"]
    assert (auroc.get_xlabel(), precision.get_xlabel()) == ("AUROC", "AP")
    point, _, (bar,) = auroc.containers[0].lines
    assert point.get_xdata() == pytest.approx([0.7])
    np.testing.assert_allclose(bar.get_segments()[0][:, 0], [0.5, 0.9])
    assert point.get_color() == COLOURS["artextract"]
    top, bottom = (auroc.transData.transform((0, row))[1] for row in (0, 1))
    assert top > bottom


def test_curves_have_a_panel_per_measure_and_a_line_per_method(drawn: list[Figure]) -> None:
    draw_evaluation(
        evaluation(scene(artextract=scores(0.9))), Path("f.png"), robustness=curves("network")
    )
    panels = drawn[0].axes[2:]
    assert len(panels) == 2 * len(CURVES)
    shift = panels[0]
    lines = {str(line.get_label()): line for line in shift.lines}
    assert "network" not in lines
    assert [method for method in METHODS if method in lines] == [
        method for method in METHODS if method != "network"
    ]
    assert list(lines["artextract"].get_xdata()) == [0, 0.5, 1, 2, 3]
    np.testing.assert_allclose(lines["rx"].get_ydata(), [0.9, 0.85, 0.8, 0.75, 0.7])
    labels = [axes.get_xlabel() for axes in panels]
    assert [label for label in labels if label] == [curve.label for curve in CURVES]
    assert {axes.get_ylim() for axes in panels} == {(0.6, 1.02)}  # one scale for all


def test_kinds_are_not_joined_by_lines(drawn: list[Figure]) -> None:
    draw_evaluation(evaluation(scene(artextract=scores(0.9))), Path("f.png"), robustness=curves())
    (kinds,) = (axes for axes in drawn[0].axes if "kind" in axes.get_xlabel())
    own = [line for line in kinds.lines if line.get_label() in METHODS]
    assert {line.get_linestyle() for line in own} == {"None"}
    places = np.array([line.get_xdata() for line in own], dtype=float)
    assert len({*places[:, 0]}) == len(METHODS)
    assert (places.max(0)[:-1] < places.min(0)[1:]).all()


def test_a_figure_that_was_not_measured_is_a_gap(drawn: list[Figure]) -> None:
    made = curves()
    made.curves["thickness"]["2.2"]["rx"]["auroc"] = None
    draw_evaluation(evaluation(scene(artextract=scores(0.9))), Path("f.png"), robustness=made)
    (line,) = (
        line
        for axes in drawn[0].axes[2:]
        for line in axes.lines
        if line.get_label() == "rx" and np.isnan(np.asarray(line.get_ydata(), float)).any()
    )
    assert np.isnan(np.asarray(line.get_ydata(), float)).tolist() == [False] * 4 + [True]


def test_methods_are_told_apart_by_colour_and_marker() -> None:
    assert {*COLOURS} == {*METHODS}
    assert len({to_hex(COLOURS[method]) for method in METHODS}) == len(METHODS)
    assert len({*module.MARKERS.values()}) == len(METHODS)


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"figure\.bmp.* PNG, SVG or PDF"):
        draw_evaluation(evaluation(scene()), tmp_path / "figure.bmp")
