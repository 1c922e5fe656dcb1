"""How loops over pixels are compiled."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(kernel: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and numbers by numba, for one thread; others run beside it.

    The result is cached on disk, so that only the first run on a machine pays for compiling: beside
    the source if that can be written, else in the user's cache (or ``NUMBA_CACHE_DIR``). Every
    combination of argument types is compiled anew: call a kernel with one type and memory layout.

    Parameters
    ----------
    kernel
        The function.

    Returns
    -------
    callable
        The same function, compiled at its first call.
    """
    return cast("Callable[P, R]", njit(cache=True, nogil=True, error_model="numpy")(kernel))


def compiled_sums(kernel: Callable[P, R]) -> Callable[P, R]:
    """As `compiled`, but sums may be taken in another order, several terms at once.

    Not-a-numbers and infinities still come out as such.
    """
    freely = {"reassoc", "contract", "nsz"}
    return cast(
        "Callable[P, R]",
        njit(cache=True, nogil=True, error_model="numpy", fastmath=freely)(kernel),
    )
