"""What a network is given of a scene, as arrays."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from artextract_cli.errors import UsageError
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.reading import read_scene
from artextract_cli.scenes.scene import chosen_scene
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.output_plan import OutputPlan

if TYPE_CHECKING:
    from artextract_cli.pipelines.pipeline import Model
    from artextract_cli.scenes.scene import Scene


def export_inputs(
    dataset: Path, out: Path, *, model: Path = Path("gat"), scene: str | None = None
) -> Path:
    """Write what the network of a model is given of a scene, for a program of `export_model`.

    Parameters
    ----------
    dataset
        Dataset to read.
    out
        File to write; its name ends in ``.npz``. It holds an array for each input of the program.
    model
        Run directory or model file, or ``Path("gat")`` or ``Path("gcn")``.
    scene
        Name of the scene; the first one if None.

    Returns
    -------
    Path
        ``out``.

    Raises
    ------
    UsageError
        If ``out`` is not an .npz file or is inside the dataset, or the model has no network.
    InputError
        If the dataset has no such scene, or something cannot be read.
    DependencyError
        If a plugin of the model is not installed.
    """
    from artextract_cli.models.score_card import card_path

    if out.suffix.lower() != ".npz":
        msg = f"{out}: the inputs of a network are a file of NumPy; use a name that ends in .npz"
        raise UsageError(msg)
    if card_path(model) is not None:
        msg = f"{model} has no network, and needs no inputs: choose a trained model, such as gat"
        raise UsageError(msg)
    OutputPlan(out=out, source_folders={dataset: "dataset"}).check()
    from artextract_cli.pipelines.loaded_model import open_model

    files = chosen_scene(dataset, open_dataset(dataset).scenes, scene)
    arrays = _arrays(open_model(model, device="cpu"), read_scene(files))
    with atomic_path(out) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    return out


def _arrays(model: "Model[Any]", scene: "Scene") -> dict[str, Any]:
    """The inputs by name: ``x``, ``edges``, ``inside`` and, if there are any, ``edge_features``."""
    from artextract_cli.graphs.recipe import resized

    recipe = model.card.recipe
    tensors = model.pipeline.tensors(resized(scene, recipe), recipe)
    # Graphs of several views follow one another, as in `GraphBatch`.
    firsts = np.cumsum([0, *(topology.n_nodes for topology in tensors.topologies)])
    edges, features = [], []
    for first, topology in zip(firsts, tensors.topologies, strict=False):
        target = np.repeat(np.arange(topology.n_nodes), topology.crow.diff().numpy())
        both = np.stack([topology.col.numpy(), target])
        is_loop = both[0] == both[1]  # the program adds them
        edges.append(both[:, ~is_loop] + first)
        if topology.edge_features is not None:
            features.append(topology.edge_features.numpy()[~is_loop])
    arrays = {
        "x": np.concatenate([feature.numpy() for feature in tensors.features]),
        "edges": np.concatenate(edges, axis=1),
        "inside": np.concatenate([inside.numpy() for inside in tensors.inside]),
    }
    return arrays | ({"edge_features": np.concatenate(features)} if features else {})
