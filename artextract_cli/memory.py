"""How this process handles memory."""

import ctypes
import sys

# From glibc's malloc.h.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, M_MMAP_MAX = -1, -2, -3, -4
LARGEST_THRESHOLD = 2**25


def keep_freed_memory(*, however_large: bool = True) -> None:
    """Keep freed blocks for reuse instead of handing them back to the system at once.

    A training step, and a scene after the other, free and ask for the same large blocks again and
    again; fetching them from the system each time takes as long as the arithmetic. Blocks beyond
    32 MiB are kept only if ``however_large``. Does nothing where there is no glibc.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    if however_large:
        mallopt(M_MMAP_MAX, 0)
    else:
        mallopt(M_MMAP_THRESHOLD, LARGEST_THRESHOLD)
    mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
    mallopt(M_TOP_PAD, 64 * 2**20)
