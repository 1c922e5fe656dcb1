"""The place that torchrun assigns, and its GPU."""

import pytest
import torch

from artextract_cli.errors import DependencyError, UsageError
from artextract_cli.training.place import Place, local_device, place_in_environment

TORCHRUN = {
    "RANK": "3",
    "WORLD_SIZE": "4",
    "LOCAL_RANK": "1",
    "LOCAL_WORLD_SIZE": "2",
    "MASTER_ADDR": "127.0.0.1",
    "MASTER_PORT": "29500",
    "TORCHELASTIC_RESTART_COUNT": "1",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in TORCHRUN.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_place_of_torchrun(environment: pytest.MonkeyPatch) -> None:
    wanted = Place(rank=3, count=4, local_rank=1, n_local=2, n_sharing=2, is_restart=True)
    assert place_in_environment() == wanted
    environment.delenv("WORLD_SIZE")
    assert place_in_environment() == Place()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("RANK", None, "the environment has WORLD_SIZE, but no RANK: start with torchrun"),
        ("MASTER_PORT", "", "the environment has WORLD_SIZE, but no MASTER_PORT"),
        ("LOCAL_RANK", "one", "LOCAL_RANK must be a number, not 'one'"),
        ("RANK", "4", "RANK=4 of WORLD_SIZE=4 and LOCAL_RANK=1 of LOCAL_WORLD_SIZE=2, which no"),
        ("LOCAL_WORLD_SIZE", "9", "LOCAL_WORLD_SIZE=9, which no torchrun sets"),
    ],
)
def test_a_broken_environment(
    environment: pytest.MonkeyPatch, name: str, value: str | None, said: str
) -> None:
    if value is None:
        environment.delenv(name)
    else:
        environment.setenv(name, value)
    with pytest.raises(UsageError, match=said):
        place_in_environment()


def test_each_process_takes_its_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[int] = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: chosen[-1])
    both = {"count": 2, "n_local": 2}
    assert local_device("auto", Place(local_rank=1, **both)) == torch.device("cuda", 1)
    assert local_device("cpu", Place(local_rank=1, **both)) == torch.device("cpu")
    assert local_device("cuda:1", Place()) == torch.device("cuda", 1)
    with pytest.raises(UsageError, match="--device cuda:1 is one GPU, and each process uses"):
        local_device("cuda:1", Place(**both))
    with pytest.raises(DependencyError, match="3 processes need a GPU each, but this machine has"):
        local_device("cuda", Place(local_rank=2, count=3, n_local=3))
