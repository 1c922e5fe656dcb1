"""Items as tasks of Dask: sent to the workers of a cluster, with the outcomes that `Team` has."""

import math
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from artextract_cli.errors import ArtextractError
from artextract_cli.utils.events import inform
from artextract_cli.utils.parallel.cluster import Cluster
from artextract_cli.utils.parallel.dask_connection import connected, load_distributed
from artextract_cli.utils.parallel.dask_worker import answer, check_place, this_place
from artextract_cli.utils.parallel.outcome import Named, Outcome

# How long to wait for an outcome before workers that have joined meanwhile are given an item too.
JOIN_INTERVAL_S = 1
# A worker is replaced within seconds.
WITHOUT_WORKERS_S = 60


def cluster_outcomes(
    cluster: Cluster, work: Callable[[Any], Any], items: Sequence[Named]
) -> Generator[Outcome[Any], None, None]:
    """Call ``work`` on every item on a cluster, and yield the outcomes as they come.

    Raises
    ------
    ArtextractError
        If the scheduler does not answer or is lost, or its workers have another artextract or other
        files.
    DependencyError
        If Dask is not installed.
    """
    if not items:
        return
    with connected(cluster, len(items)) as client, _while_connected(cluster):
        _check_workers(client)
        tasks = _Tasks(client, work, is_local=cluster.n_local is not None)
        with closing(tasks.answers(items)) as answers:
            for answer_ in answers:
                if isinstance(answer_, Exception):
                    break
                yield answer_
            else:
                return
    # Outside, since an error of the work may be of the kind that a lost connection causes.
    raise answer_


@contextmanager
def _while_connected(cluster: Cluster) -> Iterator[None]:
    """Report in a sentence whatever Dask raises when the scheduler has ended."""
    try:
        yield
    except (CancelledError, OSError) as error:
        msg = (
            f"the connection to the scheduler of {cluster} was lost; what is done is kept: run the "
            "command again"
        )
        raise ArtextractError(msg) from error


def _check_workers(client: Any) -> None:
    """Wait for the first worker, and check that all of them would give the same results."""
    if not client.nthreads():
        inform("waiting for the first worker of the cluster")
        client.wait_for_workers(1)
    place = this_place()
    for address, other in client.run(this_place).items():
        check_place(address, other, place)


class _Tasks:
    """Items in progress on the cluster, one for each worker."""

    def __init__(self, client: Any, work: Callable[[Any], Any], *, is_local: bool) -> None:
        from distributed.protocol import serialize_bytes

        self._client, self._is_local = client, is_local
        self._distributed = load_distributed()
        self._killed = self._distributed.KilledWorker
        self._running: dict[Any, Named] = {}
        self._alive_at = time.monotonic()
        self._asked_at, self._n_alive = -math.inf, 0
        self._folder = Path.cwd()
        # Packed here, and opened once per worker: the work may hold a model.
        self._work = serialize_bytes(work)

    def answers(self, items: Sequence[Named]) -> Generator[Outcome[Any] | Exception, None, None]:
        """Yield the outcome of every item, as they come, or the error that ends the work."""
        suspects = []
        for item, answer_ in self._finished(items, self._n_workers):
            if isinstance(answer_, self._killed):
                suspects.append(item)
            else:
                yield answer_
        # Dask blames all tasks that were assigned to a worker when it died. An item that is alone
        # on the cluster is to blame itself.
        for item, answer_ in self._finished(suspects, lambda: min(1, self._n_workers())):
            yield _failure(item, answer_) if isinstance(answer_, self._killed) else answer_

    def _finished(
        self, items: Sequence[Named], most: Callable[[], int]
    ) -> Generator[tuple[Named, Any], None, None]:
        """Yield each item with its answer, ``most()`` of them in progress at a time."""
        waiting = deque(items)
        try:
            while waiting or self._running:
                # No more than there are workers: what is submitted cannot be told from what is in
                # progress, and that is finished after an interruption.
                for _ in range(min(len(waiting), max(1, most()) - len(self._running))):
                    self._submit(waiting.popleft())
                for future in self._done():
                    yield self._running.pop(future), self._answer(future)
        finally:
            self._finish()

    def _n_workers(self) -> int:
        """Number of workers that are alive; none for long is reported."""
        now = time.monotonic()
        if now - self._asked_at >= JOIN_INTERVAL_S:
            # Not for every item: an answer of the scheduler takes 3 ms of processor time.
            self._asked_at, self._n_alive = now, len(self._client.nthreads())
        n_workers = self._n_alive
        if n_workers:
            self._alive_at = now
        elif now - self._alive_at > WITHOUT_WORKERS_S:
            self._alive_at = now
            if self._is_local:
                msg = "the workers of local:N have ended and do not start again: use --jobs instead"
                raise ArtextractError(msg)
            inform("the cluster has no workers: waiting for one")
        return n_workers

    def _submit(self, item: Named) -> None:
        future = self._client.submit(answer, self._work, item, self._folder, pure=False)
        self._running[future] = item

    def _done(self) -> Sequence[Any]:
        try:
            waited = self._wait(timeout=JOIN_INTERVAL_S, return_when="FIRST_COMPLETED")
        except TimeoutError:
            return []
        return [future for future in self._running if future in waited.done]

    def _wait(self, **how: Any) -> Any:
        # Not as the default for the whole process, whose owner may have a client too.
        with self._client.as_current():
            return self._distributed.wait(list(self._running), **how)

    def _answer(self, future: Any) -> Any:
        """The answer of a finished task, or the error by which Dask says that it killed workers."""
        try:
            return future.result()
        except self._killed as error:
            return error
        finally:
            # Otherwise it is done again if the worker that holds the answer dies.
            future.release()

    def _finish(self) -> None:
        """Let workers finish what is in progress; another interruption ends it at once."""
        if not self._running or any(future.status == "cancelled" for future in self._running):
            return
        inform("waiting for the scenes in progress; interrupt again to stop at once")
        while self._running and self._client.nthreads():
            for future in self._done():
                del self._running[future]


def _failure(item: Named, killed: Any) -> Outcome[Any]:
    failure = (
        f"each of {killed.allowed_failures + 1} workers that worked on {item.name} alone was "
        "ended, perhaps because memory is short: use a lower --max-memory or workers with more "
        "memory"
    )
    return Outcome(name=item.name, failure=failure)
