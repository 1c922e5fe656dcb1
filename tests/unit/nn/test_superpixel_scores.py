"""Scores of superpixels: what scorers are given, and what they must return."""

from typing import Any

import numpy as np
import pytest
import torch

from artextract_cli.nn.siamese import check_scores
from artextract_cli.nn.superpixel_scores import EmbeddedScene
from tests.helpers.networks import NETWORK, batch_of, scene


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (torch.zeros(3), r"returned \(3,\), not scores of shape \(3, 1\)"),
        (torch.zeros(3, 2), r"returned \(3, 2\), not scores of shape \(3, 1\)"),
        (np.zeros((3, 1)), "returned ndarray, not scores"),
        (torch.full((3, 1), torch.nan), "scores that are not finite"),
    ],
)
def test_what_are_no_scores_is_refused(answer: Any, said: str) -> None:
    batch = batch_of(scene([torch.randn(3, 2, 2)]))
    seen = EmbeddedScene(network=NETWORK, batch=batch, z=batch.x)
    with pytest.raises((TypeError, ValueError), match=said):
        check_scores(seen, answer)
