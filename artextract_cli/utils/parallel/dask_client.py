"""Items as tasks of Dask: sent to the workers of a cluster, with the outcomes that `Team` has."""

import math
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from artextract_cli.errors import ArtextractError
from artextract_cli.utils.events import inform
from artextract_cli.utils.parallel.cluster import Cluster
from artextract_cli.utils.parallel.dask_connection import connected, load_distributed
from artextract_cli.utils.parallel.dask_worker import answer, check_place, this_place
from artextract_cli.utils.parallel.outcome import Named, Outcome

Item = TypeVar("Item")

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
    from distributed.protocol import serialize_bytes

    # Packed here, and opened once per worker: the work may hold a model.
    packed, folder = serialize_bytes(work), Path.cwd()
    with connected(cluster, len(items)) as client, while_connected(cluster):
        check_workers(client)
        tasks = Tasks(client, cluster, "scenes")
        call = partial(answer, packed, folder=folder)
        with closing(tasks.answers(call, items, tasks.n_workers)) as answers:
            for item, answer_ in answers:
                if isinstance(answer_, tasks.killed):
                    yield _failure(item, answer_)
                elif isinstance(answer_, Exception):
                    break
                else:
                    yield answer_
            else:
                return
    # Outside, since an error of the work may be of the kind that a lost connection causes.
    raise answer_


@contextmanager
def while_connected(cluster: Cluster) -> Iterator[None]:
    """Report in a sentence whatever Dask raises when the scheduler has ended."""
    try:
        yield
    except (CancelledError, OSError) as error:
        msg = (
            f"the connection to the scheduler of {cluster} was lost; what is done is kept: run the "
            "command again"
        )
        raise ArtextractError(msg) from error


def check_workers(client: Any) -> None:
    """Wait for the first worker, and check that all of them would give the same results."""
    if not client.nthreads():
        inform("waiting for the first worker of the cluster")
        client.wait_for_workers(1)
    place = this_place()
    for address, other in client.run(this_place).items():
        check_place(address, other, place)


class Tasks:
    """Calls in progress on the workers of a cluster."""

    def __init__(self, client: Any, cluster: Cluster, items: str) -> None:
        self._client, self._is_local = client, cluster.n_local is not None
        self._distributed, self._items = load_distributed(), items
        self._running: dict[Any, Any] = {}
        self._alive_at = time.monotonic()
        self._asked_at, self._n_alive = -math.inf, 0
        self.killed = self._distributed.KilledWorker
        """Error by which Dask says that a task ended worker after worker."""

    def answers(
        self, call: Callable[[Item], Any], items: Sequence[Item], most: Callable[[], int]
    ) -> Generator[tuple[Item, Any], None, None]:
        """Yield each item with what ``call`` returns for it, as they come.

        ``most()`` items are in progress at a time, and at least one. An item that ends worker after
        worker is yielded with an error of the type `killed`.
        """
        suspects = []
        for item, answer_ in self._finished(call, items, most):
            if isinstance(answer_, self.killed):
                suspects.append(item)
            else:
                yield item, answer_
        # Dask blames all tasks that were assigned to a worker when it died. An item that is alone
        # on the cluster is to blame itself.
        yield from self._finished(call, suspects, lambda: min(1, self.n_workers()))

    def _finished(
        self, call: Callable[[Item], Any], items: Sequence[Item], most: Callable[[], int]
    ) -> Generator[tuple[Item, Any], None, None]:
        waiting = deque(items)
        try:
            while waiting or self._running:
                # Not all at once: what is submitted cannot be told from what is in progress, and
                # that is finished after an interruption.
                for _ in range(min(len(waiting), max(1, most()) - len(self._running))):
                    item = waiting.popleft()
                    self._running[self._client.submit(call, item, pure=False)] = item
                for future in self._done():
                    yield self._running.pop(future), self._answer(future)
        finally:
            self._finish()

    def n_workers(self) -> int:
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
        except self.killed as error:
            return error
        finally:
            # Otherwise it is done again if the worker that holds the answer dies.
            future.release()

    def _finish(self) -> None:
        """Let workers finish what is in progress; another interruption ends it at once."""
        if not self._running or any(future.status == "cancelled" for future in self._running):
            return
        inform(f"waiting for the {self._items} in progress; interrupt again to stop at once")
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
