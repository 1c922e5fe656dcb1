import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.utils.memory import keep_freed_memory


def test_freed_blocks_are_reused_without_page_faults() -> None:
    keep_freed_memory()
    np.ones(2**22)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        np.ones(2**22)  # 32 MiB, 8192 pages
    assert resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before < 8192


POOL = """
import multiprocessing, os, time
from concurrent.futures import ProcessPoolExecutor
from artextract_cli.utils.memory import prepare_worker

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=prepare_worker) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        time.sleep(600)
"""


@pytest.mark.skipif(os.name != "posix", reason="kills by a signal")
def test_workers_end_with_a_program_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "pool.py").write_text(POOL)
    program = subprocess.Popen([sys.executable, tmp_path / "pool.py"], stdout=subprocess.PIPE)
    assert program.stdout is not None
    worker = int(program.stdout.readline())
    program.send_signal(signal.SIGKILL)
    try:
        # The worker holds the other end of the pipe: nothing more comes, once it has ended.
        assert program.communicate(timeout=60)[0] == b""
    except subprocess.TimeoutExpired:
        os.kill(worker, signal.SIGKILL)
        pytest.fail("the worker outlives the program")
