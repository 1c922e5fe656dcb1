"""Items and work that can be sent to other processes, and what they do there."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from artextract_cli.errors import InputError
from artextract_cli.utils.events import warn


@dataclass(frozen=True)
class Thing:
    """An item; its files are marks that work has begun or ended."""

    name: str
    folder: Path

    def mark(self, what: str) -> None:
        """Leave a line in a file of the item."""
        with (self.folder / f"{self.name}.{what}").open("a") as file:
            file.write(f"{os.getpid()}\n")

    def marks(self, what: str) -> list[int]:
        """Processes that left such a line."""
        path = self.folder / f"{self.name}.{what}"
        return [int(line) for line in path.read_text().split()] if path.exists() else []


def things(folder: Path, *names: str) -> list[Thing]:
    """Items by their names."""
    return [Thing(name, folder) for name in names]


def of_this_process(thing: Thing) -> int:
    """The process that works on the item."""
    thing.mark("begun")
    return os.getpid()


def odd_fail(thing: Thing) -> str:
    """Items with an odd number are bad input; a warning names each of the others."""
    if int(thing.name) % 2:
        msg = f"{thing.folder / thing.name} is odd"
        raise InputError(msg)
    warn(f"{thing.name} is even")
    return thing.name * 2


def bad_dies(thing: Thing) -> str:
    """Items that are called bad kill the process, in a worker only; others wait for a worker."""
    thing.mark("begun")
    if thing.name.startswith("bad"):
        time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGKILL)
    if thing.name == "last":  # this process takes it first, while a worker tries the bad one
        until(lambda: len(Thing("bad", thing.folder).marks("begun")) >= 1)
    return thing.name


def weak_dies_once(thing: Thing) -> str:
    """The first process that works on an item called weak is killed."""
    thing.mark("begun")
    if thing.name == "weak" and len(thing.marks("begun")) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if thing.name == "last":
        until(lambda: len(Thing("weak", thing.folder).marks("begun")) >= 1)
    return thing.name


def has_a_bug(thing: Thing) -> None:
    """An error that is not one of input; this process waits for that of the worker."""
    if thing.name == "last":
        until(lambda: bool(Thing("first", thing.folder).marks("begun")))
        return
    thing.mark("begun")
    raise IndexError(thing.name)


def slow_in_workers(thing: Thing) -> str:
    """Workers take a while; this process raises KeyboardInterrupt once a worker has begun."""
    if thing.name == "last":
        until(lambda: bool(Thing("first", thing.folder).marks("begun")))
        raise KeyboardInterrupt
    thing.mark("begun")
    time.sleep(0.3)
    thing.mark("done")
    return thing.name


def torch_and_blas_threads(thing: Thing) -> tuple[int, set[int]]:
    """Numbers of threads of torch and of BLAS during the work."""
    import numpy as np
    import torch
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))
    blas = {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}
    return torch.get_num_threads(), blas


@dataclass(frozen=True)
class Unreadable:
    """Work that fails when it is read by another process, as if its model was missing."""

    folder: Path

    def __call__(self, thing: Thing) -> str:
        """Wait until another process has tried."""
        until((self.folder / "read").exists)
        return thing.name

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        """Read by `missing`."""
        return missing, (self.folder,)


def missing(folder: Path) -> None:
    """Raise what opening a model raises."""
    (folder / "read").touch()
    msg = "model.safetensors is missing"
    raise InputError(msg)


def until(condition: object, seconds: float = 60) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.01)


@dataclass(frozen=True)
class CountedOpening:
    """Work that counts how often another process opens it, as if it held a model."""

    folder: Path

    def __call__(self, thing: Thing) -> str:
        """The name of the item."""
        return thing.name

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        """Open again by `opened`."""
        return opened, (self.folder,)


def opened(folder: Path) -> CountedOpening:
    """Open the work, and count it."""
    with (folder / "openings").open("a") as file:
        file.write("x")
    return CountedOpening(folder)


def interrupting(thing: Thing) -> str:
    """Take a while; the marks show what was begun and done."""
    thing.mark("begun")
    time.sleep(0.5)
    thing.mark("done")
    return thing.name
