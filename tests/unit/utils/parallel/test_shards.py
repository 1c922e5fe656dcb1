"""Parts of a dataset."""

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.utils.parallel.shards import Shard, parse_shard


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_shards_contain_every_scene_once(count: int) -> None:
    parts = [Shard(index=i + 1, count=count).of("abcde") for i in range(count)]
    assert sorted("".join(parts)) == list("abcde")
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_the_second_of_two() -> None:
    shard = parse_shard(" 2/2 ")
    assert shard == Shard(index=2, count=2)
    assert str(shard) == "2/2"
    assert shard.of(["a", "b", "c", "d", "e"]) == ["b", "d"]
    assert parse_shard(None) is None


@pytest.mark.parametrize("text", ["", "2", "2/", "/2", "-1/2", "1/2/3", "a/b", "1.5/2"])
def test_what_is_not_a_shard(text: str) -> None:
    with pytest.raises(UsageError, match="--shard takes I/N, such as 2/8"):
        parse_shard(text)


@pytest.mark.parametrize("text", ["0/2", "3/2", "0/0"])
def test_shards_that_do_not_exist(text: str) -> None:
    with pytest.raises(UsageError, match=f"there is no shard {text}"):
        parse_shard(text)
