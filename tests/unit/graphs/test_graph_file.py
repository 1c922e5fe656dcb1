"""The checks of a graph file."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from artextract_cli.errors import InputError
from artextract_cli.graphs.graph_file import pixels_path
from artextract_cli.graphs.store import (
    load_graphs,
    read_key,
    save_graphs,
)
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from tests.helpers.graph_files import any_graphs, make_graphs, rewritten, store
from tests.helpers.scenes import make_scene


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("features", lambda a: a[:-1]),
        ("features", lambda a: a[:, :2]),
        ("features", lambda a: a * np.nan),
        ("features", lambda a: a.astype(np.float64)),
        ("edge_weights", lambda a: a[:-1]),
        ("edges", lambda a: a.T),
        ("counts", lambda a: a + 1),
        ("labels", lambda a: a[:-2]),
        ("centroids", lambda a: a[:, :1]),
    ],
)
def test_arrays_that_do_not_fit_together(tmp_path: Path, name: str, change: Any) -> None:
    graphs = make_graphs()
    graph = dataclasses.replace(graphs.graphs[0], **{name: change(getattr(graphs.graphs[0], name))})
    path = store(tmp_path / "a.npz", dataclasses.replace(graphs, graphs=(graph,)))
    with pytest.raises(InputError, match=r"a\.npz is damaged"):
        load_graphs(path)


def test_an_object_mask_of_another_size(tmp_path: Path) -> None:
    path = store(tmp_path / "a.npz", dataclasses.replace(make_graphs(), mask=np.ones((3, 4), bool)))
    with pytest.raises(InputError, match="mask differ in size"):
        load_graphs(path)


@pytest.mark.parametrize(
    "changes",
    [{"n_graphs": 2}, {"n_graphs": 0}, {"band_ids": ["1"]}, {"recipe": {"x": 1}}, {"recipe": 3}],
)
def test_a_description_that_does_not_fit(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = store(tmp_path / "a.npz", make_graphs())
    rewritten(path, **changes)
    with pytest.raises(InputError, match=r"a\.npz is damaged"):
        load_graphs(path)


@given(any_graphs(), some.data())
def test_any_id_that_is_no_node_is_refused(
    tmp_path_factory: pytest.TempPathFactory, graphs: SceneGraphs, data: some.DataObject
) -> None:
    (graph,) = graphs.graphs
    field = data.draw(some.sampled_from(["edges", "labels"] if graph.edges.size else ["labels"]))
    wrong = getattr(graph, field).copy()
    at = data.draw(some.integers(0, wrong.size - 1))
    beyond = some.integers(graph.n_nodes, 2**31 - 1)
    wrong.flat[at] = data.draw(beyond | some.integers(-(2**31), -1))
    damaged = dataclasses.replace(graph, **{field: wrong})
    path = tmp_path_factory.mktemp("graphs") / "made.npz"
    store(path, dataclasses.replace(graphs, graphs=(damaged,)))
    with pytest.raises(InputError, match=f"{field} contain ids outside"):
        load_graphs(path)


def test_one_changed_bit_of_the_pixels_is_seen(tmp_path: Path) -> None:
    graphs, path = make_graphs(), tmp_path / "a.npz"
    save_graphs(path, graphs, sources={}, key="the key", scene=make_scene((31, 45)))
    content = bytearray(pixels_path(path).read_bytes())
    content[-1] ^= 1
    pixels_path(path).write_bytes(content)
    assert read_key(path) is None
    with pytest.raises(InputError, match=r"a\.pixels\.npy beside it is not the one"):
        load_graphs(path)
