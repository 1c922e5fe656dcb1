"""The outcome of the work on one item."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from artextract_cli.errors import InputError
from artextract_cli.utils.threads import single_threaded

Result = TypeVar("Result", covariant=True)


class Named(Protocol):
    """Something with a name that is unique among the items of some work."""

    @property
    def name(self) -> str:
        """Its name, for messages."""


Item = TypeVar("Item", bound=Named)
Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class Outcome(Generic[Result]):
    """What came of the work on one item.

    Attributes
    ----------
    name
        Name of the item.
    result
        What the work returned; None after a failure.
    failure
        Why there is no result, as a sentence; empty otherwise.
    warnings
        Warnings of a worker process, which has nowhere to show them.
    """

    name: str
    result: Result | None = None
    failure: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The failure, with the name of the item."""
        return f"{self.name}: {self.failure}"


def outcome_of(work: Callable[[Item], Value], item: Item) -> Outcome[Value]:
    """Call ``work`` on an item; an input error becomes its outcome."""
    try:
        # Sums in another order round differently: with one thread, the bytes of a result depend
        # neither on the cores nor on the jobs that share them. Entering takes 1.3 ms.
        with single_threaded():
            return Outcome(name=item.name, result=work(item))
    # A collection should not fail at its worst image: the others are worked on, and this one is
    # reported.
    except InputError as error:
        return Outcome(name=item.name, failure=str(error))
