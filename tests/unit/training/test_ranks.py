"""Several processes agree, exchange tensors, and end together."""

import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import torch

from artextract_cli.errors import ArtextractError, DivergedError, InputError
from artextract_cli.training import ranks as ranks_module
from artextract_cli.training.place import Place
from artextract_cli.training.ranks import LostRankError, MeetingError, Ranks, joined
from tests.helpers.ranks import in_ranks

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks")


def exchange(ranks: Ranks) -> dict[str, Any]:
    own = torch.arange(5.0)[ranks.rank :: ranks.count, None] * torch.tensor([1.0, 10.0])
    weights = {"a": torch.full((2,), float(ranks.rank)), "n": torch.tensor(7 + ranks.rank)}
    ranks.copy_from_first(weights)
    return {
        "rows": ranks.gathered(own, 5).tolist(),
        "first": ranks.from_first(0.1 if ranks.is_first else 9),
        "added": ranks.added({"s": 0.5, "t": float(ranks.rank)}),
        "weights": {name: weight.tolist() for name, weight in weights.items()},
    }


@pytest.mark.parametrize("count", [2, 3])
def test_all_receive_the_same(tmp_path: Path, count: int) -> None:
    found = in_ranks(tmp_path, count, exchange)
    wanted = {
        "rows": [[float(i), 10.0 * i] for i in range(5)],
        "first": 0.1,
        "added": {"s": 0.5 * count, "t": float(sum(range(count)))},
        "weights": {"a": [0.0, 0.0], "n": 7},
    }
    assert found == [wanted] * count


def test_one_process_exchanges_with_itself() -> None:
    with joined(Place(), "cpu") as ranks, ranks.together():
        assert exchange(ranks)["rows"][4] == [4.0, 40.0]
        ranks.wait()


@pytest.mark.parametrize(
    ("error", "others"),
    [
        (InputError("scéne.npz is damaged"), InputError("scéne.npz is damaged")),
        (DivergedError("diverged"), DivergedError("diverged")),
        (KeyError("x"), ArtextractError("process 2 of 2: KeyError: 'x'")),
        (KeyboardInterrupt(), KeyboardInterrupt()),
    ],
)
def test_an_error_of_one_ends_all(
    tmp_path: Path, error: BaseException, others: BaseException
) -> None:
    def fail(ranks: Ranks) -> None:
        with ranks.together():
            if ranks.rank == 1:
                raise error
            ranks.from_first(0.5)

    first, second = in_ranks(tmp_path, 2, fail)
    assert (type(first), str(first)) == (type(others), str(others))
    assert (type(second), str(second)) == (type(error), str(error))


def test_an_interrupted_one_ends_all_at_the_next_step(tmp_path: Path) -> None:
    steps: list[int] = []

    def interrupted(ranks: Ranks) -> Any:
        try:
            for step in range(9):
                ranks.agree()
                steps.append(step)
                if step == 2 and ranks.rank == 1:
                    os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            ranks.wait()
            return steps
        return None

    assert in_ranks(tmp_path, 2, interrupted) == [[0, 1, 2]] * 2


def test_a_killed_one_is_noticed(tmp_path: Path) -> None:
    def die(ranks: Ranks) -> None:
        ranks.agree()
        if ranks.rank == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        ranks.agree()

    first, second = in_ranks(tmp_path, 2, die)
    assert isinstance(first, LostRankError)
    assert second is None


def test_processes_that_do_not_find_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranks_module, "MEETING_TIME", timedelta(seconds=0.2))
    place = Place(count=2, meeting=tmp_path / "meeting")
    said = "process 1 of 2 cannot reach each other"
    with pytest.raises(MeetingError, match=said), joined(place, "cpu"):
        pass
