"""Arrays in files: unnamed ones of this process, and named ones that other processes open too.

On a network disk, a machine sees what another has written once one has closed the file and the
other has opened it again, and a page of a mapping that two of them write to is lost in part.
Between machines, mappings are therefore only read, and files are written like any file. On one
machine this would take a system call for each row of a block.
"""

import errno
import math
import mmap
import os
import shutil
import sys
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from artextract_cli.utils.file_errors import writing

Sharing = Literal["process", "machine", "network"]
"""Who finds an array: this process only, processes of this machine, or other machines too."""
# Of mappings, in which an assignment is lost: see `store`.
COPY_ON_WRITE = "c"


class SharedArray(np.memmap[Any, Any]):
    """An array in a file with a name; other processes receive the name instead of the values."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Open the file; a copy in memory is sent by its values."""
        root = _root(self)
        if root is None:
            return np.asarray, (np.asarray(self),)
        place = (_offset(self, root), self.shape, self.strides, self.dtype.str)
        return _opened, (str(root.filename), root.mode, *place)


def array_in_file(
    folder: Path, shape: tuple[int, ...], dtype: type[np.generic], sharing: Sharing = "process"
) -> NDArray[Any]:
    """An array of zeros in a file: its pages move to disk when memory is short.

    Parameters
    ----------
    folder
        Folder for the file, which is created.
    shape
        Shape of the array.
    dtype
        Its type.
    sharing
        Who can open it: functions that refer to it are sent with the name of its file, which is
        removed when the array is freed.

    Raises
    ------
    ArtextractError
        If the disk has no space for it.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if sharing == "process":
            # The mapping keeps the unnamed file alive, and a killed process leaves nothing behind.
            with tempfile.TemporaryFile(dir=folder) as file:
                _reserve(file.fileno(), folder, shape, dtype)
                return np.memmap(file, dtype, "w+", shape=shape)
        descriptor, name = tempfile.mkstemp(dir=folder)
        try:
            _reserve(descriptor, folder, shape, dtype)
        finally:
            os.close(descriptor)
    mode: Any = COPY_ON_WRITE if sharing == "network" else "r+"
    array = SharedArray(name, dtype, mode, shape=shape)
    weakref.finalize(array, _remove, name)
    return array


def store(array: NDArray[Any], place: Any, values: Any) -> None:
    """Assign ``values`` to a ``place`` of an array, which may lie in a file; release its memory.

    Different processes may store to different places of a shared array.

    Raises
    ------
    ArtextractError
        If its file cannot be written.
    """
    found = _root(array)
    if found is None or found.mode != COPY_ON_WRITE:
        array[place] = values
        release_pages(array)
        return
    part = array[place]
    values = np.ascontiguousarray(np.broadcast_to(values, part.shape), part.dtype)
    # So many of the first axes lead from one stretch of the file to the next.
    axes, size = part.ndim, part.itemsize
    while axes and _follows(part, axes, size):
        axes -= 1
        size *= part.shape[axes]
    start = _offset(part, found)
    with writing(Path(found.filename)), Path(found.filename).open("r+b") as file:
        for index in np.ndindex(part.shape[:axes]):
            file.seek(start + sum(i * s for i, s in zip(index, part.strides, strict=False)))
            file.write(values[index].data)


def release_pages(array: NDArray[Any]) -> None:
    """Release the memory of an array in a file, which keeps its content; other arrays stay."""
    found = _root(array)
    if found is not None and sys.platform != "win32":
        mapping: Any = found.base
        mapping.madvise(mmap.MADV_DONTNEED)


def row_chunks(image: NDArray[Any], n_rows: int = 256) -> Iterator[NDArray[Any]]:
    """Yield an image (H, W, ...) some rows at a time, releasing the memory of each chunk."""
    for top in range(0, len(image), n_rows):
        yield image[top : top + n_rows]
        release_pages(image)


def _opened(
    name: str,
    mode: Any,
    offset: int,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    dtype: str,
) -> NDArray[Any]:
    return np.ndarray(shape, dtype, np.memmap(name, np.uint8, mode), offset, strides)


def _root(array: NDArray[Any]) -> Any:
    """The array that maps the file of which ``array`` is a view; None if it lies in memory."""
    base: Any = array
    while isinstance(base, np.ndarray):
        # A view of a view: the mapping lies at the end of the chain.
        if isinstance(base.base, mmap.mmap):
            return base
        base = base.base
    return None


def _offset(part: NDArray[Any], root: Any) -> int:
    """Where in its file a part of an array begins."""
    start, at = (array.__array_interface__["data"][0] for array in (root, part))
    return int(root.offset + at - start)


def _follows(part: NDArray[Any], axes: int, size: int) -> bool:
    """Whether the parts along an axis lie one behind the other, ``size`` bytes each."""
    return part.shape[axes - 1] == 1 or part.strides[axes - 1] == size


def _reserve(
    descriptor: int, folder: Path, shape: tuple[int, ...], dtype: type[np.generic]
) -> None:
    size = max(1, math.prod(shape) * np.dtype(dtype).itemsize)
    # A disk that becomes full only when a page is written would kill the process.
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
    elif size > shutil.disk_usage(folder).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _remove(name: str) -> None:
    with suppress(OSError):  # the folder is removed in the end
        Path(name).unlink()
