"""Work on scenes within a memory limit: side by side, or one after another with all workers."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from artextract_cli.imaging.blocks import N_PARALLEL_BLOCKS
from artextract_cli.scenes.memory_plan import MemoryPlan, affordable_pool
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.atomic import clear_leftovers
from artextract_cli.utils.events import inform
from artextract_cli.utils.parallel.cluster import Cluster
from artextract_cli.utils.parallel.dask_blocks import FOLDER, block_workers
from artextract_cli.utils.parallel.outcome import Outcome
from artextract_cli.utils.parallel.work import outcomes_of

Result = TypeVar("Result")


def planned_outcomes(
    work: Callable[[MemoryPlan | None], Callable[[SceneFiles], Result]],
    plan: MemoryPlan | None,
    scenes: Sequence[SceneFiles],
    pool: int | Cluster,
    on_scene: Callable[[str], None] = lambda name: None,
) -> list[Outcome[Result]]:
    """The outcome of the work on every scene, in the order of the scenes.

    On a cluster, scenes that are processed in blocks come last: each is then shared by the workers,
    block by block. Which scenes these are, and their blocks, depends on the plan only.

    Parameters
    ----------
    work
        Function that returns the work on a scene by a plan; that work is picklable.
    plan
        Memory limit; None if there is none.
    scenes
        The scenes.
    pool
        Number of scenes to work on at a time, or a cluster.
    on_scene
        Called with the name of a scene once it is done.

    Raises
    ------
    ArtextractError
        If the cluster does not answer, or is lost.
    """
    if plan is not None:
        # Of a killed command that shared a scene among workers.
        clear_leftovers(plan.scratch / FOLDER)
    if plan is None or not isinstance(pool, Cluster):
        return outcomes_of(work(plan), scenes, affordable_pool(plan, scenes, pool), on_scene)
    # Only for a cluster, since it opens the photograph of every scene.
    cut, whole = list[SceneFiles](), list[SceneFiles]()
    for files in scenes:
        (cut if plan.cuts(files) else whole).append(files)
    outcomes = outcomes_of(work(plan), whole, affordable_pool(plan, whole, pool), on_scene)
    if not cut:
        return outcomes
    with block_workers(_affordable_workers(pool), plan.scratch) as workers:
        sharing = replace(plan, scratch=workers.folder, workers=workers)
        outcomes += outcomes_of(work(sharing), cut, 1, on_scene)
    by_name = {outcome.name: outcome for outcome in outcomes}
    return [by_name[files.name] for files in scenes]


def _affordable_workers(cluster: Cluster) -> Cluster:
    """The workers that blocks fit into: on this machine as many as there are threads otherwise."""
    affordable = cluster.at_most(N_PARALLEL_BLOCKS)
    if affordable != cluster:
        inform(
            f"--max-memory is enough for blocks of {N_PARALLEL_BLOCKS} of {cluster.n_local} "
            "workers: to use more for one large scene, start a scheduler and workers, for which "
            "it is the limit of each"
        )
    return affordable
