"""What every plugin has to state, and how a check fails."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from artextract_cli import (
    NoOptions,
    option,
)
from artextract_cli.testing import (
    Outcome,
    SuperpixelTests,
    run,
)
from tests.helpers.conformance import failed, method, squares


@dataclasses.dataclass(frozen=True)
class Untold:
    width: int = 3


@dataclasses.dataclass(frozen=True)
class OutOfLimits:
    width: int = option(3, "How wide.", minimum=4)


@dataclasses.dataclass
class Loose:
    width: int = option(3, "How wide.")


@pytest.mark.parametrize(
    ("change", "check", "why"),
    [
        ({"name": "My_Method"}, "name and summary", "lower-case"),
        ({"name": "a--b"}, "name and summary", "single hyphens"),
        ({"summary": "No stop"}, "name and summary", "full stop"),
        ({"api_version": 99}, "api version", "API 1 is installed"),
        ({"options": Untold}, "options", "width has no help"),
        ({"options": Loose}, "options", "frozen"),
        ({"options": OutOfLimits}, "options", "width=3 is outside 4 to inf"),
    ],
)
def test_what_a_plugin_tells_of_itself(change: dict[str, Any], check: str, why: str) -> None:
    found = failed(SuperpixelTests, dataclasses.replace(method(squares), **change))
    assert list(found) == [check]
    assert why in found[check]


def test_every_check_runs_with_the_options_of_the_subclass() -> None:
    seen = []

    def function(image: np.ndarray, options: object) -> np.ndarray:
        seen.append(options)
        return squares(image, options)

    other = NoOptions()
    assert failed(SuperpixelTests, method(function), options=(other,)) == {}
    assert any(options is other for options in seen)


def test_an_exception_is_a_failed_check() -> None:
    def function(image: np.ndarray, options: object) -> np.ndarray:
        raise ZeroDivisionError("one\ntwo")

    (first, *_) = [
        o
        for o in run(type("Made", (SuperpixelTests,), {"spec": method(function)}))
        if o.state == "failed"
    ]
    assert first == Outcome(check="label map", state="failed", why="ZeroDivisionError: one two")
