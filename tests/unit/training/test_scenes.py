from types import SimpleNamespace
from typing import Any

import pytest

from artextract_cli.errors import InputError
from artextract_cli.training.scenes import split_scenes


def scenes(split: str, n: int) -> list[Any]:
    return [SimpleNamespace(name=f"{split}{i}", split=split) for i in range(n)]


def names(chosen: list[Any]) -> list[str]:
    return [scene.name for scene in chosen]


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
    with pytest.raises(InputError, match="at least two scenes, but there is only 1"):
        split_scenes(scenes("train", 1), 0.2, 0)
    with pytest.raises(InputError, match="no training scenes"):
        split_scenes(scenes("val", 3), 0.2, 0)
