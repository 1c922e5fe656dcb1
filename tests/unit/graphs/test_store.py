import dataclasses
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from artextract_cli.errors import ArtextractError, InputError
from artextract_cli.graphs.graph_file import pixels_path
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.store import (
    find_graphs,
    load_graphs,
    load_meta,
    load_pixels,
    read_key,
    save_graphs,
    source_key,
    write_pixels,
)
from artextract_cli.graphs.superpixel_graph import SceneGraphs, build_graphs
from artextract_cli.scenes.scene import Scene
from tests.helpers.graph_files import SHARED, any_graphs, make_graphs, rewritten, store
from tests.helpers.machines import files_of_at_most
from tests.helpers.scenes import make_scene

SEPARATE = GraphRecipe(segmentation="separate", features="published")


def assert_equal(a: SceneGraphs, b: SceneGraphs) -> None:
    for field in dataclasses.fields(SceneGraphs):
        if field.name not in ("graphs", "mask"):
            assert getattr(a, field.name) == getattr(b, field.name)
    np.testing.assert_array_equal(a.mask, b.mask)
    assert len(a.graphs) == len(b.graphs)
    for one, other in zip(a.graphs, b.graphs, strict=True):
        for name, array in vars(one).items():
            np.testing.assert_array_equal(array, getattr(other, name))
            assert array.dtype == getattr(other, name).dtype


@pytest.mark.parametrize("recipe", [SHARED, SEPARATE])
@pytest.mark.parametrize("changes", [{}, {"mask": None, "wavelengths": None}])
def test_what_is_stored_is_read_back(
    tmp_path: Path, recipe: GraphRecipe, changes: dict[str, Any]
) -> None:
    graphs = make_graphs(recipe, **changes)
    path = store(tmp_path / "train" / "made.npz", graphs)
    assert_equal(load_graphs(path), graphs)
    assert load_meta(path)["sources"] == {"a.png": "12"}
    assert find_graphs(tmp_path) == [path]
    assert sorted(p.name for p in path.parent.iterdir()) == ["made.npz"]


def test_equal_graphs_give_equal_bytes(tmp_path: Path) -> None:
    first, second = (store(tmp_path / name, make_graphs()) for name in ("a.npz", "b.npz"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("wrong", [-1, "N"])
@pytest.mark.parametrize("name", ["edges", "labels"])
def test_ids_out_of_range(tmp_path: Path, name: str, wrong: int | str) -> None:
    graphs = make_graphs()
    graph = graphs.graphs[0]
    ids = getattr(graph, name).copy()
    ids[-1, -1] = graph.n_nodes if wrong == "N" else wrong
    changed = dataclasses.replace(graphs, graphs=(dataclasses.replace(graph, **{name: ids}),))
    path = store(tmp_path / "a.npz", changed)
    with pytest.raises(InputError, match=rf"a\.npz is damaged \({name} contain ids outside 0"):
        load_graphs(path)


@pytest.mark.parametrize("kept", [0, 1, 100, 0.3, 0.7, -300, -22, -1])
def test_a_file_cut_short(tmp_path: Path, kept: float) -> None:
    path = store(tmp_path / "a.npz", make_graphs())
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content)) if 0 < kept < 1 else int(kept)])
    with pytest.raises(InputError, match=r"a\.npz is damaged"):
        load_graphs(path)


def flip_and_load(path: Path, whole: bytes, position: int, bits: int, graphs: SceneGraphs) -> bool:
    """Whether the file is refused with one changed byte; if not, what it says must be the same."""
    changed = bytearray(whole)
    changed[position] ^= bits
    path.write_bytes(changed)
    try:
        loaded = load_graphs(path)
    except InputError:
        return True
    assert_equal(loaded, graphs)
    return False


def test_flipped_bytes_never_give_other_data(tmp_path: Path) -> None:
    graphs = make_graphs()
    path = store(tmp_path / "a.npz", graphs)
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    anywhere = rng.integers(0, len(whole), 50)
    refused = [
        flip_and_load(path, whole, int(at), 1 << int(rng.integers(8)), graphs) for at in anywhere
    ]
    assert sum(refused) > 40


