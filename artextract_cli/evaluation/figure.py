"""The figure of an evaluation: detection by every method, and under harder conditions."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from artextract_cli.evaluation.robustness import CURVES, METHODS, Curve, Robustness
from artextract_cli.evaluation.scores import OURS, OWN_METHODS, Evaluation
from artextract_cli.evaluation.summary import COMPARED, MEASURES, Summary, means
from artextract_cli.visualization.canvas import check_suffix, new_figure, save, style, wrap_text

# Okabe & Ito, "Color universal design", 2008; markers and dashes distinguish the lines as well.
COLOURS: Mapping[str, str] = {
    "artextract": "#D55E00",
    "network": "#0072B2",
    "envelope": "#F0E442",
    "residual": "#009E73",
    "rx": "#CC79A7",
    "plain_residual": "#000000",
    "nir_tophat": "#E69F00",
    "spectral_angle": "#56B4E9",
    "best pca": "#7F7F7F",
    "best ica": "#8C564B",
}
MARKERS: Mapping[str, str] = dict(zip(METHODS, "os*^v+xdPX", strict=True))
OTHER_COLOUR = "#595959"
CURVE_COLUMNS = 3
# Width that the points of one kind take, of the distance between two kinds: a gap stays between.
KIND_SPREAD = 0.6
CHANCE = 0.5  # the AUROC of guessing
CHANCE_STYLE: Mapping[str, Any] = {"color": "0.5", "linewidth": 0.8, "linestyle": ":", "zorder": 1}


def draw_evaluation(
    evaluation: Evaluation, out: Path, *, robustness: Robustness | None = None
) -> None:
    """Draw AUROC and AP of every method and, if robustness is given, its curves.

    Points are means, bars one standard deviation over the scenes. The curves have no bars: the
    paintings are the same at every level, so lines can be compared, while bars would mostly show
    how much the paintings differ.

    Parameters
    ----------
    evaluation
        Result of `evaluate`.
    out
        Figure to write: .png, .svg or .pdf.
    robustness
        Result of `measure_robustness`.

    Raises
    ------
    UsageError
        If the suffix of ``out`` is not one of these.
    """
    check_suffix(out)
    with style():
        if robustness is None:
            # Inches: a row for each method, and a fixed part for axis and labels.
            figure = new_figure(6.5, 0.9 + 0.17 * len(evaluation.labels), layout="constrained")
            _draw_methods(figure.subplots(1, len(COMPARED), sharey=True), evaluation)
        else:
            _draw_all(figure := new_figure(13, 8.5, layout="constrained"), evaluation, robustness)
        save(figure, out)


def _draw_all(figure: Figure, evaluation: Evaluation, robustness: Robustness) -> None:
    """Draw methods on the left, the curves on the right, and their legend below."""
    places = figure.add_gridspec(1, 2, width_ratios=(1, 1.9), wspace=0.03)
    left, right = (figure.add_subfigure(place) for place in (places[0], places[1]))
    left.suptitle("a  methods on the evaluated scenes", x=0.02, ha="left", weight="bold")
    _draw_methods(left.subplots(1, len(COMPARED), sharey=True), evaluation)
    title = (
        f"b  one condition changed at a time: {robustness.n_scenes} simulated paintings "
        f"(palette {robustness.palette}) each"
    )
    right.suptitle(title, x=0.02, ha="left", weight="bold")
    n_blocks = -(-len(CURVES) // CURVE_COLUMNS)
    grid = right.subplots(n_blocks * len(COMPARED), CURVE_COLUMNS)
    lows = {measure: _lowest(robustness, measure) for measure in COMPARED}
    for number, curve in enumerate(CURVES):
        block, column = divmod(number, CURVE_COLUMNS)
        rows = slice(block * len(COMPARED), (block + 1) * len(COMPARED))
        _draw_curve(grid[rows, column], curve, robustness.curves[curve.name])
        for axes, measure in zip(grid[rows, column], COMPARED, strict=True):
            axes.set(ylim=(lows[measure], 1.02), ylabel="" if column else MEASURES[measure])
    handles, labels = grid[0, 0].get_legend_handles_labels()
    right.legend(handles, labels, loc="outside lower center", ncols=5, frameon=False)


def _lowest(robustness: Robustness, measure: str) -> float:
    """Lower limit of the axis of a measure, the same in all panels: the next lower tenth."""
    values = [
        summary[measure]
        for levels in robustness.curves.values()
        for by_method in levels.values()
        for summary in by_method.values()
    ]
    known = [value for value in values if value is not None]
    # A value on a tick gets the next lower tenth, so that its marker is not cut off.
    return max(0.0, math.floor(min(known, default=0) * 10 - 1e-9) / 10)


def _draw_methods(panels: Sequence[Axes], evaluation: Evaluation) -> None:
    """Draw a row of points per method, the first one on top."""
    summaries = means(evaluation)
    labels = list(summaries)
    for axes, measure in zip(panels, COMPARED, strict=True):
        for row, label in enumerate(labels):
            _draw_point(axes, row, label, summaries[label], measure)
        axes.set(xlabel=MEASURES[measure], xlim=(-0.02, 1.02))
        axes.set_yticks(range(len(labels)), labels=[wrap_text(label, 2) for label in labels])
        _tidy(axes)
    # Only for AUROC: chance of average precision is the share of hidden pixels, other in every
    # scene.
    panels[0].axvline(CHANCE, **CHANCE_STYLE)
    panels[0].set_ylim(len(labels) - 0.5, -0.5)
    for tick, label in zip(panels[0].get_yticklabels(), labels, strict=True):
        tick.set_fontweight("bold" if _method(label) == OURS else "normal")


def _draw_point(axes: Axes, row: int, label: str, summary: Summary, measure: str) -> None:
    method = _method(label)
    is_own = method in OWN_METHODS
    colour = COLOURS[method] if is_own else OTHER_COLOUR
    marker = MARKERS[method] if is_own else "o"
    value, sd = summary[measure], summary[f"{measure}_sd"]
    if value is not None and sd is not None:
        axes.errorbar(value, row, xerr=sd, color=colour, elinewidth=1, marker=marker, markersize=5)


def _method(label: str) -> str:
    """The method of a label, which may name a results folder too."""
    return label.partition("/")[0]


def _draw_curve(
    panels: Sequence[Axes], curve: Curve, levels: Mapping[str, Mapping[str, Summary]]
) -> None:
    """Draw one panel per measure, one below the other; kinds are not connected by a line."""
    is_number = curve.axis == "numbers"
    places = np.array([float(name) for name in levels] if is_number else range(len(levels)))
    beside = KIND_SPREAD * (np.arange(len(METHODS)) / (len(METHODS) - 1) - 0.5)
    for axes, measure in zip(panels, COMPARED, strict=True):
        for method, offset in zip(METHODS, beside, strict=True):
            values = [by_method.get(method, {}).get(measure) for by_method in levels.values()]
            line = _line_style(method)
            if curve.axis == "kinds":
                line |= {"linestyle": ""}
            if any(value is not None for value in values):
                shift = offset if curve.axis == "kinds" else 0
                axes.plot(places + shift, _gaps(values), label=method, **line)
        axes.tick_params(labelbottom=axes is panels[-1])
        axes.set_xticks(places, labels=[wrap_text(name, 0.8) for name in levels])
        _tidy(axes)
    panels[0].axhline(CHANCE, **CHANCE_STYLE)
    panels[-1].set_xlabel(curve.label)


def _gaps(values: Sequence[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def _line_style(method: str) -> dict[str, Any]:
    """Style of a method's line: ours thick and solid, the baselines thin, the best-of dashed."""
    is_own = method in OWN_METHODS
    dashes = {"best ica": ":", "best pca": "--"}
    return {
        "color": COLOURS[method],
        "marker": MARKERS[method],
        "markersize": 5 if is_own else 4,
        "linewidth": (2.2 if method == OURS else 1.6) if is_own else 0.9,
        "linestyle": dashes.get(method, "-"),
        "zorder": 3 if is_own else 2,
    }


def _tidy(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="0.92", linewidth=0.5)
    axes.set_axisbelow(True)
