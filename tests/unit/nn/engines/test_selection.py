"""Which engine is chosen, and why another is not."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from artextract_cli.errors import DependencyError, UsageError
from artextract_cli.nn.engines.selection import resolve_engine
from tests.helpers.graphs import random_batch
from tests.helpers.layers import assert_near, every_layer, in_size, made, needs_dgl, run

CPU = torch.device("cpu")


@every_layer
@pytest.mark.parametrize("n_views", [1, 3, 9])
def test_auto_agrees_with_the_engines_it_chooses_from(
    layer: Callable[[], nn.Module], n_views: int
) -> None:
    module, auto = made(layer), resolve_engine("auto", CPU).name
    x = torch.randn(60, n_views, in_size(module))
    wanted = run(module, random_batch(40, 20, engine="torch"), x)
    assert_near(run(module, random_batch(40, 20, engine=auto), x), wanted)


def test_the_engine_and_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve_engine("torch", CPU).reason == "requested"
    with pytest.raises(UsageError, match="no engine 'jax': choose one of auto, numba, dgl, torch"):
        resolve_engine("jax", CPU)
    monkeypatch.setenv("ARTEXTRACT_HIDE_DGL", "1")
    assert resolve_engine("auto", CPU).name == "numba/torch"
    with pytest.raises(DependencyError, match=r"pip install .*, or use --engine auto"):
        resolve_engine("dgl", CPU)
    with pytest.raises(UsageError, match="no engine 'numba/torch'"):
        resolve_engine("numba/torch", CPU)


def test_a_gpu_takes_plain_torch() -> None:
    gpu = torch.device("cuda", 0)
    assert resolve_engine("auto", gpu).name == resolve_engine("torch", gpu).name == "torch"
    with pytest.raises(DependencyError, match="it works on the CPU only"):
        resolve_engine("numba", gpu)


@needs_dgl
def test_dgl_is_taken_when_asked_for() -> None:
    assert resolve_engine("dgl", CPU).name == "dgl"
    assert "measured" in resolve_engine("auto", CPU).reason
    with pytest.raises(DependencyError, match="does not support mps devices"):
        resolve_engine("dgl", torch.device("mps"))