def test_flipped_bytes_of_headers_never_give_other_data(tmp_path: Path) -> None:
    """The directory of the archive, and the header of every array: what no checksum covers."""
    graphs = make_graphs()
    path = store(tmp_path / "a.npz", graphs)
    whole, rng = path.read_bytes(), np.random.default_rng(1)
    with zipfile.ZipFile(path) as archive:
        starts = [info.header_offset for info in archive.infolist()]
        directory = np.arange(archive.start_dir, len(whole))
    headers = np.concatenate([np.arange(start, start + 180) for start in starts])
    for at in rng.choice(np.concatenate([directory, headers]), 300, replace=False):
        flip_and_load(path, whole, int(at), 1 << int(rng.integers(8)), graphs)


def test_a_shortened_array_header_does_not_shift_the_data(tmp_path: Path) -> None:
    """It leaves bytes unread at the end, and so the checksum uncompared."""
    graphs = make_graphs()
    path = store(tmp_path / "a.npz", graphs)
    whole = path.read_bytes()
    header_length = whole.index(b"\x93NUMPY", whole.index(b"features_0.npy")) + 8
    assert flip_and_load(path, whole, header_length, 4, graphs)


@pytest.mark.parametrize("changes", [{"format_version": 1}, {"format": "other-graph"}])
def test_another_format_or_version(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = store(tmp_path / "a.npz", make_graphs())
    rewritten(path, **changes)
    with pytest.raises(InputError, match="this artextract reads artextract-graph version 2"):
        load_graphs(path)


def test_an_array_file_of_that_name(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with path.open("wb") as file:
        np.save(file, np.arange(5))
    with pytest.raises(InputError, match="damaged"):
        load_graphs(path)


def test_objects_are_not_unpickled(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, meta=np.array([{"format": "artextract-graph"}], object))
    with pytest.raises(InputError, match="damaged"):
        load_graphs(path)


def test_missing_files_say_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no graph file .*build it with `artextract graph build "):
        load_graphs(tmp_path / "a.npz")
    with pytest.raises(InputError, match=r"no graph files in .*graph build"):
        find_graphs(tmp_path)


def test_what_is_no_graph_file_is_not_called_damaged(tmp_path: Path) -> None:
    graph = store(tmp_path / "train" / "a.npz", make_graphs())
    pixels = pixels_path(graph)
    pixels.touch()
    for wrong in (tmp_path, graph.parent, pixels):
        with pytest.raises(InputError, match=f"^{wrong} is not a graph file: give one such as"):
            load_graphs(wrong)
    np.savez(graph.with_name("embeddings.npz"), pooled=np.ones(3))
    with pytest.raises(
        InputError, match=r"embeddings\.npz contains no graphs: build them with `artextract graph "
    ):
        load_graphs(graph.with_name("embeddings.npz"))


def test_pixels_of_16_bits_are_kept_exactly(tmp_path: Path) -> None:
    counts = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    picture = counts / np.float32(65535)
    scene = make_scene(
        rgb=np.stack([picture, picture[::-1], picture.T], -1), bands=picture[..., None]
    )
    write_pixels(pixels_path(tmp_path / "a.npz"), scene)
    loaded = load_pixels(tmp_path / "a.npz")
    assert isinstance(loaded, np.memmap)
    assert loaded.dtype == np.uint16
    np.testing.assert_array_equal(
        loaded, np.stack([counts, counts[::-1], counts.T, counts], axis=-1)
    )


def test_pixels_of_float_pictures_are_clipped(tmp_path: Path) -> None:
    bands = np.array([[[-0.5], [0.5], [1.5]]], np.float32)
    write_pixels(pixels_path(tmp_path / "a.npz"), make_scene((1, 3), bands=bands))
    assert load_pixels(tmp_path / "a.npz")[0, :, 3].tolist() == [0, 32768, 65535]


def test_pixels_cut_short(tmp_path: Path) -> None:
    write_pixels(pixels_path(tmp_path / "a.npz"), make_scene())
    path = pixels_path(tmp_path / "a.npz")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"pixels of .*a\.npz cannot be read"):
        load_pixels(tmp_path / "a.npz")


