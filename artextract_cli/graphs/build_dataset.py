"""Building the graph files of a dataset, several scenes at a time."""

import dataclasses
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from artextract_cli.errors import raise_failures
from artextract_cli.graphs.graph_file import graph_path
from artextract_cli.graphs.recipe import BANDS, GraphRecipe, resized
from artextract_cli.graphs.store import read_key, save_graphs, source_key
from artextract_cli.graphs.superpixel_graph import build_graphs
from artextract_cli.imaging.coding import Coding
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import make_options, split_prefixed
from artextract_cli.scenes.checks.values import check_values
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.embedded.codings import codings
from artextract_cli.scenes.layout import check_outside_datasets
from artextract_cli.scenes.memory_plan import MemoryPlan
from artextract_cli.scenes.planned_work import planned_outcomes
from artextract_cli.scenes.reading import read_scene
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.checksums import file_digest
from artextract_cli.utils.events import detail, progress
from artextract_cli.utils.locks import directory_lock
from artextract_cli.utils.memory import keep_freed_memory
from artextract_cli.utils.output_plan import OutputPlan
from artextract_cli.utils.parallel.cluster import Cluster, chosen_pool
from artextract_cli.utils.parallel.shards import Shard

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


def build_dataset(
    dataset: Path,
    out: Path,
    recipe: GraphRecipe,
    *,
    jobs: int = 1,
    cluster: Cluster | None = None,
    shard: Shard | None = None,
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
    cluster
        Workers of Dask that take the place of ``jobs``; the same holds for scripts.
    shard
        Build only these scenes; other processes may build the other shards at the same time.
    wavelengths
        Wavelengths in nm, one per band in natural order; they override ``dataset.yaml``.
    coding
        How pixel values relate to light; overrides ``dataset.yaml``.
    max_memory
        Memory limit in bytes; a larger scene is processed in blocks, and fewer scenes than ``jobs``
        at a time if these exceed it together. No limit if None.

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
    pool = chosen_pool(jobs, cluster)
    # Scenes of one size need the same arrays again; returning them to the system costs time.
    keep_freed_memory(however_large=False)
    scenes = open_dataset(dataset, wavelengths=wavelengths, coding=coding).scenes
    OutputPlan(
        out=out,
        source_folders={dataset: "dataset"},
        subfolders=sorted({scene.split for scene in scenes}),
        rules=(check_outside_datasets,),
    ).check()
    recipe = _resolved(recipe)
    plan = None if max_memory is None else _plan(max_memory, out, recipe)
    own = scenes if shard is None else shard.of(scenes)
    build = partial(partial, _build_if_needed, out, recipe)
    with directory_lock(out, shard), progress("building graphs", len(own)) as advance:
        outcomes = planned_outcomes(build, plan, own, pool, advance)
    for outcome in outcomes:
        if outcome.result is False:
            detail(f"{outcome.name}: up to date")
    failures = [outcome.sentence for outcome in outcomes if outcome.failure]
    raise_failures(failures, len(own), "built", out)
    n_built = sum(outcome.result is True for outcome in outcomes)
    return BuildReport(n_built=n_built, n_skipped=len(outcomes) - n_built)


def _resolved(recipe: GraphRecipe) -> GraphRecipe:
    """Check the superpixel options, and fill in defaults, so that the recipe is complete."""
    spec = plugin_host().find("superpixels", recipe.superpixels).spec
    given = recipe.superpixel_options
    of_all, of_bands = split_prefixed(given, BANDS)
    own, bands = (dataclasses.asdict(make_options(spec, values)) for values in (of_all, of_bands))
    options = own | {f"{BANDS}.{key}": bands[key] for key in of_bands}
    return dataclasses.replace(recipe, superpixel_options=options)


def _build_if_needed(
    out: Path, recipe: GraphRecipe, plan: MemoryPlan | None, files: SceneFiles
) -> bool:
    """Build the graphs of one scene unless they are up to date; whether they were built."""
    path = graph_path(out, files.split, files.name)
    images = [p for p in (files.rgb, *files.bands, files.mask) if p is not None]
    digests = {image.name: file_digest(image) for image in images}
    origin = plugin_host().find("superpixels", recipe.superpixels).origin
    metadata: list[object] = [files.split, files.clean, files.wavelengths]
    # Only what differs from the default: stating the default does not make files outdated.
    resolved = codings(files)
    if resolved != Coding().resolved(files.band_ids):
        metadata.append(resolved)
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
