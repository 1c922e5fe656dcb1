"""The loss curve of the page: coordinates of two polylines and their axes, for an SVG drawing."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Of the drawing, in its own units: the page scales it, and the labels with it.
WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 34  # margins: room for the labels of the axes
# Labels on the loss axis, 50 units apart in a drawing of this height.
N_TICKS = 4


@dataclass(frozen=True, kw_only=True)
class LossCurve:
    """Losses by epoch, in units of the drawing from its upper left corner."""

    training: str
    """Points of an SVG polyline, as is ``validation``."""

    validation: str
    best: tuple[float, float]
    best_epoch: int
    best_loss: float
    n_epochs: int
    y_ticks: tuple[tuple[float, str], ...]
    x_ticks: tuple[tuple[float, str], ...]


def loss_curve(rows: Sequence[Mapping[str, Any]]) -> LossCurve | None:
    """Draw training and validation loss by epoch; None if no loss is finite."""
    training, validation = _points(rows, "train_loss"), _points(rows, "val_loss")
    # Without validation scenes, the best epoch is that of the lowest training loss.
    decisive = validation or training
    if not decisive:
        return None
    losses = [loss for _, loss in training + validation]
    best_epoch, best_loss = min(decisive, key=lambda point: point[1])
    frame = _Frame(
        first=min(epoch for epoch, _ in training + validation),
        last=max(epoch for epoch, _ in training + validation),
        low=min(losses),
        high=max(losses),
    )
    return LossCurve(
        training=frame.polyline(training),
        validation=frame.polyline(validation),
        best=frame.place(best_epoch, best_loss),
        best_epoch=best_epoch,
        best_loss=best_loss,
        n_epochs=len(rows),
        y_ticks=frame.y_ticks(),
        x_ticks=frame.x_ticks(),
    )


def _points(rows: Sequence[Mapping[str, Any]], name: str) -> list[tuple[int, float]]:
    """Epoch and loss of the rows whose loss is a finite number."""
    pairs = [(row.get("epoch"), row.get(name)) for row in rows]
    return [
        (int(epoch), float(loss))
        for epoch, loss in pairs
        if isinstance(epoch, int) and isinstance(loss, int | float) and math.isfinite(loss)
    ]


@dataclass(frozen=True, kw_only=True)
class _Frame:
    first: int
    last: int
    low: float
    high: float

    def place(self, epoch: int, loss: float) -> tuple[float, float]:
        # The guards are for runs of one epoch and for a constant loss.
        across = (epoch - self.first) / max(self.last - self.first, 1)
        up = (loss - self.low) / ((self.high - self.low) or 1)
        return (
            round(LEFT + across * (WIDTH - LEFT - RIGHT), 1),
            round(HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM), 1),
        )

    def polyline(self, points: Sequence[tuple[int, float]]) -> str:
        return " ".join(f"{x},{y}" for x, y in (self.place(*point) for point in points))

    def y_ticks(self) -> tuple[tuple[float, str], ...]:
        values = [self.low + (self.high - self.low) * i / (N_TICKS - 1) for i in range(N_TICKS)]
        return tuple((self.place(self.first, value)[1], f"{value:.3g}") for value in values)

    def x_ticks(self) -> tuple[tuple[float, str], ...]:
        # At most nine labels, some 70 units apart, so that epochs of three digits do not touch.
        step = max(1, math.ceil((self.last - self.first) / 8))
        epochs = range(self.first, self.last + 1, step)
        return tuple((self.place(epoch, self.low)[0], str(epoch)) for epoch in epochs)
