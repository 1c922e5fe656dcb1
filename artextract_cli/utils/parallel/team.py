"""Processes that share the items of some work.

Not `ProcessPoolExecutor`: once one of its processes is killed, it fails altogether, and does not
say which item that process worked on.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from typing import Any

from artextract_cli.utils.events import inform
from artextract_cli.utils.parallel.outcome import Named, Outcome, outcome_of
from artextract_cli.utils.parallel.worker import Worker, WorkerDiedError

# An item that needs more memory than there is ends every process that works on it; a process that
# is ended because others took the memory may well succeed when they are done.
MOST_DEATHS = 3


class Team:
    """This process and ``n_workers`` others, which call ``work`` on the same items."""

    def __init__(
        self,
        work: Callable[[Any], Any],
        items: Sequence[Named],
        n_workers: int,
        *,
        from_first: bool = False,
    ) -> None:
        self._work, self._n_items = work, len(items)
        # Workers take items from the left, this process from the right, or from the left too if
        # asked; a deque may be used by different threads without a lock.
        self._waiting = deque(items)
        self._own_next = self._waiting.popleft if from_first else self._waiting.pop
        self._done: queue.SimpleQueue[Outcome[Any] | BaseException] = queue.SimpleQueue()
        self._workers = [Worker(work) for _ in range(n_workers)]
        # A thread waits for each worker and gives it the next item at once, even while this
        # process is busy with an item of its own.
        self._threads = [
            threading.Thread(target=self._attend, args=(worker,), daemon=True)
            for worker in self._workers
        ]
        self._is_stopping = False

    def outcomes(self) -> Generator[Outcome[Any], None, None]:
        """Yield the outcome of every item, as they come."""
        n_left = self._n_items
        for thread in self._threads:
            thread.start()
        try:
            while n_left:
                outcome = self._next()
                n_left -= 1
                yield outcome
        finally:
            if n_left:
                inform("waiting for the scenes in progress; interrupt again to stop at once")
            self._stop()

    def _next(self) -> Outcome[Any]:
        """The next outcome: of a worker, or of this process while no worker has one."""
        if self._done.empty() and (item := self._taken(self._own_next)) is not None:
            return outcome_of(self._work, item)
        outcome = self._done.get()
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def _taken(self, pop: Callable[[], Named]) -> Named | None:
        try:
            return pop()
        except IndexError:  # all items are in progress or done
            return None

    def _attend(self, worker: Worker) -> None:
        """Give items to a worker, one after the other, until none is waiting."""
        try:
            while (item := self._taken(self._waiting.popleft)) is not None:
                self._done.put(self._outcome(worker, item))
        except BaseException as error:  # noqa: BLE001 - raised again in the main thread
            self._done.put(error)
        finally:
            worker.end()

    def _outcome(self, worker: Worker, item: Named) -> Outcome[Any]:
        n_deaths, cause = 0, ""
        while n_deaths < MOST_DEATHS and not self._is_stopping:
            try:
                return worker.outcome(item)
            except WorkerDiedError as death:
                n_deaths, cause = n_deaths + 1, str(death)
        failure = (
            f"each of {n_deaths} processes that worked on {item.name} was ended ({cause}), perhaps "
            "because memory is short: use fewer --jobs or a lower --max-memory"
        )
        return Outcome(name=item.name, failure=failure)

    def _stop(self) -> None:
        """Let workers finish the items in progress; on another interruption end them at once."""
        self._waiting.clear()
        try:
            for thread in self._threads:
                thread.join()
        except BaseException:
            self._is_stopping = True
            for worker in self._workers:
                worker.kill()
            raise
