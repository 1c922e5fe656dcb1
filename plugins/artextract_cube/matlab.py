"""Reading MATLAB files of versions 5 to 7 and 7.3."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import DependencyError, InputError, check_claim, max_pixels, reading
from artextract_cube import matlab_child


@contextmanager
def matlab_arrays(path: Path) -> Iterator[dict[str, NDArray[Any]]]:
    """Yield the numeric arrays of ``path`` by name, memory-mapped from temporary files.

    Raises
    ------
    InputError
        If it is missing, damaged, or not a MATLAB file.
    DependencyError
        If it is of version 7.3, and h5py is missing.
    """
    with reading(path):
        needs_h5py = matlab_child.is_hdf5(path)
    if needs_h5py and importlib.util.find_spec("h5py") is None:
        msg = f"{path} is a MATLAB 7.3 file, which requires h5py: pip install 'artextract[hdf5]'"
        raise DependencyError(msg)
    with tempfile.TemporaryDirectory(prefix="artextract-", ignore_cleanup_errors=True) as folder:
        _unpack(path, folder)
        names = json.loads(Path(folder, "names.json").read_text("utf-8"))
        # Within the context, since the arrays are mapped from the temporary folder.
        yield {
            name: np.load(Path(folder, f"{number}.npy"), mmap_mode="r", allow_pickle=False)
            for number, name in enumerate(names)
        }


def _unpack(path: Path, folder: str) -> None:
    completed = subprocess.run(
        # By path, not by module: the child imports nothing of artextract.
        [sys.executable, matlab_child.__file__, str(path.resolve()), folder, str(max_pixels())],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # its memory counts towards the limit
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if completed.returncode == matlab_child.TOO_LARGE:
        check_claim(path, completed.stdout, max_pixels() + 1)
    if completed.returncode != 0:
        msg = f"{path} is damaged, cut short, or not a MATLAB file: copy or export it again"
        error = InputError(msg)
        error.add_note(
            f"reading it ended with {completed.returncode}: {completed.stderr}"
        )  # for --debug
        raise error
