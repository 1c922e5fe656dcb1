"""How this process handles memory, and how worker processes do."""

import ctypes
import multiprocessing
import os
import sys
import threading

# From glibc's malloc.h.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, M_MMAP_MAX = -1, -2, -3, -4
MAX_KEPT_BLOCK_BYTES = 2**25


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
        mallopt(M_MMAP_THRESHOLD, MAX_KEPT_BLOCK_BYTES)
    mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
    mallopt(M_TOP_PAD, 64 * 2**20)


def prepare_worker() -> None:
    """Keep freed memory in a worker process, and end it with the process that started it.

    A pool ends its workers by itself, but not where it was killed: they would wait for work for
    ever.
    """
    keep_freed_memory(however_large=False)
    parent = multiprocessing.parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()
