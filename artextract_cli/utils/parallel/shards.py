"""Shards: parts of the scenes of a dataset that separate commands work on, on any machines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from artextract_cli.errors import UsageError

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Shard:
    """Every ``count``-th scene of a dataset, from number ``index`` on.

    Neighbours in a dataset, which are often of one kind and size, go to different shards, so that
    all shards take about as long.

    Attributes
    ----------
    index
        Number of the shard, 1 to ``count``.
    count
        Number of shards.

    Raises
    ------
    UsageError
        If there is no such shard.
    """

    index: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.index <= self.count:
            msg = f"there is no shard {self}: the first number counts from 1 to the second"
            raise UsageError(msg)

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    def of(self, scenes: Sequence[Item]) -> Sequence[Item]:
        """The scenes of this shard, in order.

        Parameters
        ----------
        scenes
            All scenes of the dataset, or of the split.
        """
        return scenes[self.index - 1 :: self.count]


def parse_shard(text: str | None) -> Shard | None:
    """Parse ``2/8``; None stays None.

    Raises
    ------
    UsageError
        If it is not the number of a shard.
    """
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text.strip())
    if match is None:
        msg = f"--shard takes I/N, such as 2/8 for the second of eight parts; got {text!r}"
        raise UsageError(msg)
    return Shard(index=int(match[1]), count=int(match[2]))
