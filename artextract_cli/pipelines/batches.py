"""Reading of matching graph files, and their batches."""

from collections.abc import Iterator, Sequence
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


def batches(scenes: Sequence[T], size: int, others: Sequence[T]) -> Iterator[tuple[list[T], int]]:
    """Yield the scenes of each batch, and how many of them are anchors.

    A batch of one scene is given another one, only for negatives: the first of ``scenes``, or of
    ``others`` if there is only one.
    """
    for start in range(0, len(scenes), size):
        chosen = list(scenes[start : start + size])
        # A contrastive loss needs negatives from another scene.
        lenders = others if len(scenes) == 1 else scenes if start else scenes[1:]
        yield chosen + (list(lenders[:1]) if len(chosen) == 1 else []), len(chosen)
