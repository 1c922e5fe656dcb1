"""Which scenes are shared by the workers of a cluster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from artextract_cli.scenes import planned_work
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.memory_plan import MemoryPlan
from artextract_cli.scenes.planned_work import planned_outcomes
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.parallel.cluster import Cluster
from artextract_cli.utils.parallel.outcome import outcome_of
from tests.helpers.datasets import write_scene

SMALL = 40 * 48  # pixels


@pytest.fixture
def scenes(tmp_path: Path) -> list[SceneFiles]:
    """A large scene between two small ones."""
    for name, side in (("a", 1), ("b", 2), ("c", 1)):
        write_scene(tmp_path / "data", "val", name, seed=3, size=(40 * side, 48 * side))
    return list(open_dataset(tmp_path / "data", wavelengths=(450, 650, 850)).scenes)


def plan(folder: Path) -> MemoryPlan:
    """Enough for a small scene, not for the large one."""
    return MemoryPlan(limit=SMALL * 20, scratch=folder, program=0, per_pixel=10, per_band=0)


def described(plan: MemoryPlan | None, files: SceneFiles) -> tuple[str, object, str]:
    assert plan is not None
    return files.name, plan.workers, plan.scratch.name


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], Any]]:
    """The scenes of each call that works side by side, and what works on them."""
    made: list[tuple[list[str], Any]] = []

    def outcomes(
        work: Callable[[Any], Any], items: Any, pool: Any, on_item: Callable[[str], None]
    ) -> list[Any]:
        made.append(([item.name for item in items], pool))
        return [outcome_of(work, item) for item in items]

    @contextmanager
    def workers(cluster: Cluster, scratch: Path) -> Iterator[Any]:
        yield SimpleNamespace(folder=scratch / "shared", cluster=cluster)

    monkeypatch.setattr(planned_work, "outcomes_of", outcomes)
    monkeypatch.setattr(planned_work, "block_workers", workers)
    return made


def test_on_a_cluster_large_scenes_come_last_with_all_workers(
    scenes: list[SceneFiles], calls: list[Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cluster = Cluster(address="local:3")
    with caplog.at_level("INFO", "artextract"):
        outcomes = planned_outcomes(
            partial(partial, described), plan(tmp_path / "out"), scenes, cluster
        )
    assert [names for names, _ in calls] == [["a", "c"], ["b"]]
    assert [outcome.name for outcome in outcomes] == ["a", "b", "c"]
    (_, own, folder), (_, shared, scratch), _ = (outcome.result for outcome in outcomes)  # type: ignore[misc]
    assert (own, folder) == (None, "out")
    assert (shared.cluster, scratch) == (Cluster(address="local:2"), "shared")
    assert "blocks of 2 of 3 workers" in caplog.text


def test_workers_of_others_are_all_used(
    scenes: list[SceneFiles], calls: list[Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cluster = Cluster(address="tcp://127.0.0.1:8786")
    with caplog.at_level("INFO", "artextract"):
        outcomes = planned_outcomes(partial(partial, described), plan(tmp_path), scenes, cluster)
    assert outcomes[1].result is not None
    assert outcomes[1].result[1].cluster == cluster  # type: ignore[attr-defined]
    assert not caplog.messages


@pytest.mark.parametrize("pool", [1, 2])
def test_without_a_cluster_all_scenes_are_worked_on_side_by_side(
    scenes: list[SceneFiles], calls: list[Any], tmp_path: Path, pool: int
) -> None:
    planned_outcomes(partial(partial, described), plan(tmp_path), scenes, pool)
    assert [names for names, _ in calls] == [["a", "b", "c"]]
