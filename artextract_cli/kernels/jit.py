"""Compilation of loops over pixels."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(kernel: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and numbers with Numba, single-threaded and without the GIL.

    The result is cached on disk, so that only the first run on a machine compiles: beside the
    source if that is writable, else in the user's cache (or ``NUMBA_CACHE_DIR``). Every combination
    of argument types is compiled separately: call a kernel with one type and memory layout.

    Parameters
    ----------
    kernel
        The function.

    Returns
    -------
    callable
        The same function, compiled on its first call.
    """
    # Without the GIL, two blocks are processed at a time by threads. With NumPy's error model a
    # division by zero gives infinity: checks for it would prevent vector instructions.
    return cast("Callable[P, R]", njit(cache=True, nogil=True, error_model="numpy")(kernel))


def compiled_sums(kernel: Callable[P, R]) -> Callable[P, R]:
    """Compile like `compiled`, but allow sums to be reordered, for vector instructions.

    NaN and infinities are still propagated.
    """
    # Not "nnan" and "ninf", under which the compiler may assume that there are no such values.
    freely = {"reassoc", "contract", "nsz"}
    return cast(
        "Callable[P, R]",
        njit(cache=True, nogil=True, error_model="numpy", fastmath=freely)(kernel),
    )
