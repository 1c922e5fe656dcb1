"""How kernels are compiled."""

import ast
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import artextract_cli
from artextract_cli.kernels.jit import compiled, compiled_sums, inlined

ROOT = Path(artextract_cli.__file__).parents[1]
DECORATORS = {"compiled", "compiled_sums", "inlined"}
# Numba's own versions of these take longer to compile than most kernels.
SLOW_TO_COMPILE = {
    *("arange", "concatenate", "empty", "empty_like", "full", "ones", "zeros", "zeros_like"),
    *("argsort", "astype", "copy", "ravel", "reshape", "sort", "view"),
}


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


def test_inlined_functions_are_part_of_their_caller() -> None:
    @inlined
    def doubled(values: np.ndarray, out: np.ndarray) -> None:
        for i in range(len(values)):
            out[i] = 2 * values[i]

    def quadrupled(values: np.ndarray, out: np.ndarray) -> None:
        doubled(values, out)
        doubled(out, out)

    out = np.empty(3)
    compiled(quadrupled)(np.arange(3.0), out)
    assert out.tolist() == [0, 4, 8]
    assert doubled.signatures == []  # type: ignore[attr-defined]


def kernels() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every compiled function of the package and of the built-in plugins, with its name."""
    for folder in ("artextract_cli", "plugins"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and DECORATORS & {
                    ast.unparse(decorator) for decorator in node.decorator_list
                }:
                    yield f"{path.stem}.{node.name}", node


KERNELS = dict(kernels())


@pytest.mark.parametrize("name", KERNELS)
def test_kernels_leave_arrays_to_their_callers(name: str) -> None:
    """A first run compiled for 20 s of processor time when kernels allocated their arrays."""
    for node in ast.walk(KERNELS[name]):
        if isinstance(node, ast.Attribute):
            assert node.attr not in SLOW_TO_COMPILE, f"{name} calls {ast.unparse(node)}"
        if isinstance(node, ast.Assign):
            for target in node.targets:
                parts = [part for part in ast.walk(target) if isinstance(part, ast.Slice)]
                assert not parts, f"{name} assigns to {ast.unparse(target)}"


def test_there_are_kernels() -> None:
    assert {"filters._blur", "kernels._assign", "numba_loops.sums"} <= set(KERNELS)
