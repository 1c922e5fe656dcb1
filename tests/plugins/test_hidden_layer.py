"""The loss of the objective hidden-layer, by hand."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from artextract_cli import contrastive_loss, distance
from artextract_hidden_layer import HiddenLayerOptions
from artextract_hidden_layer.loss import hidden_layer_loss

OPTIONS = HiddenLayerOptions()
SCORES = torch.tensor([[2.0, -1.0], [-1.0, 1.5], [-2.0, -3.0], [0.5, 0.0]])  # darker, lighter
HIDDEN = torch.tensor([1.0, 1.0, 0.0, 1.0])
LIGHT = torch.tensor([0.0, 1.0, 0.0, 1.0])


def scenes(**changes: Any) -> Any:
    """Three superpixels, hidden, clean and neither, and four pixels."""
    z = torch.tensor([[[0.0, 1.0], [2.0, 0.5]], [[1.0, 1.0], [1.2, 1.0]], [[3.0, 0.0], [0.0, 0.0]]])
    made: dict[str, Any] = {
        "z": z,
        "hidden": torch.tensor([1.0, 0.0, torch.nan]),
        "inside": torch.ones(3, dtype=torch.bool),
        "pixel_scores": SCORES.logsumexp(1),
        "pixel_hidden": HIDDEN,
        "pixel_signs": SCORES[:, 1] - SCORES[:, 0],
        "pixel_light": LIGHT,
    }
    return SimpleNamespace(**made | changes)


def of_superpixels() -> Tensor:
    d = distance(scenes().z[:, 0], scenes().z[:, 1])
    return contrastive_loss(d[1:2], d[:1], OPTIONS.margin)


def test_pixels_are_of_three_classes() -> None:
    """Clean, darker, lighter: the cross entropy of their softmax, clean paint at 0."""
    logits = torch.cat([torch.zeros(4, 1), SCORES], dim=1)
    classes = (HIDDEN * (1 + LIGHT)).long()
    expected = of_superpixels() + torch.nn.functional.cross_entropy(logits, classes)
    torch.testing.assert_close(hidden_layer_loss(scenes(), OPTIONS), expected)


def test_the_wrong_sign_costs_and_that_of_clean_pixels_does_not() -> None:
    right = hidden_layer_loss(scenes(), OPTIONS)
    turned = hidden_layer_loss(scenes(pixel_light=1 - LIGHT), OPTIONS)
    clean = LIGHT.clone()
    clean[2] = 1
    assert turned > right + 0.5
    assert hidden_layer_loss(scenes(pixel_light=clean), OPTIONS) == right


@pytest.mark.parametrize("missing", ["pixel_signs", "pixel_light"])
def test_without_signs_pixels_are_hidden_or_clean(missing: str) -> None:
    found = hidden_layer_loss(scenes(**{missing: None}), OPTIONS)
    p = torch.sigmoid(SCORES.logsumexp(1))
    right = torch.where(HIDDEN == 1, p, 1 - p)
    torch.testing.assert_close(found, of_superpixels() - right.log().mean())
