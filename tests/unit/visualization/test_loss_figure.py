"""The figure of losses."""

from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from PIL import Image

from artextract_cli.errors import UsageError
from artextract_cli.visualization.loss_figure import loss_figure
from tests.helpers.figures import epochs


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
    with pytest.raises(UsageError, match="no run has completed an epoch"):
        loss_figure(runs, tmp_path / "loss.png")


def test_losses_far_apart_get_a_logarithmic_axis(drawn: list[Figure]) -> None:
    loss_figure({"near": epochs((0.9, 0.8), (0.5, 0.4))}, Path("loss.png"))
    loss_figure({"far": epochs((200.0, 5.0), (20.0, 0.5))}, Path("loss.png"))
    assert [figure.axes[0].get_yscale() for figure in drawn] == ["linear", "log"]
