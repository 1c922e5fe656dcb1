"""Batches of scenes for training."""

import shutil
from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.graphs.build_dataset import build_dataset
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.pipelines.batches import Share, load_alike, with_lender


@pytest.mark.parametrize("n", range(1, 8))
@pytest.mark.parametrize("size", range(1, 9))
def test_every_scene_is_an_anchor_once_and_none_is_alone(n: int, size: int) -> None:
    made = [
        (with_lender(range(n), part.start, part.stop, [100, 101]), part.n_scenes)
        for part in Share().micro_batches(n, size)
    ]
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


@pytest.mark.parametrize("n_ranks", [1, 2, 3])
def test_micro_batches_of_all_ranks_are_the_batches(n_ranks: int) -> None:
    shares = [Share(n_micro_batches=3, rank=r, n_ranks=n_ranks) for r in range(n_ranks)]
    made = [share.micro_batches(10, 4) for share in shares]
    assert [(part.start, part.stop) for part in made[0]] == [
        *((0, 1), (1, 2), (2, 4)),
        *((4, 5), (5, 6), (6, 8)),
        *((8, 9), (9, 10)),  # fewer scenes than parts
    ]
    assert [part.weight for part in made[0]] == [0.25, 0.25, 0.5, 0.25, 0.25, 0.5, 0.5, 0.5]
    assert [i for i, part in enumerate(made[0]) if part.ends_batch] == [2, 5, 7]
    owners = [[part.is_own for part in of_rank] for of_rank in made]
    assert all(sum(of_all) == 1 for of_all in zip(*owners, strict=True))
    # The first part of every batch is that of the first rank.
    assert [i for i in (0, 3, 6) if owners[0][i]] == [0, 3, 6]


def test_graphs_of_two_recipes_are_refused(dataset: Path, graphs: Path, tmp_path: Path) -> None:
    mixed = Path(shutil.copytree(graphs, tmp_path / "mixed"))
    assert [g.name for g in load_alike(mixed)] == ["t0", "t1", "t2", "v0", "v1"]
    other = tmp_path / "other"
    build_dataset(dataset, other, GraphRecipe(superpixel_options={"region_size": 8}))
    shutil.copy(other / "val" / "v0.npz", mixed / "val" / "v0.npz")
    with pytest.raises(InputError, match=r"v0\.npz was built with another recipe than .*t0\.npz"):
        load_alike(mixed)
