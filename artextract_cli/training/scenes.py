"""Training and validation scenes of a run."""

from collections.abc import Sequence

import numpy as np

from artextract_cli.errors import InputError
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.utils.events import inform


def split_scenes(
    graphs: Sequence[SceneGraphs], validation_share: float, seed: int
) -> tuple[list[SceneGraphs], list[SceneGraphs]]:
    """Split into training and validation scenes; without a val split some are held out.

    Raises
    ------
    InputError
        If there are fewer than two scenes, or none to train on.
    """
    if len(graphs) < 2:
        msg = f"training compares at least two scenes, but there is only {len(graphs)}"
        raise InputError(msg)
    val = [g for g in graphs if g.split == "val"]
    train = [g for g in graphs if g.split != "val"]
    if not train:
        msg = "there are no training scenes: all graphs belong to the val split"
        raise InputError(msg)
    if not val:
        n_val = max(1, min(len(train) - 1, round(validation_share * len(train))))
        held_out = set(np.random.default_rng(seed).permutation(len(train))[:n_val].tolist())
        val = [g for i, g in enumerate(train) if i in held_out]
        train = [g for i, g in enumerate(train) if i not in held_out]
        inform(
            f"there is no val split: {n_val} of {len(graphs)} scenes are held out for validation"
        )
    return train, val
