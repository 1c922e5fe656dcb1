import pytest

from artextract_cli.report.loss_curve import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, loss_curve


def test_the_course_and_its_best_epoch() -> None:
    losses = [(1, 4.0, 5.0), (2, 3.0, 1.0), (3, 2.0, 3.0)]
    rows = [{"epoch": e, "train_loss": t, "val_loss": v} for e, t, v in losses]
    curve = loss_curve(rows)
    assert curve is not None
    middle = (LEFT + WIDTH - RIGHT) / 2
    low, high = float(HEIGHT - BOTTOM), float(TOP)
    assert (
        curve.validation == f"{LEFT}.0,{high} {middle},{low} {WIDTH - RIGHT}.0,{(low + high) / 2}"
    )
    assert (curve.best_epoch, curve.best_loss, curve.n_epochs) == (2, 1.0, 3)
    assert curve.best == (middle, low)
    assert [text for _, text in curve.y_ticks] == ["1", "2.33", "3.67", "5"]
    assert [text for _, text in curve.x_ticks] == ["1", "2", "3"]


def test_losses_that_are_no_numbers_are_left_out() -> None:
    rows = [
        {"epoch": 1, "train_loss": float("nan"), "val_loss": None},
        {"epoch": 2, "train_loss": 2.0, "val_loss": "<script>"},
    ]
    curve = loss_curve(rows)
    assert curve is not None
    assert (curve.validation, curve.best_epoch) == ("", 2)


@pytest.mark.parametrize("rows", [[], [{"epoch": 1}], [{"epoch": "1", "train_loss": 1.0}]])
def test_no_losses_no_curve(rows: list[dict[str, object]]) -> None:
    assert loss_curve(rows) is None


def test_many_epochs_have_few_ticks() -> None:
    curve = loss_curve([{"epoch": e, "train_loss": 1.0} for e in range(1, 301)])
    assert curve is not None
    assert 5 <= len(curve.x_ticks) <= 9
