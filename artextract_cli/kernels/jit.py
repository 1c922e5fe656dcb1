"""Compilation of loops over pixels."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")

# Without the GIL, two blocks are processed at a time by threads. With NumPy's error model a
# division by zero gives infinity: checks for it would prevent vector instructions.
# Entry points for C code, which nothing calls, took a tenth of the time to compile.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}


def compiled(kernel: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and numbers with Numba, single-threaded and without the GIL.

    The result is cached on disk, so that only the first run on a machine compiles: beside the
    source if that is writable, else in the user's cache (or ``NUMBA_CACHE_DIR``). Every combination
    of argument types is compiled separately: call a kernel with one type and memory layout. What a
    kernel calls is compiled too: to allocate, reshape or sort arrays inside it, or to assign one to
    a slice, takes longer to compile than most loops. Let the caller allocate buffers and results.

    Parameters
    ----------
    kernel
        The function.

    Returns
    -------
    callable
        The same function, compiled on its first call.
    """
    return cast("Callable[P, R]", njit(cache=True, **_OPTIONS)(kernel))


def compiled_sums(kernel: Callable[P, R]) -> Callable[P, R]:
    """Compile like `compiled`, but allow sums to be reordered, for vector instructions.

    NaN and infinities are still propagated.
    """
    # Not "nnan" and "ninf", under which the compiler may assume that there are no such values.
    freely = {"reassoc", "contract", "nsz"}
    return cast("Callable[P, R]", njit(cache=True, fastmath=freely, **_OPTIONS)(kernel))


def inlined(kernel: Callable[P, R]) -> Callable[P, R]:
    """Compile a function as part of every kernel that calls it, which is faster for a single one.

    Parameters
    ----------
    kernel
        The function; only functions that are `compiled` may call it.

    Returns
    -------
    callable
        The same function.
    """
    return cast("Callable[P, R]", njit(inline="always", **_OPTIONS)(kernel))
