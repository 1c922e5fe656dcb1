"""Reading graph files that fit together, and batching them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from artextract_cli.errors import InputError
from artextract_cli.graphs.store import find_graphs, load_graphs
from artextract_cli.graphs.superpixel_graph import SceneGraphs

T = TypeVar("T")


def load_alike(root: Path) -> list[SceneGraphs]:
    """Read all graph files under ``root``; they must have one recipe and the same bands.

    Raises
    ------
    InputError
        If there is none, one is damaged, recipes or bands differ, or a scene comes twice.
    """
    paths = find_graphs(root)
    loaded = [load_graphs(path) for path in paths]
    places: dict[str, Path] = {}
    for path, graphs in zip(paths, loaded, strict=True):
        if graphs.recipe != loaded[0].recipe:
            msg = (
                f"{path} was built by another recipe than {paths[0]}: build all graphs of {root} "
                "with the same options"
            )
            raise InputError(msg)
        if graphs.band_ids != loaded[0].band_ids:
            msg = (
                f"{path} has bands {', '.join(graphs.band_ids)}, {paths[0]} has "
                f"{', '.join(loaded[0].band_ids)}: train on scenes of the same bands"
            )
            raise InputError(msg)
        if graphs.name in places:
            msg = f"{places[graphs.name]} and {path} are of one scene: remove the older file"
            raise InputError(msg)
        places[graphs.name] = path
    return loaded


def batches(
    scenes: Sequence[T], size: int, strangers: Sequence[T]
) -> Iterator[tuple[list[T], int]]:
    """The scenes of each batch, and how many of them are anchors.

    A batch of one scene borrows another one, which only lends its negatives: the first of
    ``scenes``, or of ``strangers`` where there is no other.
    """
    for start in range(0, len(scenes), size):
        chosen = list(scenes[start : start + size])
        lenders = strangers if len(scenes) == 1 else scenes if start else scenes[1:]
        yield chosen + (list(lenders[:1]) if len(chosen) == 1 else []), len(chosen)
