"""Reading of matching graph files, and their batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from artextract_cli.errors import InputError
from artextract_cli.graphs.store import find_graphs, load_graphs
from artextract_cli.graphs.superpixel_graph import SceneGraphs

T = TypeVar("T")


def load_alike(root: Path) -> list[SceneGraphs]:
    """Read all graph files under ``root``; they must have the same recipe and the same bands.

    Raises
    ------
    InputError
        If there are none, one is damaged, recipes or bands differ, or a scene occurs twice.
    """
    paths = find_graphs(root)
    loaded = [load_graphs(path) for path in paths]
    path_of: dict[str, Path] = {}
    for path, graphs in zip(paths, loaded, strict=True):
        if graphs.recipe != loaded[0].recipe:
            msg = (
                f"{path} was built with another recipe than {paths[0]}: build all graphs of "
                f"{root} with the same options"
            )
            raise InputError(msg)
        if graphs.band_ids != loaded[0].band_ids:
            msg = (
                f"{path} has bands {', '.join(graphs.band_ids)}, {paths[0]} has "
                f"{', '.join(loaded[0].band_ids)}: train on scenes of the same bands"
            )
            raise InputError(msg)
        if graphs.name in path_of:
            msg = f"{path_of[graphs.name]} and {path} are of the same scene: remove the older file"
            raise InputError(msg)
        path_of[graphs.name] = path
    return loaded


@dataclass(frozen=True, kw_only=True)
class MicroBatch:
    """Consecutive scenes of an epoch whose gradient is computed at once."""

    start: int
    stop: int
    weight: float  # its share of the scenes of the batch
    is_own: bool  # computed by this process
    ends_batch: bool

    @property
    def n_scenes(self) -> int:
        """Number of its scenes."""
        return self.stop - self.start


@dataclass(frozen=True, kw_only=True)
class Share:
    """How batches are divided into micro-batches, and these among processes.

    A batch of n scenes has ``n_micro_batches`` parts, or n if that is less, whose sizes differ by
    one at most; the first goes to the first process, and so on, all over again after the last one.
    A part is computed as if it were a batch: normalisation over a batch, and an objective that
    takes negatives from other scenes, know only its scenes.
    """

    n_micro_batches: int = 1
    rank: int = 0  # of this process, from 0
    n_ranks: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this process does what is done once."""
        return self.rank == 0

    def micro_batches(self, n_scenes: int, batch_size: int) -> list[MicroBatch]:
        """The micro-batches of an epoch of ``n_scenes``, those of other processes included."""
        return [
            part
            for start in range(0, n_scenes, batch_size)
            for part in self._of_batch(start, min(start + batch_size, n_scenes))
        ]

    def _of_batch(self, start: int, stop: int) -> list[MicroBatch]:
        n = min(self.n_micro_batches, stop - start)
        bounds = [start + (stop - start) * i // n for i in range(n + 1)]
        return [
            MicroBatch(
                start=bounds[i],
                stop=bounds[i + 1],
                weight=(bounds[i + 1] - bounds[i]) / (stop - start),
                is_own=i % self.n_ranks == self.rank,
                ends_batch=i == n - 1,
            )
            for i in range(n)
        ]


def with_lender(scenes: Sequence[T], start: int, stop: int, others: Sequence[T]) -> list[T]:
    """The scenes from ``start`` to ``stop``; if that is one, another one follows for negatives.

    It is the first of ``scenes``, or of ``others`` if there is only one.
    """
    chosen = list(scenes[start:stop])
    # A contrastive loss needs negatives from another scene.
    lenders = others if len(scenes) == 1 else scenes if start else scenes[1:]
    return chosen + (list(lenders[:1]) if len(chosen) == 1 else [])
