import pytest
import torch

from artextract_cli.errors import DependencyError, UsageError
from artextract_cli.utils.device import describe_devices, resolve_device
from tests.helpers.machines import without_gpu

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no NVIDIA GPU here")


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    without_gpu(monkeypatch)


def test_cpu_is_always_there() -> None:
    assert resolve_device("cpu") == torch.device("cpu")


@pytest.mark.usefixtures("no_gpu")
def test_auto_is_the_cpu_where_there_is_no_gpu() -> None:
    assert resolve_device("auto") == torch.device("cpu")


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize(
    ("built_for", "advice"), [(None, "install a CUDA build"), ("13.0", "check the driver")]
)
def test_cuda_that_is_missing_is_an_error_with_advice(
    monkeypatch: pytest.MonkeyPatch, built_for: str | None, advice: str
) -> None:
    monkeypatch.setattr(torch.version, "cuda", built_for)
    with pytest.raises(DependencyError, match=f"{advice}.*--device cpu"):
        resolve_device("cuda")


def test_one_of_several_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert resolve_device("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(DependencyError, match="there is no device cuda:2: choose from cuda:0 to"):
        resolve_device("cuda:2")


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown device 'tpu': choose from auto, cpu, cuda"):
        resolve_device("tpu")


@pytest.mark.usefixtures("no_gpu")
def test_devices_without_a_gpu_say_why() -> None:
    cpu, cuda = describe_devices()
    assert (cpu.name, cpu.available) == ("cpu", True)
    assert cpu.summary == f"{torch.get_num_threads()} threads"
    assert (cuda.name, cuda.available) == ("cuda", False)
    assert "PyTorch" in cuda.summary


@pytest.mark.cuda
@needs_cuda
def test_auto_is_the_gpu() -> None:
    assert resolve_device("auto") == resolve_device("cuda") == torch.device("cuda", 0)
    assert describe_devices()[1].name == "cuda:0"
