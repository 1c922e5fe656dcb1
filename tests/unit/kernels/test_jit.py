"""How kernels are compiled."""

import numpy as np

from artextract_cli.kernels.jit import compiled, compiled_sums


def total(values: np.ndarray) -> float:
    found = 0.0
    for value in values:
        found += value
    return found


def test_what_is_compiled_gives_what_python_gives() -> None:
    values = np.arange(17.0)
    assert compiled(total)(values) == total(values)


def test_free_sums_keep_what_is_not_a_number() -> None:
    freely = compiled_sums(total)
    assert freely(np.arange(17.0)) == 136
    assert np.isnan(freely(np.array([1.0, np.nan, 2.0])))
    assert np.isinf(freely(np.array([1.0, np.inf])))
