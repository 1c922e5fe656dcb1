"""Unpacks the numeric arrays of a MATLAB file; run as a process of its own, by its path.

A damaged file can crash the libraries that read it, and then takes only this process with it.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"


def main(source: str, out: str) -> None:
    """Write every array into the folder ``out``, and ``names.json`` with their names in order."""
    names: list[str] = []
    for name, values in _hdf5(source) if is_hdf5(Path(source)) else _version_5(source):
        np.save(Path(out, f"{len(names)}.npy"), values, allow_pickle=False)
        names.append(name)
    Path(out, "names.json").write_text(json.dumps(names), "utf-8")


def is_hdf5(path: Path) -> bool:
    """Whether a MATLAB file is one of version 7.3, which is HDF5 behind a header."""
    with path.open("rb") as file:
        head = file.read(512 + len(HDF5_SIGNATURE))
    return head[:8] == HDF5_SIGNATURE or head[512:] == HDF5_SIGNATURE


def _version_5(source: str) -> Iterator[tuple[str, Any]]:
    import scipy.io

    for name, values in scipy.io.loadmat(source).items():
        if isinstance(values, np.ndarray) and values.dtype.kind in "uifb":
            yield name, values


def _hdf5(source: str) -> Iterator[tuple[str, Any]]:
    """Its arrays come with their axes in reverse order."""
    import h5py

    with h5py.File(source, "r") as file:
        for name, item in file.items():
            if isinstance(item, h5py.Dataset) and item.dtype.kind in "uifb":
                yield name, item[()].T


if __name__ == "__main__":
    main(*sys.argv[1:])
