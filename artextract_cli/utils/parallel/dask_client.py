"""Items as tasks of Dask: sent to the workers of a cluster, with the outcomes that `Team` has."""

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
from artextract_cli.utils.parallel.dask_worker import Place, answer, check_place, this_place
from artextract_cli.utils.parallel.outcome import Named, Outcome

# How long to wait for an outcome before workers that have joined meanwhile are given an item too.
JOIN_INTERVAL_S = 1


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
    with connected(cluster, len(items)) as client, _while_connected(cluster):
        _check_workers(client)
        with closing(_Tasks(client, work).answers(items)) as answers:
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

    def __init__(self, client: Any, work: Callable[[Any], Any]) -> None:
        from distributed.protocol import serialize_bytes

        self._client = client
        self._distributed = load_distributed()
        self._running: dict[Any, Named] = {}
        self._folder = Path.cwd()
        # Packed here, and opened once per worker: the work may hold a model.
        self._work = serialize_bytes(work)

    def answers(
        self, items: Sequence[Named]
    ) -> Generator[Outcome[Any] | Exception, None, None]:
        """Yield the outcome of every item, as they come, or the error that ends the work."""
        suspects = []
        for item, future in self._finished(items, lambda: len(self._client.nthreads())):
            if self._killed(future) is not None:
                suspects.append(item)
            else:
                yield future.result()
        # Dask blames all tasks that were assigned to a worker when it died. An item that is alone
        # on the cluster is to blame itself.
        for item, future in self._finished(suspects, lambda: 1):
            killed = self._killed(future)
            yield future.result() if killed is None else _failure(item, killed)

    def _finished(
        self, items: Sequence[Named], most: Callable[[], int]
    ) -> Generator[tuple[Named, Any], None, None]:
        """Yield each item with its finished task, ``most()`` of them in progress at a time."""
        waiting = deque(items)
        try:
            while waiting or self._running:
                # No more than there are workers: what is submitted cannot be told from what is in
                # progress, and that is finished after an interruption.
                for _ in range(min(len(waiting), max(1, most()) - len(self._running))):
                    self._submit(waiting.popleft())
                for future in self._done():
                    yield self._running.pop(future), future
        finally:
            self._finish()

    def _submit(self, item: Named) -> None:
        future = self._client.submit(answer, self._work, item, self._folder, pure=False)
        self._running[future] = item

    def _done(self) -> Sequence[Any]:
        try:
            waited = self._distributed.wait(
                list(self._running), timeout=JOIN_INTERVAL_S, return_when="FIRST_COMPLETED"
            )
        except TimeoutError:
            return []
        return [future for future in self._running if future in waited.done]

    def _killed(self, future: Any) -> Any:
        """Why a task ended with its workers; None if it ended otherwise."""
        error = future.exception() if future.status == "error" else None
        return error if isinstance(error, self._distributed.KilledWorker) else None

    def _finish(self) -> None:
        """Let workers finish what is in progress; another interruption ends it at once."""
        if self._running and all(future.status != "cancelled" for future in self._running):
            inform("waiting for the scenes in progress; interrupt again to stop at once")
            self._distributed.wait(list(self._running))


def _failure(item: Named, killed: Any) -> Outcome[Any]:
    failure = (
        f"each of {killed.allowed_failures + 1} workers that worked on it alone was ended, perhaps "
        "because memory is short: use a lower --max-memory or workers with more memory"
    )
    return Outcome(name=item.name, failure=failure)