def test_pixels_that_cannot_be_written_leave_what_was_there(tmp_path: Path) -> None:
    """Graphs of one picture never lie beside the pixels of another."""
    first, second = make_scene(seed=1), make_scene(seed=2)
    path = tmp_path / "a.npz"

    def save(scene: Scene) -> None:
        graphs = build_graphs(scene, SHARED)
        save_graphs(path, graphs, sources={}, key=str(scene.rgb.sum()), scene=scene)

    said = r"a\.pixels\.npy: File too large"
    with files_of_at_most(1000), pytest.raises(ArtextractError, match=said):
        save(first)
    assert list(tmp_path.iterdir()) == []
    save(first)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    with files_of_at_most(1000), pytest.raises(ArtextractError):
        save(second)
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_the_key_changes_with_everything_it_stands_for() -> None:
    origin = {"name": "slic", "version": "1"}
    key = source_key({"a": "1"}, SHARED, origin, ["train"])
    assert key == source_key({"a": "1"}, dataclasses.replace(SHARED), dict(origin), ["train"])
    others = [
        source_key({"a": "2"}, SHARED, origin, ["train"]),
        source_key({"a": "1"}, SEPARATE, origin, ["train"]),
        source_key({"a": "1"}, SHARED, origin | {"version": "2"}, ["train"]),
        source_key({"a": "1"}, SHARED, origin, ["val"]),
    ]
    assert len({key, *others}) == 5


def test_a_key_is_read_only_where_graphs_and_pixels_are_usable(tmp_path: Path) -> None:
    path = store(tmp_path / "a.npz", make_graphs())
    assert read_key(path) is None
    save_graphs(path, make_graphs(), sources={}, key="the key", scene=make_scene())
    assert read_key(path) == "the key"
    pixels = pixels_path(path).read_bytes()
    pixels_path(path).write_bytes(pixels[:-1])
    assert read_key(path) is None
    pixels_path(path).write_bytes(pixels)
    path.write_bytes(path.read_bytes()[:-100])
    assert read_key(path) is None


@pytest.mark.parametrize(("source", "is_kept"), [("1", True), ("2", False)])
def test_graphs_never_lie_beside_the_pixels_of_other_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, is_kept: bool
) -> None:
    """As if killed when the new pixels are in their place and the new graphs are not."""
    path, replace = tmp_path / "a.npz", Path.replace

    def save(source: str, seed: int) -> None:
        scene = make_scene(seed=seed)
        graphs = build_graphs(scene, SHARED)
        save_graphs(path, graphs, sources={"a.png": source}, key=source, scene=scene)

    def stop(temporary: Path, target: Path) -> None:
        if target == path:
            raise KeyboardInterrupt
        replace(temporary, target)

    save("1", seed=1)
    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        save(source, seed=int(source))
    assert path.exists() == is_kept
    assert read_key(path) == ("1" if is_kept else None)


@given(any_graphs())
def test_whatever_is_stored_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, graphs: SceneGraphs
) -> None:
    path = store(tmp_path_factory.mktemp("graphs") / "made.npz", graphs)
    assert_equal(load_graphs(path), graphs)


@given(any_graphs())
def test_adjacency_is_symmetric_and_its_ids_are_nodes(graphs: SceneGraphs) -> None:
    (graph,) = graphs.graphs
    edges = {(int(i), int(j)) for i, j in graph.edges.T}
    assert {(j, i) for i, j in edges} == edges
    assert len(edges) == graph.edges.shape[1]
    assert all(i != j and 0 <= i < graph.n_nodes for i, j in edges)
    for i, j in edges:
        rows, columns = (np.argwhere(graph.labels == k) for k in (i, j))
        assert np.abs(rows[:, None] - columns).max(-1).min() == 1


@pytest.mark.parametrize("change", [{"name": "../../a"}, {"name": "/a"}, {"split": "../train"}])
def test_names_that_lead_elsewhere(tmp_path: Path, change: dict[str, str]) -> None:
    path = store(tmp_path / "a.npz", dataclasses.replace(make_graphs(), **change))
    with pytest.raises(InputError, match="are not a split and a scene"):
        load_graphs(path)
