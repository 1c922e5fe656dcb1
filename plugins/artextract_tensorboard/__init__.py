"""Event files for TensorBoard, in the run directory."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from artextract_cli import DependencyError, Logger, hookimpl, option

if TYPE_CHECKING:
    from artextract_tensorboard.events import EventFiles


@dataclass(frozen=True)
class TensorBoardOptions:
    """Where the event files lie."""

    folder: str = option("events", "Folder of the event files within the run directory.")


def _load() -> "type[EventFiles]":
    try:
        from artextract_tensorboard.events import EventFiles
    except ImportError as error:
        msg = (
            "the logger tensorboard needs TensorBoard, which is not installed: "
            'pip install "artextract[tensorboard]"'
        )
        raise DependencyError(msg) from error
    return EventFiles


@hookimpl
def artextract_loggers() -> Logger:
    """Losses, learning rate, example maps and settings."""
    return Logger(
        name="tensorboard",
        summary="Losses, example maps and settings as event files, for `tensorboard --logdir RUN`.",
        options=TensorBoardOptions,
        load=_load,
    )
