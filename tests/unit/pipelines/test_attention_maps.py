"""Attention, pooled over the edges of a superpixel."""

import pytest
import torch

from artextract_cli.pipelines.attention_maps import pooled_numbers


def test_pooled_numbers_by_hand() -> None:
    pooled = torch.tensor([[3.0, 4.0], [0.0, 4.0], [6.0, 8.0]])
    distances, similarities = pooled_numbers(pooled, ["850", "950"])
    assert distances == pytest.approx({"850": 3, "950": 5, "fused": 4})
    assert similarities == pytest.approx({"850": 0.8, "950": 1, "fused": 0.9})
