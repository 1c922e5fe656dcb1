"""Memory management of this process and of worker processes."""

import ctypes
import multiprocessing
import os
import sys
import threading

# Parameters of mallopt, from malloc.h of glibc.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -2, -3, -4, -8
MAX_KEPT_BLOCK_BYTES = 2**25  # 32 MiB, the largest M_MMAP_THRESHOLD that glibc accepts


def keep_freed_memory(*, however_large: bool = True) -> None:
    """Keep freed blocks for reuse instead of handing them back to the system at once.

    Training steps, and scenes one after the other, free and request the same large blocks again and
    again; fetching them from the system each time takes as long as the arithmetic. Blocks beyond
    32 MiB are kept only if ``however_large``. Does nothing without glibc.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    if however_large:
        # No block is mapped on its own, so that every freed block stays in the heap.
        mallopt(M_MMAP_MAX, 0)
        # A heap for each thread holds no block beyond 64 MiB, and what one thread frees is of no
        # use to another.
        mallopt(M_ARENA_MAX, 1)
    else:
        # Workers share the memory: blocks beyond the threshold go back to the system.
        mallopt(M_MMAP_THRESHOLD, MAX_KEPT_BLOCK_BYTES)
    # The largest int of C: the heap is never trimmed.
    mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
    mallopt(M_TOP_PAD, 64 * 2**20)  # grow the heap by 64 MiB at a time: fewer system calls


def prepare_worker() -> None:
    """Keep freed memory in a worker process, and end it with the process that started it.

    A pool ends its workers by itself unless its process is killed: then they would wait forever.
    """
    keep_freed_memory(however_large=False)
    parent = multiprocessing.parent_process()
    if parent is not None:

        def exit_with_parent() -> None:
            parent.join()
            # Not sys.exit, which in a thread ends only that thread.
            os._exit(1)

        threading.Thread(target=exit_with_parent, daemon=True).start()
