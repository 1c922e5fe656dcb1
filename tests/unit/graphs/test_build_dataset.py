import shutil
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artextract_cli.errors import FailedScenesError, InputError, UsageError
from artextract_cli.graphs import build_dataset as graph_building
from artextract_cli.graphs import store
from artextract_cli.graphs.build_dataset import BuildReport, build_dataset
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.store import load_graphs, load_pixels
from artextract_cli.utils.events import on_progress
from artextract_cli.utils.parallel.shards import Shard
from tests.helpers.datasets import write_png, write_scene

RECIPE = GraphRecipe(superpixel_options={"region_size": 6})


@pytest.fixture
def data(dataset: Path, tmp_path: Path) -> Path:
    """A copy of the dataset that may be changed."""
    return Path(shutil.copytree(dataset, tmp_path / "data"))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def built(n_built: int, n_skipped: int) -> BuildReport:
    return BuildReport(n_built=n_built, n_skipped=n_skipped)


def change_picture(data: Path) -> None:
    other = np.arange(40 * 48, dtype=np.uint16).reshape(40, 48)
    write_png(data / "train" / "ms_masks" / "t1_ms_650.png", other)


def add_mask(data: Path) -> None:
    mask = np.full((40, 48), 255, np.uint8)
    mask[0] = 0
    write_png(data / "train" / "object" / "t1_mask.png", mask)


def call_it_unclean(data: Path) -> None:
    text = (data / "dataset.yaml").read_text()
    (data / "dataset.yaml").write_text(text.replace("t0, t1, t2", "t0, t2"))


def touch_only(data: Path) -> None:
    change = data / "train" / "ms_masks" / "t1_ms_650.png"
    content = change.read_bytes()
    change.unlink()
    change.write_bytes(content)


def change_truth(data: Path) -> None:
    write_png(data / "val" / "truth" / "v0_hidden.png", np.zeros((40, 48), np.uint8))


@pytest.mark.parametrize(
    ("change", "rebuilt"),
    [
        (change_picture, {"t1"}),
        (add_mask, {"t1"}),
        (call_it_unclean, {"t1"}),
        (touch_only, set()),
        (change_truth, set()),
    ],
)
def test_only_scenes_whose_sources_changed_are_built_again(
    data: Path, tmp_path: Path, change: Callable[[Path], None], rebuilt: set[str]
) -> None:
    out = tmp_path / "graphs"
    assert build_dataset(data, out, RECIPE) == built(5, 0)
    for path in out.rglob("*.npz"):
        path.touch()
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.npz")}
    change(data)
    assert build_dataset(data, out, RECIPE) == built(len(rebuilt), 5 - len(rebuilt))
    assert {p.stem for p in before if p.stat().st_mtime_ns != before[p]} == rebuilt


def test_another_recipe_or_a_damaged_file_is_built_again(dataset: Path, tmp_path: Path) -> None:
    build_dataset(dataset, tmp_path, RECIPE)
    first = contents(tmp_path)
    assert build_dataset(dataset, tmp_path, GraphRecipe()) == built(5, 0)
    assert build_dataset(dataset, tmp_path, RECIPE) == built(5, 0)
    (tmp_path / "val" / "v0.npz").write_bytes(first["val/v0.npz"][:-9])
    (tmp_path / "val" / "v1.pixels.npy").unlink()
    assert build_dataset(dataset, tmp_path, RECIPE) == built(2, 3)
    assert contents(tmp_path) == first


def test_defaults_written_out_are_the_same_recipe(dataset: Path, tmp_path: Path) -> None:
    assert build_dataset(dataset, tmp_path, GraphRecipe()) == built(5, 0)
    same = GraphRecipe(superpixel_options={"region_size": "5", "compactness": 10})
    assert build_dataset(dataset, tmp_path, same) == built(0, 5)
    recipe = load_graphs(tmp_path / "val" / "v0.npz").recipe
    assert recipe.superpixel_options["max_iterations"] == 10


def test_what_is_written_is_the_scene(dataset: Path, graphs: Path) -> None:
    made = load_graphs(graphs / "train" / "t0.npz")
    assert (made.name, made.split, made.clean) == ("t0", "train", True)
    assert made.wavelengths == (450, 650, 850)
    assert load_graphs(graphs / "val" / "v0.npz").clean is False
    assert load_pixels(graphs / "train" / "t0.npz").shape == (40, 48, 6)
    assert made.graphs[0].labels.shape == (40, 48)


