"""Scenes whose blocks are shared by workers: the bytes of one process."""

import dataclasses
import gc
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from distributed.protocol import deserialize_bytes, serialize_bytes

from artextract_cli.evaluation.robustness import as_scene
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.superpixel_graph import build_graphs
from artextract_cli.imaging.blocks import Block, Workspace
from artextract_cli.pipelines.scoring import open_scorer, score_scene
from artextract_cli.scenes.scene import Scene
from artextract_cli.simulate import (
    DEFAULT_WAVELENGTHS,
    SceneSettings,
    simulate_dataset,
    simulate_scene,
)
from artextract_cli.utils.parallel.shared_arrays import Sharing
from tests.helpers.command_line import Ran
from tests.helpers.results import contents

SIDE = 416
LARGEST_FUNCTION = 500_000  # bytes; the arrays of the scene below take 130 bytes a pixel


class Packing:
    """Workers that open every function anew, as another machine would."""

    def __init__(self, sharing: Sharing) -> None:
        self.sharing: Sharing = sharing
        self.sizes: list[int] = []

    def results(
        self, work: Callable[[Block], Any], blocks: Sequence[Block]
    ) -> Generator[Any, None, None]:
        """Pack the work, and call what is unpacked."""
        content = serialize_bytes(work)
        self.sizes.append(len(content))
        yield from map(deserialize_bytes(content), blocks)

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        """Workers have no workers."""
        return type(None), ()


@pytest.fixture(scope="module")
def scene() -> Scene:
    made = as_scene(simulate_scene((9, 0), SceneSettings(size=200)), DEFAULT_WAVELENGTHS)
    mask = np.ones(made.shape, np.bool_)
    mask[:30, :50] = False
    return dataclasses.replace(made, mask=mask)


def cut(scene: Scene, scratch: Path, workers: Packing | None) -> Scene:
    """The scene in four blocks, its images in files."""
    workspace = Workspace(block_side=110, scratch=scratch, workers=workers)
    images = {name: workspace.shared(getattr(scene, name)) for name in ("rgb", "bands", "mask")}
    return dataclasses.replace(scene, workspace=workspace, **images)


def arrays(found: Any) -> Iterator[np.ndarray]:
    """All arrays of scores or of graphs."""
    if isinstance(found, np.ndarray):
        yield found
    elif dataclasses.is_dataclass(found):
        found = vars(found)
    if isinstance(found, dict):
        found = [*found.values()]
    if isinstance(found, (list, tuple)):
        for part in found:
            yield from arrays(part)


@pytest.mark.parametrize(
    ("name", "sharing"), [("gat", "network"), ("none", "machine"), ("graphs", "network")]
)
def test_functions_of_blocks_are_small_and_give_the_same_bytes(
    scene: Scene, tmp_path: Path, name: str, sharing: Sharing
) -> None:
    def result(workers: Packing | None) -> Any:
        given = cut(scene, tmp_path, workers)
        if name == "graphs":
            return build_graphs(given, GraphRecipe())
        return score_scene(open_scorer(Path(name), device="cpu"), given)

    workers = Packing(sharing)
    found, expected = result(workers), result(None)
    for one, other in zip(arrays(found), arrays(expected), strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(workers.sizes) >= 4
    assert max(workers.sizes) < LARGEST_FUNCTION
    del found, expected, one, other
    gc.collect()
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shared") / "data"
    simulate_dataset(root, train=0, val=1, seed=4, settings=SceneSettings(size=SIDE))
    return root


@pytest.mark.parametrize(
    ("command", "options"),
    [
        (["infer"], ["--max-memory", "1060MB", "--model", "none"]),
        (["graph", "build"], ["--max-memory", "730MB"]),
    ],
)
def test_workers_that_share_a_scene_give_the_bytes_of_one_process(
    dataset: Path,
    tmp_path: Path,
    run: Callable[..., Ran],
    command: list[str],
    options: list[str],
) -> None:
    for name, cluster in {"one": [], "shared": ["--cluster", "local:2"]}.items():
        ran = run(*command, dataset, "--out", tmp_path / name, *options, *cluster)
        assert ran.exit_code == 0, ran.stderr
    assert "starting 2 workers" in ran.stderr
    assert contents(tmp_path / "shared") == contents(tmp_path / "one")
