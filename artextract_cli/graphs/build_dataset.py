"""Building the graph files of a dataset, several scenes at a time."""

import dataclasses
import multiprocessing
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from artextract_cli.errors import InputError, UsageError, raise_failures
from artextract_cli.graphs.graph_file import graph_path
from artextract_cli.graphs.recipe import BANDS, GraphRecipe, resized
from artextract_cli.graphs.store import read_key, save_graphs, source_key
from artextract_cli.graphs.superpixel_graph import build_graphs
from artextract_cli.imaging.coding import Coding
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import make_options, split_prefixed
from artextract_cli.scenes.checks.values import check_values
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.layout import check_outside_datasets
from artextract_cli.scenes.memory_plan import MemoryPlan
from artextract_cli.scenes.reading import read_scene
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.checksums import file_digest
from artextract_cli.utils.events import detail, keep_warnings, kept_warnings, progress, warn
from artextract_cli.utils.locks import directory_lock
from artextract_cli.utils.memory import keep_freed_memory, prepare_worker
from artextract_cli.utils.output_plan import OutputPlan

MAX_WORKERS = 61  # processes; Windows cannot wait for more
TORCH_BYTES = 300 * 10**6  # memory of torch, if the superpixel method uses it


@dataclass(frozen=True, kw_only=True)
class BuildReport:
    """Numbers of scenes that were built and skipped.

    Attributes
    ----------
    n_built
        Scenes whose graphs were written.
    n_skipped
        Scenes that were up to date.
    """

    n_built: int
    n_skipped: int


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    scene: str
    built: bool
    failure: str = ""
    warnings: tuple[str, ...] = ()  # from a worker process


def build_dataset(
    dataset: Path,
    out: Path,
    recipe: GraphRecipe,
    *,
    jobs: int = 1,
    wavelengths: Sequence[float] | None = None,
    coding: Coding | None = None,
    max_memory: int | None = None,
) -> BuildReport:
    """Write one graph file for every scene of a dataset.

    A scene whose images, recipe and plugin have not changed is skipped. A scene that cannot be read
    is reported at the end, and the others are built.

    Parameters
    ----------
    dataset
        Dataset to read; never written to.
    out
        Folder for the graph files.
    recipe
        How to build the graphs.
    jobs
        Number of scenes built at a time, in separate processes; with more than one, a script must
        keep its work under ``if __name__ == "__main__":``.
    wavelengths
        Wavelengths in nm, one per band in natural order; they override ``dataset.yaml``.
    coding
        How pixel values relate to light; overrides ``dataset.yaml``.
    max_memory
        Memory limit in bytes; a larger scene is processed in blocks. No limit if None.

    Returns
    -------
    BuildReport
        Numbers of scenes that were built and that were up to date.

    Raises
    ------
    InputError
        If ``dataset`` is not a dataset, or a scene could not be built.
    UsageError
        For an unknown superpixel method or option, or a folder in ``out`` that is a symbolic link.
    ArtextractError
        If ``out`` cannot be written, or another process writes to it.
    """
    # Scenes of one size need the same arrays again; returning them to the system costs time.
    keep_freed_memory(however_large=False)
    if jobs < 1:
        msg = f"jobs must be 1 or more, not {jobs}"
        raise UsageError(msg)
    scenes = open_dataset(dataset, wavelengths=wavelengths, coding=coding).scenes
    OutputPlan(
        out=out,
        source_folders={dataset: "dataset"},
        subfolders=sorted({scene.split for scene in scenes}),
        rules=(check_outside_datasets,),
    ).check()
    recipe = _resolved(recipe)
    plan = None if max_memory is None else _plan(max_memory, out, recipe)
    outcomes = []
    with directory_lock(out), progress("building graphs", len(scenes)) as advance:
        for outcome in _run(partial(_build_scene, out, recipe, plan), scenes, jobs):
            outcomes.append(outcome)
            for message in outcome.warnings:
                warn(message)
            advance(outcome.scene)
            detail(f"{outcome.scene}: {'built' if outcome.built else 'up to date'}")
    failures = [outcome.failure for outcome in outcomes if outcome.failure]
    raise_failures(failures, len(scenes), "built", out)
    n_built = sum(outcome.built for outcome in outcomes)
    return BuildReport(n_built=n_built, n_skipped=len(outcomes) - n_built)


