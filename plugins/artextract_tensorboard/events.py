"""Event files, as torch writes them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.utils.tensorboard import SummaryWriter

LOSSES = {"train_loss": "loss/training", "val_loss": "loss/validation"}
"""Names under which losses appear, in one group."""


class EventFiles:
    """The event files of a run; a resumed one adds a file."""

    def __init__(self, run: Path, settings: Mapping[str, Any], options: Any) -> None:
        self._writer = SummaryWriter(str(run / options.folder))
        # Indented by four spaces, text is code in Markdown.
        text = json.dumps(settings, indent=2, default=str)
        self._writer.add_text("settings", "".join(f"    {line}\n" for line in text.splitlines()))
        self._writer.flush()

    def log(self, row: Mapping[str, float], maps: Mapping[str, NDArray[np.uint8]]) -> None:
        """Add the numbers and images of an epoch."""
        epoch = int(row["epoch"])
        for name, value in row.items():
            if name != "epoch":
                self._writer.add_scalar(LOSSES.get(name, name), value, epoch)
        for name, picture in maps.items():
            self._writer.add_image(name, picture, epoch, dataformats="HWC")
        # Shown at once, and kept if the process is killed.
        self._writer.flush()

    def close(self, figures: Mapping[str, float]) -> None:
        """Add the figures of the finished model."""
        for name, value in figures.items():
            self._writer.add_scalar(f"model/{name}", value)
        self._writer.close()
