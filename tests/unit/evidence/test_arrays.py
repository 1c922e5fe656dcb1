import inspect

import pytest
import torch

from artextract_cli.evidence.arrays import COMPILED, Arrays, arrays_on
from artextract_cli.evidence.tensor_arrays import TensorArrays


def test_compiled_filters_serve_the_cpu_and_torch_a_gpu() -> None:
    assert arrays_on(torch.device("cpu")) is COMPILED
    on_gpu = arrays_on(torch.device("cuda", 1))
    assert isinstance(on_gpu, TensorArrays)
    assert on_gpu.device == torch.device("cuda", 1)


@pytest.mark.parametrize("name", [name for name in vars(Arrays) if not name.startswith("_")])
def test_both_take_the_same_arguments(name: str) -> None:
    compiled, tensors = (
        [(each.kind, each.default) for each in inspect.signature(function).parameters.values()]
        for function in (getattr(Arrays, name), getattr(TensorArrays, name))
    )
    assert compiled == tensors
