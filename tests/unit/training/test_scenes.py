import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from artextract_cli.errors import InputError
from artextract_cli.graphs.build_dataset import build_dataset
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.pipelines.batches import batches, load_alike
from artextract_cli.training.scenes import split_scenes


def scenes(split: str, n: int) -> list[Any]:
    return [SimpleNamespace(name=f"{split}{i}", split=split) for i in range(n)]


def names(chosen: list[Any]) -> list[str]:
    return [scene.name for scene in chosen]


@pytest.mark.parametrize("n", range(1, 8))
@pytest.mark.parametrize("size", range(1, 9))
def test_every_scene_is_an_anchor_once_and_none_is_alone(n: int, size: int) -> None:
    made = list(batches(range(n), size, [100, 101]))
    anchors = [scene for chosen, n_anchors in made for scene in chosen[:n_anchors]]
    assert anchors == list(range(n))
    for chosen, n_anchors in made:
        assert len(chosen) >= 2
        assert len(set(chosen)) == len(chosen)
        assert len(chosen) - n_anchors == (1 if n_anchors == 1 else 0)
        assert n_anchors <= size
    if n > 1:
        assert all(scene < n for chosen, _ in made for scene in chosen)
    else:
        assert made == [([0, 100], 1)]


def test_a_val_split_is_taken_as_it_is() -> None:
    train, val = split_scenes(scenes("train", 2) + scenes("val", 3), 0.5, 0)
    assert names(train) == ["train0", "train1"]
    assert names(val) == ["val0", "val1", "val2"]


@pytest.mark.parametrize(
    ("n", "share", "n_val"), [(2, 0.2, 1), (10, 0.2, 2), (10, 0.0, 1), (3, 1.0, 2), (24, 0.25, 6)]
)
def test_without_a_val_split_a_share_is_held_out(
    n: int, share: float, n_val: int, capsys: pytest.CaptureFixture[str]
) -> None:
    train, val = split_scenes(scenes("train", n), share, 5)
    assert len(val) == n_val
    assert sorted(names(train) + names(val)) == sorted(names(scenes("train", n)))
    assert f"{n_val} of {n} scenes are held out" in capsys.readouterr().err


def test_the_held_out_scenes_follow_from_the_seed() -> None:
    held_out = [names(split_scenes(scenes("train", 20), 0.3, seed)[1]) for seed in (1, 1, 2, 3)]
    assert held_out[0] == held_out[1]
    assert len({tuple(chosen) for chosen in held_out}) == 3


def test_too_few_scenes() -> None:
    with pytest.raises(InputError, match="two scenes or more to compare, there is 1"):
        split_scenes(scenes("train", 1), 0.2, 0)
    with pytest.raises(InputError, match="no training scenes"):
        split_scenes(scenes("val", 3), 0.2, 0)


def test_graphs_of_two_recipes_are_refused(dataset: Path, graphs: Path, tmp_path: Path) -> None:
    mixed = Path(shutil.copytree(graphs, tmp_path / "mixed"))
    assert [g.name for g in load_alike(mixed)] == ["t0", "t1", "t2", "v0", "v1"]
    other = tmp_path / "other"
    build_dataset(dataset, other, GraphRecipe(superpixel_options={"region_size": 8}))
    shutil.copy(other / "val" / "v0.npz", mixed / "val" / "v0.npz")
    with pytest.raises(InputError, match=r"v0\.npz was built by another recipe than .*t0\.npz"):
        load_alike(mixed)
