"""Which scenes a training run sees: reading, splitting, batching."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from artextract_cli.console import talk
from artextract_cli.errors import InputError
from artextract_cli.graph_store import find_graphs, load_graphs
from artextract_cli.superpixel_graph import SceneGraphs

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


def split_scenes(
    graphs: Sequence[SceneGraphs], validation_share: float, seed: int
) -> tuple[list[SceneGraphs], list[SceneGraphs]]:
    """Training and validation scenes; without a val split some training scenes are held out.

    Raises
    ------
    InputError
        If there are fewer than two scenes, or none to train on.
    """
    if len(graphs) < 2:
        msg = f"training needs two scenes or more to compare, there is {len(graphs)}"
        raise InputError(msg)
    val = [g for g in graphs if g.split == "val"]
    train = [g for g in graphs if g.split != "val"]
    if not train:
        msg = "there are no training scenes: all graphs are of the val split"
        raise InputError(msg)
    if not val:
        n_val = max(1, min(len(train) - 1, round(validation_share * len(train))))
        held_out = set(np.random.default_rng(seed).permutation(len(train))[:n_val].tolist())
        val = [g for i, g in enumerate(train) if i in held_out]
        train = [g for i, g in enumerate(train) if i not in held_out]
        talk(f"there is no val split: {n_val} of {len(graphs)} scenes are held out for validation")
    return train, val


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
