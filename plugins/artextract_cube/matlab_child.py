"""Unpacking the numeric arrays of a MATLAB file; run as a separate process, by its path.

A damaged file can crash the libraries that read it, which then ends only this process.
"""

import contextlib
import json
import math
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
TOO_LARGE = 3
"""Exit code if a file claims more numbers than allowed; stdout gives their number."""

MAX_CPU_SECONDS = 600
"""Processor time after which a file is given up as damaged."""

PROGRAM_BYTES, BYTES_PER_NUMBER = 2**31, 16
"""Memory limit: for the process itself, and per number, as stored and as read."""


def main(source: str, out: str, max_numbers: str) -> None:
    """Write every array into the folder ``out``, and their names in order into ``names.json``.

    All arrays together may have at most ``max_numbers`` numbers.
    """
    _limit(PROGRAM_BYTES + BYTES_PER_NUMBER * int(max_numbers))
    unpack = _hdf5 if is_hdf5(Path(source)) else _version_5
    names: list[str] = []
    for name, values in unpack(source, int(max_numbers)):
        np.save(Path(out, f"{len(names)}.npy"), values, allow_pickle=False)
        names.append(name)
    Path(out, "names.json").write_text(json.dumps(names), "utf-8", newline="\n")


def is_hdf5(path: Path) -> bool:
    """Whether a MATLAB file is of version 7.3, which is HDF5 after a header."""
    with path.open("rb") as file:
        # MATLAB writes 512 bytes of its own before the HDF5 signature; other writers write none.
        head = file.read(512 + len(HDF5_SIGNATURE))
    return head[:8] == HDF5_SIGNATURE or head[512:] == HDF5_SIGNATURE


def _limit(n_bytes: int) -> None:
    """Limit the memory and processor time of this process, where the system can."""
    if sys.platform != "win32":
        import resource

        # Address space, since a damaged header can claim any size; macOS refuses this limit.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (n_bytes, n_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))


def _check_sizes(shapes: Iterable[tuple[int, ...]], max_numbers: int) -> None:
    # From headers, before anything is allocated.
    claimed = sum(math.prod(shape) for shape in shapes)
    if claimed > max_numbers:
        # Read by the parent, which names the file in its message.
        sys.stdout.write(f"{claimed} numbers")
        raise SystemExit(TOO_LARGE)


def _version_5(source: str, max_numbers: int) -> Iterator[tuple[str, Any]]:
    import scipy.io

    _check_sizes((shape for _, shape, _ in scipy.io.whosmat(source)), max_numbers)
    for name, values in scipy.io.loadmat(source).items():
        if isinstance(values, np.ndarray) and values.dtype.kind in "uifb":
            yield name, values


def _hdf5(source: str, max_numbers: int) -> Iterator[tuple[str, Any]]:
    """Yield arrays with axes reversed to the order of MATLAB; links to other files are skipped."""
    import h5py

    with h5py.File(source, "r") as file:
        # Soft and external links could lead to another file; so could virtual and external
        # datasets.
        own = [name for name in file if isinstance(file.get(name, getlink=True), h5py.HardLink)]
        datasets = {name: file[name] for name in own if isinstance(file[name], h5py.Dataset)}
        numeric = {
            name: item
            for name, item in datasets.items()
            if item.dtype.kind in "uifb" and not item.is_virtual and not item.external
        }
        _check_sizes((item.shape or () for item in numeric.values()), max_numbers)
        for name, item in numeric.items():
            yield name, item[()].T


if __name__ == "__main__":
    main(*sys.argv[1:])
