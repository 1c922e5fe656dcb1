"""An adapted model that is kept: one adaptation for the scenes of a dataset, as a model file."""

from collections.abc import Collection, Sequence
from pathlib import Path

from artextract_cli.errors import UsageError
from artextract_cli.graphs.recipe import GraphRecipe, resized
from artextract_cli.imaging.coding import Coding
from artextract_cli.inference.infer_dataset import memory_plan
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

    Synthetic layers are put beneath parts of the paintings. A model that does not find such layers
    clearly better after adaptation is written as it was; its card says so.

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
        "auto", "cpu" or "cuda".
    engine
        What passes messages: "auto", "numba", "dgl" or "torch".
    max_memory
        Bytes; a scene that would take more is processed in blocks. No limit if None.

    Returns
    -------
    Adaptation
        The adapted model, and how much better it finds synthetic layers.

    Raises
    ------
    UsageError
        If ``out`` holds a model, a scene is not there, or the model cannot adapt.
    InputError
        If the model or a scene cannot be read, or a scene shows no infrared.
    DependencyError
        If a plugin that the model was made with is not installed.
    """
    OutputPlan(out=out, source_folders={dataset: "dataset"}, rules=(_check_free,)).check()
    if card_path(model) is not None:
        msg = f"{model} has no network that could adapt: choose gat, gcn or a model of your own"
        raise UsageError(msg)
    opened = open_model(model, device=device, engine=engine, adapts=True)
    scenes = _chosen(
        dataset, open_dataset(dataset, wavelengths=wavelengths, coding=coding).scenes, names
    )
    warn_of_coding(scenes)
    plan = None if max_memory is None else memory_plan(max_memory, out)
    made = adapt(opened, _windows(scenes, opened.card.recipe, plan))
    save_model(out / MODEL_NAME, made.model.network.state_dict(), made.model.card)
    return made


def _check_free(out: Path) -> None:
    if out.exists() and not out.is_dir():
        msg = f"{out} is a file, and the model needs a folder: choose another --out"
        raise UsageError(msg)
    if (out / MODEL_NAME).exists():
        msg = f"{out} holds a model already: choose another --out"
        raise UsageError(msg)


def _chosen(
    dataset: Path, scenes: Sequence[SceneFiles], names: Collection[str]
) -> list[SceneFiles]:
    there = [scene.name for scene in scenes]
    for name in names:
        if name not in there:
            msg = f"{dataset} has no scene {name!r}; its scenes are: {', '.join(there)}"
            raise UsageError(msg)
    return [scene for scene in scenes if not names or scene.name in names]


def _windows(
    scenes: Sequence[SceneFiles], recipe: GraphRecipe, plan: MemoryPlan | None
) -> list[Scene]:
    """Windows of all scenes, which share one adaptation."""
    windows: list[Scene] = []
    with progress("reading", len(scenes)) as advance:
        for files in scenes:
            windows += cut_windows(_read(files, recipe, plan), len(scenes))
            advance(files.name)
    return windows


def _read(files: SceneFiles, recipe: GraphRecipe, plan: MemoryPlan | None) -> Scene:
    scene = read_scene(files, plan)
    check_values(files, scene)
    check_infrared(scene, "model")
    return resized(scene, recipe)
