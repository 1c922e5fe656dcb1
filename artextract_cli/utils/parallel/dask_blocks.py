"""Blocks of one image as tasks of Dask: the workers share an item that is too large for one."""

import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from artextract_cli.errors import InputError
from artextract_cli.utils.atomic import temporary_folder
from artextract_cli.utils.events import warn
from artextract_cli.utils.file_errors import writing
from artextract_cli.utils.parallel.cluster import Cluster
from artextract_cli.utils.parallel.dask_client import Tasks, check_workers, while_connected
from artextract_cli.utils.parallel.dask_connection import connected
from artextract_cli.utils.parallel.dask_worker import (
    PackedFile,
    Part,
    forget_parts,
    part_answer,
)
from artextract_cli.utils.parallel.outcome import Outcome
from artextract_cli.utils.parallel.shared_arrays import Sharing

T = TypeVar("T")
Result = TypeVar("Result")

# Of each worker: one in progress, and one that it begins at once when that is done.
PARTS_AHEAD = 2
# A task takes the scheduler some milliseconds, as long as the fastest work on a small block.
LEAST_PARTS, MOST_TOGETHER = 8, 8  # parts for each worker, blocks of a part
FOLDER = "blocks"
"""Name of the folder of files that workers share, which is temporary."""


@contextmanager
def block_workers(cluster: Cluster, scratch: Path) -> Iterator["BlockWorkers"]:
    """Yield the workers of a cluster, which share files in a temporary folder in ``scratch``.

    They are connected when blocks are first sent. What a killed process left in ``scratch`` is
    removed.

    Raises
    ------
    ArtextractError
        If the folder cannot be written.
    """
    with ExitStack() as stack:
        with writing(scratch):
            folder = stack.enter_context(temporary_folder(scratch.resolve() / FOLDER))
        yield BlockWorkers(cluster, folder, stack)


class BlockWorkers:
    """Workers of a cluster that work on blocks; to other processes it is sent as None."""

    def __init__(self, cluster: Cluster, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self._cluster, self._stack = cluster, stack
        self._client: Any = None

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        """Workers have no workers."""
        return type(None), ()

    @property
    def sharing(self) -> Sharing:
        """Who they are: processes of this machine, or of others too."""
        return "network" if self._cluster.n_local is None else "machine"

    def results(
        self, work: Callable[[T], Result], blocks: Sequence[T]
    ) -> Generator[Result, None, None]:
        """Yield the result of ``work`` for every block, in order.

        Blocks of workers that died are done again.

        Raises
        ------
        InputError
            If a block ends worker after worker.
        ArtextractError
            If the cluster does not answer, or is lost.
        """
        with while_connected(self._cluster), _packed_file(work, self.folder) as file:
            tasks = Tasks(self._connected(len(blocks)), self._cluster, "blocks")
            call = partial(part_answer, file, folder=Path.cwd())
            parts = _parts(blocks, max(1, tasks.n_workers()))
            with closing(_in_order(tasks, call, parts)) as answers:
                for answer in answers:
                    if isinstance(answer, Exception):
                        break
                    yield from cast(list[Result], answer.result)
                else:
                    self._refresh()
                    return
        # Outside, since an error of the work may be of the kind that a lost connection causes.
        raise answer

    def _connected(self, n_blocks: int) -> Any:
        """The client, connected with the first blocks."""
        if self._client is None:
            n_workers = self._cluster.n_local or n_blocks
            self._client = self._stack.enter_context(connected(self._cluster, n_workers))
            self._stack.callback(self._forget)
            check_workers(self._client)
        return self._client

    def _refresh(self) -> None:
        """Let this process see what workers on other machines have stored."""
        if self.sharing == "network":
            for path in self.folder.iterdir():
                # The client of a network disk drops what it remembers of a file that was changed
                # elsewhere when the file is opened.
                with path.open("rb"):
                    pass

    def _forget(self) -> None:
        # Workers of others live on, and would keep removed files open.
        if self.sharing == "network":
            with suppress(OSError):
                self._client.run(forget_parts)


@contextmanager
def _packed_file(work: Callable[..., Any], folder: Path) -> Iterator[PackedFile]:
    """Pack work into a file for all workers; it is removed in the end."""
    from distributed.protocol import serialize_bytes

    content = serialize_bytes(work)
    path = folder / "work"
    with writing(path):
        path.write_bytes(content)
    try:
        yield PackedFile(path=path, digest=hashlib.sha256(content).hexdigest())
    finally:
        path.unlink(missing_ok=True)


def _parts(blocks: Sequence[Any], n_workers: int) -> list[Part]:
    """Blocks that are sent together: a few, so that the workers end at about the same time."""
    size = min(MOST_TOGETHER, max(1, len(blocks) // (LEAST_PARTS * n_workers)))
    starts = range(0, len(blocks), size)
    return [Part(name=str(start), blocks=blocks[start : start + size]) for start in starts]


def _in_order(
    tasks: Tasks, call: Callable[[Part], Any], parts: Sequence[Part]
) -> Generator[Outcome[Any] | Exception, None, None]:
    """Yield the outcome of every part in order, or the error that ends the work."""
    early: dict[str, Outcome[Any] | Exception] = {}
    given = iter(parts)
    awaited = next(given, None)

    # Results that are waiting for an earlier one take memory too.
    def most() -> int:
        return PARTS_AHEAD * tasks.n_workers() - len(early)

    with closing(tasks.answers(call, parts, most)) as answers:
        for part, answer in answers:
            early[part.name] = _shown(tasks, answer)
            while awaited is not None and awaited.name in early:
                yield early.pop(awaited.name)
                awaited = next(given, None)


def _shown(tasks: Tasks, answer: Any) -> Outcome[Any] | Exception:
    """What came of a block; warnings of its worker are shown here."""
    if isinstance(answer, tasks.killed):
        msg = (
            f"each of {answer.allowed_failures + 1} workers that worked on a block of it alone was "
            "ended, perhaps because memory is short: use workers with more memory"
        )
        return InputError(msg)
    if isinstance(answer, Exception):
        return answer
    for message in answer.warnings:
        warn(message)
    return InputError(answer.failure) if answer.failure else answer
