"""The conformance tests of loggers pass what is right and find what is wrong."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from artextract_cli import Logger
from artextract_cli.testing import LoggerTests
from tests.helpers.conformance import failed


class Silent:
    def __init__(self, run: Path, settings: Mapping[str, Any], options: object) -> None:
        self.last = 0.0

    def log(self, row: dict[str, float], maps: Mapping[str, Any]) -> None:
        self.last = row["epoch"]

    def close(self, figures: Mapping[str, float]) -> None:
        pass


class OnlyFinished(Silent):
    def close(self, figures: Mapping[str, float]) -> None:
        assert self.last > 0


class OnlyOnce(Silent):
    def __init__(self, run: Path, settings: Mapping[str, Any], options: object) -> None:
        (run / "log").mkdir()


class Drawing(Silent):
    def log(self, row: dict[str, float], maps: Mapping[str, Any]) -> None:
        maps["scores"][:] = 0


class Renaming(Silent):
    def log(self, row: dict[str, float], maps: Mapping[str, Any]) -> None:
        row["step"] = row.pop("epoch")


def logger(made: Any) -> Logger:
    return Logger(name="mine", summary="Lines.", load=lambda: made)


def test_a_simple_logger_passes() -> None:
    assert failed(LoggerTests, logger(Silent)) == {}


@pytest.mark.parametrize(
    ("made", "check"),
    [
        (OnlyFinished, "a run that is interrupted is closed"),
        (OnlyOnce, "a run is resumed"),
        (Drawing, "what is logged is not modified"),
        (Renaming, "what is logged is not modified"),
        (lambda run, settings: Silent(run, settings, None), "a run is logged"),
    ],
)
def test_a_wrong_logger_is_found_out(made: Any, check: str) -> None:
    assert check in failed(LoggerTests, logger(made))
