"""Adaptation of a model to the scenes of a dataset, saved as a new model file."""

from collections.abc import Collection, Sequence
from pathlib import Path

from artextract_cli.errors import UsageError
from artextract_cli.graphs.recipe import GraphRecipe, resized
from artextract_cli.imaging.coding import Coding
from artextract_cli.inference.scene_work import memory_plan
from artextract_cli.models.checkpoint import MODEL_NAME, save_model
from artextract_cli.models.score_card import card_path
from artextract_cli.pipelines.hidden_layers.adaptation import Adaptation, adapt, cut_windows
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.results.scene_scores import check_infrared
from artextract_cli.scenes.checks.values import check_values, warn_of_coding
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.memory_plan import MemoryPlan
from artextract_cli.scenes.reading import read_scene
from artextract_cli.scenes.scene import Scene, SceneFiles
from artextract_cli.utils.events import progress
from artextract_cli.utils.output_plan import OutputPlan


def adapt_to_dataset(
    dataset: Path,
    out: Path,
    model: Path,
    *,
    names: Collection[str] = (),
    wavelengths: Sequence[float] | None = None,
    coding: Coding | None = None,
    device: str = "auto",
    engine: str = "auto",
    max_memory: int | None = None,
) -> Adaptation:
    """Adapt a model to scenes of a dataset, and write it as a new model.

    Synthetic layers are inserted into windows of the paintings. If the adapted model does not
    detect such layers clearly better, the original one is written, and its card says so.

    Parameters
    ----------
    dataset
        Dataset to read; never written to.
    out
        Run directory to write.
    model
        Run directory or model file to start from, or ``Path("gat")`` or ``Path("gcn")``.
    names
        Names of the scenes to adapt to; all if empty.
    wavelengths
        Wavelengths in nm, one per band in natural order; they override ``dataset.yaml``.
    coding
        How counts stand for light; overrides ``dataset.yaml``.
    device
        "auto", "cpu", "cuda", or one of several GPUs, such as "cuda:1".
    engine
        Engine of message passing: "auto", "numba", "dgl" or "torch".
    max_memory
        Bytes; a scene that would take more is processed in blocks. No limit if None.

    Returns
    -------
    Adaptation
        The adapted model, and how much better it detects synthetic layers.

    Raises
    ------
    UsageError
        If ``out`` contains a model, a scene does not exist, or the model cannot adapt.
    InputError
        If the model or a scene cannot be read, or a scene has no infrared band.
    DependencyError
        If a plugin of the model is not installed.
    """
    OutputPlan(out=out, source_folders={dataset: "dataset"}, rules=(_check_free,)).check()
    if card_path(model) is not None:
        msg = f"{model} has no network to adapt: choose gat, gcn or your own model"
        raise UsageError(msg)
    # With ``adapts``, so that a model that cannot adapt is refused before any image is read.
    opened = open_model(model, device=device, engine=engine, adapts=True)
    scenes = _chosen(
        dataset, open_dataset(dataset, wavelengths=wavelengths, coding=coding).scenes, names
    )
    warn_of_coding(scenes)
    plan = None if max_memory is None else memory_plan(max_memory, out)
    adaptation = adapt(opened, _windows(scenes, opened.card.recipe, plan))
    save_model(out / MODEL_NAME, adaptation.model.network.state_dict(), adaptation.model.card)
    return adaptation


def _check_free(out: Path) -> None:
    if out.exists() and not out.is_dir():
        msg = f"{out} is a file, but the model needs a folder: choose another --out"
        raise UsageError(msg)
    if (out / MODEL_NAME).exists():
        msg = f"{out} contains a model already: choose another --out"
        raise UsageError(msg)


def _chosen(
    dataset: Path, scenes: Sequence[SceneFiles], names: Collection[str]
) -> list[SceneFiles]:
    known = [scene.name for scene in scenes]
    for name in names:
        if name not in known:
            msg = f"{dataset} has no scene {name!r}; its scenes are: {', '.join(known)}"
            raise UsageError(msg)
    return [scene for scene in scenes if not names or scene.name in names]


def _windows(
    scenes: Sequence[SceneFiles], recipe: GraphRecipe, plan: MemoryPlan | None
) -> list[Scene]:
    """Cut windows from all scenes, which share one adaptation."""
    windows: list[Scene] = []
    with progress("reading", len(scenes)) as advance:
        for files in scenes:
            # Only windows are kept: scenes of a dataset need not fit into memory together.
            windows += cut_windows(_read(files, recipe, plan), len(scenes))
            advance(files.name)
    return windows


def _read(files: SceneFiles, recipe: GraphRecipe, plan: MemoryPlan | None) -> Scene:
    scene = read_scene(files, plan)
    check_values(files, scene)
    check_infrared(scene, "model")
    return resized(scene, recipe)
