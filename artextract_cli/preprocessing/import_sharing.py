"""Sharing the scenes of an import among processes, a cluster, or threads; in the order of sources.

An importer that lists its sources is called on each of them in any process. Any other importer
reads one scene after another in this one, while threads encode the scenes before.
"""

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path

from artextract_cli.errors import InputError, UsageError
from artextract_cli.plugin.contract import Sources
from artextract_cli.plugin.options import make_options
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.preprocessing.scene_staging import SceneSource, SceneStaging, StagedScene
from artextract_cli.utils.parallel.cluster import Cluster
from artextract_cli.utils.parallel.work import in_order
from artextract_cli.utils.threads import single_threaded


def check_pool(plugin: Plugin, pool: int | Cluster) -> None:
    """Check that the scenes of an importer can be shared as asked.

    Raises
    ------
    UsageError
        If a cluster cannot be used.
    """
    if isinstance(pool, Cluster) and _sources_of(plugin) is None:
        msg = (
            f"the importer {plugin.spec.name!r} of {plugin.distribution} reads one scene after "
            "another, which a cluster cannot share: use --jobs instead of --cluster"
        )
        raise UsageError(msg)


def staged_scenes(staging: SceneStaging, pool: int | Cluster) -> Generator[StagedScene, None, None]:
    """Yield the scenes of an import in the order of their sources, read and encoded.

    Raises
    ------
    InputError
        If a scene cannot be read; those before it have been yielded.
    """
    sources = _sources_of(staging.record.plugin)
    if sources is not None:
        return _of_sources(staging, _listed(staging, sources), pool)
    # A cluster is refused before.
    return _of_captures(staging, pool if isinstance(pool, int) else 1)


def _sources_of(plugin: Plugin) -> Sources | None:
    sources: Sources | None = getattr(plugin.spec, "sources", None)
    return sources


def _listed(staging: SceneStaging, sources: Sources) -> list[SceneSource]:
    plugin = staging.record.plugin
    with plugin.running():
        paths = sources(staging.record.source, make_options(plugin.spec, staging.record.options))
        return [SceneSource(number=i, path=Path(path)) for i, path in enumerate(paths)]


def _of_sources(
    staging: SceneStaging, sources: list[SceneSource], pool: int | Cluster
) -> Generator[StagedScene, None, None]:
    with closing(in_order(staging, sources, pool)) as outcomes:
        for outcome in outcomes:
            if outcome.failure:
                raise InputError(outcome.failure)
            yield from outcome.result or ()


def _of_captures(staging: SceneStaging, jobs: int) -> Generator[StagedScene, None, None]:
    # Sums in another order round differently: as in other processes, linear algebra has one thread.
    with single_threaded():
        # Not `enumerate`, which holds an item until it has the next one.
        captures, numbers = staging.captures(staging.record.source), map(str, count())
        if jobs == 1:
            for capture in captures:
                yield staging.staged(capture, next(numbers))
                del capture  # the next one may need its memory
            return
        # Threads suffice: encoders run outside of the interpreter, and nothing is copied.
        encoding: deque[Future[StagedScene]] = deque()
        with ThreadPoolExecutor(jobs) as threads:
            for capture in captures:
                encoding.append(threads.submit(staging.staged, capture, next(numbers)))
                del capture
                # With the one that is read next, no more than ``jobs`` are in memory.
                if len(encoding) == jobs:
                    yield encoding.popleft().result()
            while encoding:
                yield encoding.popleft().result()
