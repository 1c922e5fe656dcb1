"""The loss figure: training and validation loss of one or more runs by epoch."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from artextract_cli.errors import UsageError
from artextract_cli.models.checkpoint import read_card
from artextract_cli.models.commands import TRAIN
from artextract_cli.training.run_directory import read_metrics
from artextract_cli.utils.events import warn
from artextract_cli.visualization.canvas import check_suffix, new_figure, save, style
from artextract_cli.visualization.panels import legend_columns
from artextract_cli.visualization.settings import DEFAULT_PAGE, Page

EpochRow = Mapping[str, float | None]
# Okabe & Ito, "Color universal design", 2008: distinct for colour-blind readers.
RUN_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
VALIDATION_STYLE: Mapping[str, Any] = {"linewidth": 1.5, "marker": ".", "markersize": 3}
TRAINING_STYLE: Mapping[str, Any] = {
    "linewidth": 1,
    "linestyle": "--",
    "alpha": 0.6,
    "marker": ".",
    "markersize": 3,
}
LOSSES = ("train_loss", "val_loss")
# Largest over smallest loss beyond which the axis is logarithmic. On a linear one of 3 inches, all
# losses up to a thirtieth of the largest would lie within a tenth of an inch.
WIDE_RANGE = 30


def loss_figure(
    runs: Mapping[str, Sequence[EpochRow]],
    out: Path,
    floor: float | None = None,
    page: Page = DEFAULT_PAGE,
) -> None:
    """Draw training and validation loss by epoch for each of ``runs``, the best epoch marked.

    A row has ``epoch``, ``train_loss`` and ``val_loss`` (None if it was not measured). ``floor``
    is the loss of an uninformative embedding.

    Raises
    ------
    UsageError
        If no run has an epoch, or the suffix of ``out`` is not .png, .svg or .pdf.
    """
    check_suffix(out)
    if not any(runs.values()):
        msg = f"no run has completed an epoch yet: finish one with `{TRAIN}`, then draw the loss"
        raise UsageError(msg)
    with style():
        figure = new_figure(page.inches or 6.5, 3.8, layout="constrained")
        axes = figure.add_subplot()
        for number, (name, rows) in enumerate(runs.items()):
            _draw_run(axes, name, rows, RUN_COLOURS[number % len(RUN_COLOURS)])
        _scale_losses(axes, runs)
        if floor is not None:
            label = f"uninformative embedding ({floor:g})"
            axes.axhline(floor, color="0.4", linestyle=(0, (1, 2)), linewidth=1, label=label)
        # Empty lines, only for the legend: colours stand for runs, line styles for the two losses.
        axes.plot([], [], color="0.4", label="validation", **VALIDATION_STYLE)
        axes.plot([], [], color="0.4", label="training", **TRAINING_STYLE)
        axes.set(xlabel="epoch", ylabel="loss")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="0.92", linewidth=0.5)
        figure.legend(loc="outside lower center", ncols=legend_columns(figure), frameon=False)
        save(figure, out, page)


def draw_loss(runs: Sequence[Path], out: Path, *, page: Page = DEFAULT_PAGE) -> None:
    """Draw training and validation loss by epoch of one or more runs, the best epoch marked.

    Warns if the runs have different objectives, whose losses cannot be compared.

    Parameters
    ----------
    runs
        Run directories that `train` wrote.
    out
        Figure to write: .png, .svg or .pdf.
    page
        Size and resolution.

    Raises
    ------
    UsageError
        If the suffix of ``out`` is unknown.
    InputError
        If a run has no metrics or no model, or they are damaged.
    """
    cards = [read_card(run) for run in runs]
    objectives = sorted({card.objective["name"] for card in cards})
    if len(objectives) > 1:
        warn(f"losses of {' and '.join(objectives)} cannot be compared with each other")
    floors = {card.uninformative_loss for card in cards}
    # One line stands for all runs, so it is drawn only if they agree.
    floor = floors.pop() if len(floors) == 1 else None
    loss_figure({str(run): read_metrics(run) for run in runs}, out, floor, page)


def _draw_run(axes: Axes, name: str, rows: Sequence[EpochRow], run_colour: str) -> None:
    """Draw both losses of one run; the best epoch is that of the lowest validation loss, if any."""
    epochs = _column(rows, "epoch")
    training, validation = _column(rows, "train_loss"), _column(rows, "val_loss")
    decisive = validation if np.isfinite(validation).any() else training
    if not np.isfinite(decisive).any():
        return
    best = int(np.nanargmin(decisive))
    label = f"{name}: best {decisive[best]:.3g} in epoch {epochs[best]:g}"
    axes.plot(epochs, training, color=run_colour, **TRAINING_STYLE)
    axes.plot(epochs, validation, color=run_colour, **VALIDATION_STYLE)
    axes.plot(epochs[best], decisive[best], "o", color=run_colour, markeredgecolor="w", label=label)


def _scale_losses(axes: Axes, runs: Mapping[str, Sequence[EpochRow]]) -> None:
    """Use a logarithmic axis if small losses could not be distinguished on a linear one."""
    losses = np.concatenate([_column(r, n) for r in runs.values() for n in LOSSES])
    positive = losses[losses > 0]
    if len(positive) and positive.max() > WIDE_RANGE * positive.min():
        axes.set_yscale("log")


def _column(rows: Sequence[EpochRow], name: str) -> NDArray[np.float64]:
    """One value per epoch, NaN where it is missing."""
    return np.array([row.get(name) for row in rows], dtype=np.float64)
