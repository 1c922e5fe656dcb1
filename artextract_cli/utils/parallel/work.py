"""Work on items one by one or several at a time, with failures and warnings collected.

This is the only door to parallel work: items and work are picklable and results come in any order,
from processes of this machine or from a cluster.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import TypeVar, cast

from artextract_cli.errors import InputError
from artextract_cli.utils.events import warn
from artextract_cli.utils.parallel.cluster import Cluster, check_jobs
from artextract_cli.utils.parallel.outcome import Named, Outcome, outcome_of
from artextract_cli.utils.parallel.team import Team

Item = TypeVar("Item", bound=Named)
Result = TypeVar("Result")


def each(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    pool: int | Cluster = 1,
    *,
    from_first: bool = False,
) -> Generator[Outcome[Result], None, None]:
    """Call ``work`` on every item, and yield the outcomes as they come.

    An input error of an item is its outcome; any other error ends the work. With more than one job
    this process works too, beside spawned ones, each with one thread of linear algebra; with a
    cluster only its workers do. If the caller stops early, or is interrupted, items in progress in
    other processes are finished, and no others are begun.

    Parameters
    ----------
    work
        A picklable function of an item; it is sent to each process once.
    items
        Picklable items with a name, such as `SceneFiles`.
    pool
        Number of items to work on at a time, or the cluster that works on them.
    from_first
        Whether all processes take the first of the items that are left, so that the outcomes of
        earlier items come soon.

    Raises
    ------
    UsageError
        If the number is less than one.
    ArtextractError
        While iterating: if the cluster does not answer, or is lost.
    """
    if isinstance(pool, Cluster):
        # Imported late: only a cluster needs Dask.
        from artextract_cli.utils.parallel.dask_client import cluster_outcomes

        return cluster_outcomes(pool, work, items)
    check_jobs(pool)
    n_workers = min(pool, len(items)) - 1
    if n_workers > 0:
        return Team(work, items, n_workers, from_first=from_first).outcomes()
    return (outcome_of(work, item) for item in items)


def in_order(
    work: Callable[[Item], Result], items: Sequence[Item], pool: int | Cluster = 1
) -> Generator[Outcome[Result], None, None]:
    """As `each`, but in the order of the items; warnings of an item are shown with its outcome."""
    done: dict[str, Outcome[Result]] = {}
    with closing(each(work, items, pool, from_first=True)) as outcomes:
        for item in items:
            while item.name not in done:
                outcome = next(outcomes)
                done[outcome.name] = outcome
            outcome = done.pop(item.name)
            for message in outcome.warnings:
                warn(message)
            yield outcome


def outcomes_of(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    pool: int | Cluster = 1,
    on_item: Callable[[str], None] = lambda name: None,
) -> list[Outcome[Result]]:
    """The outcome of `each` item, in the order of the items; warnings are shown as they come.

    ``on_item`` is called with the name of an item once it is done.
    """
    by_name = {outcome.name: outcome for outcome in _shown(work, items, pool, on_item)}
    return [by_name[item.name] for item in items]


def results_of(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    pool: int | Cluster = 1,
    on_item: Callable[[str], None] = lambda name: None,
) -> list[Result]:
    """As `outcomes_of`, but only the results: the first failure ends the work.

    Raises
    ------
    InputError
        If an item fails.
    """
    by_name = {}
    with closing(_shown(work, items, pool, on_item)) as outcomes:
        for outcome in outcomes:
            if outcome.failure:
                raise InputError(outcome.failure)
            # Not None without a failure, unless that is what the work returns.
            by_name[outcome.name] = cast(Result, outcome.result)
    return [by_name[item.name] for item in items]


def _shown(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    pool: int | Cluster,
    on_item: Callable[[str], None],
) -> Generator[Outcome[Result], None, None]:
    # Closed here, and not whenever the memory of an interrupted caller is freed.
    with closing(each(work, items, pool)) as outcomes:
        for outcome in outcomes:
            for message in outcome.warnings:
                warn(message)
            on_item(outcome.name)
            yield outcome
