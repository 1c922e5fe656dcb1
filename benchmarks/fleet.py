"""Simulated runs of many scenes on many workers: an event for every step of every scene.

Workers fetch tasks from one scheduler, read and write files of one storage, compute, and fail now
and then. What the simulation leaves out is listed in docs/capacity.md.
"""

import math
from collections import deque
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Any

import numpy as np
import simpy

HOUR = 3600.0
# A run that loses less than this to anything else is limited by its processors.
EFFICIENT = 0.9
Steps = Generator[simpy.Event, Any, None]


@dataclass(frozen=True, kw_only=True)
class Job:
    """Scenes to process: the mean cost of one, and how many are in a task.

    ``spread`` is the standard deviation of the cost from scene to scene, relative to its mean.
    """

    scenes: int
    seconds: float  # of a processor
    read_bytes: float = 0
    written_bytes: float = 0
    batch: int = 1
    spread: float = 0


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Workers, each with one core, and what they share.

    ``starts`` are the seconds until each worker is ready, the last one that of all others, and of
    a worker that has failed.
    """

    workers: int
    storage: float = math.inf  # bytes per second of all workers together
    link: float = math.inf  # bytes per second of one worker
    service: float = 0  # seconds of the scheduler per task, one task after the other
    failures: float = 0  # of one worker per hour
    starts: tuple[float, ...] = (0,)


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """The simulated run: how long it takes, and where the time of the workers goes.

    ``spent`` are the worker seconds of each activity; together, ``workers`` times ``seconds``.
    """

    workers: int
    seconds: float
    spent: Mapping[str, float]
    storage_use: float  # mean share of its bandwidth
    scheduler_use: float  # share of the time at work

    @property
    def efficiency(self) -> float:
        """Share of the workers' time in which they compute what is kept."""
        return self._share("CPU")

    @property
    def limit(self) -> str:
        """What limits the run: the processors, or what most of the other time is spent on."""
        if self.efficiency >= EFFICIENT:
            return "CPU"
        return max((name for name in self.spent if name != "CPU"), key=self._share)

    def _share(self, name: str) -> float:
        return self.spent[name] / (self.workers * self.seconds)


def simulate(job: Job, fleet: Fleet, seed: int = 0) -> Outlook:
    """Simulate a run; the same seed gives the same one."""
    run = _Run(job, fleet, np.random.default_rng(seed))
    run.env.run()
    ends = run.ends
    seconds = max(ends)
    spent = dict(run.spent)
    spent["tail"] += sum(seconds - end for end in ends)
    return Outlook(
        workers=fleet.workers,
        seconds=seconds,
        spent=spent,
        storage_use=run.storage.moved_bytes / (fleet.storage * seconds),
        scheduler_use=run.n_tasks * fleet.service / seconds,
    )


def sizes(job: Job, rng: np.random.Generator) -> list[float]:
    """The cost of every scene, relative to the mean: log-normal."""
    sigma = math.sqrt(math.log1p(job.spread**2))
    drawn: list[float] = rng.lognormal(-(sigma**2) / 2, sigma, job.scenes).tolist()
    return drawn


class _Run:
    """State of a simulated run."""

    def __init__(self, job: Job, fleet: Fleet, rng: np.random.Generator) -> None:
        self.job, self.fleet, self.rng = job, fleet, rng
        self.env = simpy.Environment()
        self.storage = _Storage(self.env, fleet.storage, fleet.link)
        self.sizes = sizes(job, rng)
        cuts = range(0, job.scenes, job.batch)
        self.waiting = deque(range(at, min(at + job.batch, job.scenes)) for at in cuts)
        self.n_tasks = len(self.waiting)
        self.scheduler_free_at = 0.0
        self.spent = dict.fromkeys(
            ("CPU", "storage", "scheduler", "failures", "tail", "start"), 0.0
        )
        self.ends: list[float] = []
        for number in range(fleet.workers):
            start = fleet.starts[min(number, len(fleet.starts) - 1)]
            self.env.process(_Worker(self).steps(start))


class _Worker:
    """A worker, which processes one scene at a time."""

    def __init__(self, run: _Run) -> None:
        self.run, self.env = run, run.env
        self.fails_at = math.inf

    def steps(self, start: float) -> Steps:
        """Fetch tasks until none is left."""
        run = self.run
        yield from self._restart(start)
        run.spent["start"] += start
        while run.waiting:
            task = run.waiting.popleft()
            began = self.env.now
            run.scheduler_free_at = max(began, run.scheduler_free_at) + run.fleet.service
            yield self.env.timeout(run.scheduler_free_at - began)
            run.spent["scheduler"] += self.env.now - began
            for scene in task:
                yield from self._scene(run.sizes[scene])
        run.ends.append(self.env.now)

    def _restart(self, seconds: float) -> Steps:
        yield self.env.timeout(seconds)
        rate = self.run.fleet.failures / HOUR
        self.fails_at = self.env.now + self.run.rng.exponential(1 / rate) if rate else math.inf

    def _scene(self, size: float) -> Steps:
        """Process a scene, again after every failure; scenes before it are done and stay so."""
        job, spent = self.run.job, self.run.spent
        while True:
            began = self.env.now
            yield from self.run.storage.transfer(size * job.read_bytes)
            waited = self.env.now - began
            computing = size * job.seconds
            yield self.env.timeout(max(0.0, min(computing, self.fails_at - self.env.now)))
            written_from = self.env.now
            if written_from < self.fails_at:
                yield from self.run.storage.transfer(size * job.written_bytes)
                waited += self.env.now - written_from
            # A failure during a transfer is noticed at its end.
            if self.env.now < self.fails_at:
                spent["CPU"] += computing
                spent["storage"] += waited
                return
            yield from self._restart(self.run.fleet.starts[-1])
            spent["failures"] += self.env.now - began


class _Storage:
    """Storage whose bandwidth is divided equally among the transfers in progress."""

    def __init__(self, env: simpy.Environment, bandwidth: float, link: float) -> None:
        self.env, self.bandwidth, self.link = env, bandwidth, link
        self.moved_bytes = 0.0
        # Since all transfers have the same rate, bytes of one that never ends are a common clock.
        self._clock = self._read_at = 0.0
        self._ends: list[tuple[float, int, simpy.Event]] = []
        self._numbers = count()
        self._n_changes = 0

    def transfer(self, n_bytes: float) -> Steps:
        """Wait for the end of a transfer that begins now."""
        self.moved_bytes += n_bytes
        if not n_bytes or math.isinf(min(self.bandwidth, self.link)):
            return
        self._read_clock()
        end = self.env.event()
        heappush(self._ends, (self._clock + n_bytes, next(self._numbers), end))
        self._wait()
        yield end

    @property
    def _rate(self) -> float:
        return min(self.link, self.bandwidth / len(self._ends))

    def _read_clock(self) -> None:
        if self._ends:
            self._clock += (self.env.now - self._read_at) * self._rate
        self._read_at = self.env.now

    def _wait(self) -> None:
        """Wait for the transfer that ends first, unless others begin before."""
        self._n_changes += 1
        left = max(0.0, self._ends[0][0] - self._clock)
        self.env.timeout(left / self._rate, self._n_changes).callbacks.append(self._on_end)

    def _on_end(self, timeout: simpy.Event) -> None:
        if timeout.value != self._n_changes:
            return
        self._read_clock()
        # Exactly, whatever was rounded.
        self._clock = self._ends[0][0]
        while self._ends and self._ends[0][0] <= self._clock:
            heappop(self._ends)[2].succeed()
        if self._ends:
            self._wait()