def _resolved(recipe: GraphRecipe) -> GraphRecipe:
    """Check the superpixel options, and fill in defaults, so that the recipe is complete."""
    spec = plugin_host().find("superpixels", recipe.superpixels).spec
    given = recipe.superpixel_options
    of_all, of_bands = split_prefixed(given, BANDS)
    own, bands = (dataclasses.asdict(make_options(spec, values)) for values in (of_all, of_bands))
    options = own | {f"{BANDS}.{key}": bands[key] for key in of_bands}
    return dataclasses.replace(recipe, superpixel_options=options)


def _run(build: "partial[_Outcome]", scenes: Sequence[SceneFiles], jobs: int) -> Iterator[_Outcome]:
    """Yield outcomes: workers build from the first scene on, this process from the last."""
    if jobs == 1 or len(scenes) == 1:
        yield from map(build, scenes)
        return
    # One worker less than jobs, as this process builds too. Spawned, since a process with threads
    # may deadlock after a fork.
    pool = ProcessPoolExecutor(
        min(jobs - 1, len(scenes) - 1, MAX_WORKERS),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_prepare_worker,
    )
    try:
        waiting = deque((scene, pool.submit(build, scene)) for scene in scenes)
        while waiting:
            scene, future = waiting.pop()
            # A scene that a worker has begun cannot be cancelled, and is not built twice.
            yield build(scene) if future.cancel() else future.result()
            while waiting and waiting[0][1].done():
                yield waiting.popleft()[1].result()
    finally:
        # On an interruption too: scenes in progress are finished, the others are not started.
        pool.shutdown(cancel_futures=True)


def _prepare_worker() -> None:
    """Keep warnings for the main process, which shows them."""
    prepare_worker()
    keep_warnings()


def _build_scene(
    out: Path, recipe: GraphRecipe, plan: MemoryPlan | None, files: SceneFiles
) -> _Outcome:
    """Build one scene in this process; an input error is returned as a sentence."""
    built, failure = False, ""
    try:
        built = _build_if_needed(out, recipe, plan, files)
    except InputError as error:
        failure = f"{files.name}: {error}"
    return _Outcome(scene=files.name, built=built, failure=failure, warnings=kept_warnings())


def _build_if_needed(
    out: Path, recipe: GraphRecipe, plan: MemoryPlan | None, files: SceneFiles
) -> bool:
    path = graph_path(out, files.split, files.name)
    images = [p for p in (files.rgb, *files.bands, files.mask) if p is not None]
    digests = {image.name: file_digest(image) for image in images}
    origin = plugin_host().find("superpixels", recipe.superpixels).origin
    metadata: list[object] = [files.split, files.clean, files.wavelengths]
    # Only what differs from the default: stating the default does not make files outdated.
    if files.coding.resolved(files.band_ids) != Coding().resolved(files.band_ids):
        metadata.append(files.coding.resolved(files.band_ids))
    key = source_key(digests, recipe, origin, metadata)
    if read_key(path) == key:
        return False
    scene = read_scene(files, plan)
    check_values(files, scene)
    scene = resized(scene, recipe)
    graphs = build_graphs(scene, recipe, split=files.split, clean=files.clean)
    save_graphs(path, graphs, sources=digests, key=key, scene=scene)
    return True


def _plan(max_memory: int, out: Path, recipe: GraphRecipe) -> MemoryPlan:
    """Memory limit and needs of building graphs: peak memory as measured, rounded up."""
    # Loaded first, since only the plugin itself shows whether it imports torch.
    plugin_host().find("superpixels", recipe.superpixels).load()
    program = 400 * 10**6 + (TORCH_BYTES if "torch" in sys.modules else 0)
    # Larger numbers than needed only make blocks smaller; too small ones break the limit.
    return MemoryPlan(limit=max_memory, scratch=out, program=program, per_pixel=100, per_band=12)
