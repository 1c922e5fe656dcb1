"""What runs in the workers of a cluster of Dask."""

import os
import threading
import traceback
from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass, replace
from functools import lru_cache
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


def answer(work: bytes, item: Named, folder: Path) -> Outcome[Any] | Exception:
    """Call packed ``work`` on an item in ``folder``, where the command was started.

    Errors are returned, since Dask raises some of its own in the process that asks.
    """
    try:
        with _one_at_a_time, _inside(folder):
            keep_freed_memory(however_large=False)
            keep_warnings()
            outcome = outcome_of(_unpacked(work), item)
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
    from distributed.protocol import deserialize_bytes

    unpacked: Callable[[Any], Any] = deserialize_bytes(work)
    return unpacked
