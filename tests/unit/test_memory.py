import resource

import numpy as np

from artextract_cli.memory import keep_freed_memory


def test_freed_blocks_are_reused_without_page_faults() -> None:
    keep_freed_memory()
    np.ones(2**22)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        np.ones(2**22)  # 32 MiB, 8192 pages
    assert resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before < 8192
