"""Batches of scenes for training."""

import shutil
from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.graphs.build_dataset import build_dataset
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.pipelines.batches import batches, load_alike


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


def test_graphs_of_two_recipes_are_refused(dataset: Path, graphs: Path, tmp_path: Path) -> None:
    mixed = Path(shutil.copytree(graphs, tmp_path / "mixed"))
    assert [g.name for g in load_alike(mixed)] == ["t0", "t1", "t2", "v0", "v1"]
    other = tmp_path / "other"
    build_dataset(dataset, other, GraphRecipe(superpixel_options={"region_size": 8}))
    shutil.copy(other / "val" / "v0.npz", mixed / "val" / "v0.npz")
    with pytest.raises(InputError, match=r"v0\.npz was built with another recipe than .*t0\.npz"):
        load_alike(mixed)