def test_a_scene_that_fails_leaves_the_others_built_and_two_jobs_give_the_bytes_of_one(
    data: Path, tmp_path: Path
) -> None:
    (data / "train" / "ms_masks" / "t1_ms_650.png").write_text("no picture")
    for jobs in (1, 2):
        with pytest.raises(InputError, match=r"^t1: .*t1_ms_650\.png"):
            build_dataset(data, tmp_path / str(jobs), RECIPE, jobs=jobs)
    one = contents(tmp_path / "1")
    names = ("train/t0", "train/t2", "val/v0", "val/v1")
    assert set(one) == {name + end for name in names for end in (".npz", ".pixels.npy")}
    assert contents(tmp_path / "2") == one


def test_shards_in_any_order_give_the_bytes_of_one_run(dataset: Path, tmp_path: Path) -> None:
    build_dataset(dataset, tmp_path / "whole", RECIPE)
    counts = [
        build_dataset(dataset, tmp_path / "shards", RECIPE, shard=Shard(index=index, count=3))
        for index in (3, 1, 2, 1)
    ]
    assert counts == [built(1, 0), built(2, 0), built(2, 0), built(0, 2)]
    assert contents(tmp_path / "shards") == contents(tmp_path / "whole")
    # More shards than scenes: an array job may have too many tasks.
    assert build_dataset(
        dataset, tmp_path / "shards", RECIPE, shard=Shard(index=9, count=9)
    ) == built(0, 0)


def test_several_failures_are_a_line_each_and_a_sum(data: Path, tmp_path: Path) -> None:
    for name in ("t1", "t2"):
        (data / "train" / "ms_masks" / f"{name}_ms_650.png").write_text("no picture")
    message = r"^2 of 5 scenes could not be built; the others are in"
    with pytest.raises(FailedScenesError, match=message) as raised:
        build_dataset(data, tmp_path / "graphs", RECIPE)
    assert [failure[:3] for failure in raised.value.failures] == ["t1:", "t2:"]


def test_the_dataset_is_never_written_to(data: Path, tmp_path: Path) -> None:
    before = contents(data)
    for out in (data, data / "graphs", data / "train" / ".." / "graphs"):
        with pytest.raises(UsageError, match="inside the dataset"):
            build_dataset(data, out, RECIPE)
    build_dataset(data, tmp_path / "graphs", RECIPE)
    assert contents(data) == before


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        ({"superpixels": "cubes"}, "unknown plugin 'cubes'"),
        ({"superpixel_options": {"cubes": 3}}, "no option 'cubes'"),
        (
            {"segmentation": "separate", "superpixel_options": {"bands.cubes": 3}},
            "no option 'cubes'",
        ),
    ],
)
def test_wrong_options_are_refused_before_anything_is_read(
    dataset: Path, tmp_path: Path, recipe: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        build_dataset(dataset, tmp_path / "graphs", GraphRecipe(**recipe))
    assert not (tmp_path / "graphs").exists()


@pytest.mark.parametrize("where", ["arrays", "scene"])
def test_an_interrupted_build_leaves_no_temporary_files(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Ctrl-C in the second scene: while its file is half written, or before."""
    calls = []
    module, name = (store.np, "savez") if where == "arrays" else (graph_building, "read_scene")
    real = getattr(module, name)

    def interrupted(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            if where == "arrays":
                args[0].write(b"half")
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, interrupted)
    with pytest.raises(KeyboardInterrupt):
        build_dataset(dataset, tmp_path, RECIPE)
    whole = {"train/t0.npz", "train/t0.pixels.npy"}
    assert set(contents(tmp_path)) == whole
    monkeypatch.undo()
    assert build_dataset(dataset, tmp_path, RECIPE) == built(4, 1)


def test_one_scene_and_one_band(tmp_path: Path) -> None:
    write_scene(tmp_path / "data", "train", "lone", size=(9, 31), bands=("a",))
    assert build_dataset(tmp_path / "data", tmp_path / "g", RECIPE, jobs=4) == built(1, 0)
    made = load_graphs(tmp_path / "g" / "train" / "lone.npz")
    assert (made.n_views, made.wavelengths, made.clean) == (2, None, None)


def test_scenes_that_have_not_begun_are_left_on_an_interruption(tmp_path: Path) -> None:
    for i in range(12):
        write_scene(tmp_path / "data", "train", f"s{i}", size=(16, 16), bands=("1",))

    def interrupt(note: str = "", /) -> None:
        """Ctrl-C is pressed as soon as a scene is done."""
        raise KeyboardInterrupt

    on_progress(lambda label, total: nullcontext(interrupt))
    with pytest.raises(KeyboardInterrupt):
        build_dataset(tmp_path / "data", tmp_path / "g", RECIPE, jobs=2)
    assert 1 <= len(list((tmp_path / "g" / "train").glob("*.npz"))) < 12
