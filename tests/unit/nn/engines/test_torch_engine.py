"""Message passing in plain PyTorch."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from artextract_cli.nn.engines import torch_engine
from tests.helpers.graphs import random_batch
from tests.helpers.layers import assert_near, every_layer, in_size, made, run


@every_layer
def test_devices_without_segment_kernels_agree(
    layer: Callable[[], nn.Module], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, graph = made(layer), random_batch(40, 20)
    x = torch.randn(60, 2, in_size(module))
    wanted = run(module, graph, x)
    monkeypatch.setattr(torch_engine, "SEGMENT_DEVICES", ())
    monkeypatch.setattr(torch_engine, "SAMPLED_DEVICES", ())
    assert_near(run(module, graph, x), wanted)
