"""What runs in the workers of a cluster of Dask."""

import hashlib
import os
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import chdir
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import artextract_cli
from artextract_cli.errors import ArtextractError
from artextract_cli.utils.events import keep_warnings, kept_warnings
from artextract_cli.utils.memory import keep_freed_memory
from artextract_cli.utils.parallel.outcome import Named, Outcome, outcome_of

# They select what is installed, and what may be read.
VARIABLES = ("ARTEXTRACT_PLUGINS", "ARTEXTRACT_MAX_PIXELS")

# The current folder, warnings, and threads of linear algebra belong to the process.
_one_at_a_time = threading.Lock()

# At most one: it holds files open.
_opened: dict["PackedFile", Callable[[Any], Any]] = {}


@dataclass(frozen=True, kw_only=True)
class Place:
    """What the results of a process depend on besides its input."""

    version: str
    variables: tuple[str | None, ...]


def this_place() -> Place:
    """What the results of this process depend on."""
    return Place(
        version=artextract_cli.__version__,
        variables=tuple(os.environ.get(name) for name in VARIABLES),
    )


def check_place(address: str, worker: Place, ours: Place) -> None:
    """Check that a worker gives the results that this process would give.

    Raises
    ------
    ArtextractError
        If it has another version of artextract, or other variables in its environment.
    """
    if worker.version != ours.version:
        msg = (
            f"the worker at {address} has artextract {worker.version}, this command "
            f"{ours.version}: install the same version, and start the worker again"
        )
        raise ArtextractError(msg)
    for name, theirs, our in zip(VARIABLES, worker.variables, ours.variables, strict=True):
        if theirs != our:
            msg = (
                f"the worker at {address} has {name}={theirs or ''} in its environment, this "
                f"command {name}={our or ''}: start the worker with the same value"
            )
            raise ArtextractError(msg)


@dataclass(frozen=True, kw_only=True)
class PackedFile:
    """A file of work as Dask would send it, which is too large to be sent with every item.

    Attributes
    ----------
    path
        The file.
    digest
        SHA-256 of its content: no other may be opened.
    """

    path: Path
    digest: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some blocks of an image.

    Attributes
    ----------
    name
        Number of the first, for outcomes.
    blocks
        What the work is called with, one after another.
    """

    name: str
    blocks: Sequence[Any]


def part_answer(work: PackedFile, part: Part, folder: Path) -> Outcome[Any] | Exception:
    """As `answer`, on some blocks: the outcome has a list of results."""
    return _answered(lambda: partial(_of_part, _read(work)), part, folder)


def answer(work: bytes, item: Named, folder: Path) -> Outcome[Any] | Exception:
    """Call packed ``work`` on an item in ``folder``, where the command was started.

    Errors are returned, since Dask raises some of its own in the process that asks.
    """
    return _answered(lambda: _unpacked(work), item, folder)


def _answered(
    open_work: Callable[[], Callable[[Any], Any]], item: Named, folder: Path
) -> Outcome[Any] | Exception:
    try:
        with _one_at_a_time, _inside(folder):
            keep_freed_memory(however_large=False)
            keep_warnings()
            outcome = outcome_of(open_work(), item)
            return replace(outcome, warnings=kept_warnings())
    except Exception as error:  # noqa: BLE001 - raised again by the process that asks
        # Tracebacks cannot be sent; --debug shows notes.
        error.add_note(traceback.format_exc())
        return error


def _inside(folder: Path) -> chdir[Path]:
    if not folder.is_dir():
        msg = (
            f"a worker has no folder {folder}: it must find the same files under the same paths as "
            "this command"
        )
        raise ArtextractError(msg)
    return chdir(folder)


@lru_cache(maxsize=1)
def _unpacked(work: bytes) -> Callable[[Any], Any]:
    """Unpack work once for all items of a command."""
    return _deserialized(work)


def _deserialized(work: bytes) -> Callable[[Any], Any]:
    from distributed.protocol import deserialize_bytes

    deserialized: Callable[[Any], Any] = deserialize_bytes(work)
    return deserialized


def _of_part(work: Callable[[Any], Any], part: Part) -> list[Any]:
    return [work(block) for block in part.blocks]


def _read(work: PackedFile) -> Callable[[Any], Any]:
    """The work in a file, opened once for all parts."""
    if work not in _opened:
        forget_parts()
        content = work.path.read_bytes()
        if hashlib.sha256(content).hexdigest() != work.digest:
            msg = f"{work.path} was changed by another program: run the command again"
            raise ArtextractError(msg)
        _opened[work] = _deserialized(content)
    return _opened[work]


def forget_parts() -> None:
    """Close the files of arrays that the last work on parts refers to."""
    _opened.clear()
