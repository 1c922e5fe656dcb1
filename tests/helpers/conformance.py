"""Ways to run the conformance tests."""

from collections.abc import Callable
from typing import Any

import numpy as np

from artextract_cli import (
    SuperpixelMethod,
)
from artextract_cli.testing import (
    PluginTests,
    run,
)


def failed(tests: type[PluginTests], spec: Any, **more: Any) -> dict[str, str]:
    """The checks that a plugin fails, and why."""
    made = type("Made", (tests,), {"spec": spec, **more})
    return {o.check: o.why for o in run(made) if o.state == "failed"}


def squares(image: np.ndarray, options: object) -> np.ndarray:
    rows, columns = np.indices(image.shape[:2]) // 5
    return rows * (columns.max() + 1) + columns


def method(function: Callable[..., Any]) -> SuperpixelMethod:
    return SuperpixelMethod(name="squares", summary="Squares.", load=lambda: function)
