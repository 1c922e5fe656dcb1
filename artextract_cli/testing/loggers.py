"""Conformance tests of loggers."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli.testing.base import PluginTests, expect

SETTINGS: Mapping[str, Any] = {"backbone": "gat", "options": {"heads": 4}, "scorer": None}
ROW: Mapping[str, float] = {"epoch": 1, "train_loss": 0.5, "val_loss": 0.6, "learning_rate": 1e-3}


class LoggerTests(PluginTests):
    """Logs of a run that exists only on paper, in a temporary run directory."""

    def test_a_run_is_logged(self) -> None:
        """A run of two epochs is logged from its start to its end."""
        for options in self.tried():
            with tempfile.TemporaryDirectory() as folder:
                self._logged(Path(folder), options, (1, 2), {"AUROC fused": 0.9})

    def test_a_run_that_is_interrupted_is_closed(self) -> None:
        """A run without a single epoch, and so without figures, is closed."""
        for options in self.tried():
            with tempfile.TemporaryDirectory() as folder:
                self._logged(Path(folder), options, (), {})

    def test_a_run_is_resumed(self) -> None:
        """A second logger goes on in the same run directory."""
        for options in self.tried():
            with tempfile.TemporaryDirectory() as folder:
                self._logged(Path(folder), options, (1,), {})
                self._logged(Path(folder), options, (2,), {"AUROC fused": 0.9})

    def test_what_is_logged_is_not_modified(self) -> None:
        """Metrics, maps and settings are not modified."""
        settings, row, maps = dict(SETTINGS), dict(ROW), _maps()
        with tempfile.TemporaryDirectory() as folder:
            logger = self.spec.load()(Path(folder), settings, self.spec.options())
            logger.log(row, maps)
            logger.close({})
        kept = (
            settings == SETTINGS
            and row == ROW
            and bool((maps["scores"] == _maps()["scores"]).all())
        )
        expect(kept, "what the logger was given was changed")

    def _logged(
        self, run: Path, options: Any, epochs: tuple[int, ...], figures: Mapping[str, float]
    ) -> None:
        logger = self.spec.load()(run, SETTINGS, options)
        for epoch in epochs:
            logger.log({**ROW, "epoch": epoch}, _maps())
        logger.close(figures)


def _maps() -> dict[str, NDArray[np.uint8]]:
    return {"scores": np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)}
