"""Tensors of injected scenes."""

import numpy as np
import torch

from artextract_cli.pipelines.hidden_layers.samples import injected_scene
from artextract_cli.scenes.scene import CLEAN, HIDDEN, UNDECIDED
from tests.helpers.evidence_graphs import SHAPE, new_graph


def scene(truth: np.ndarray, mask: np.ndarray | None = None, seed: int = 0):
    is_light = np.zeros(truth.shape, np.bool_)
    return injected_scene("a", new_graph(), truth, is_light, mask, np.random.default_rng(seed))


def half() -> np.ndarray:
    """The left half hides something."""
    truth = np.full(SHAPE, CLEAN, np.uint8)
    truth[:, : SHAPE[1] // 2] = HIDDEN
    return truth


def test_superpixels_are_hidden_or_clean_by_their_pixels() -> None:
    found, labels = scene(half()).hidden, new_graph().labels
    for node in range(len(found)):
        share = (half() == HIDDEN)[labels == node].mean()
        if share == 1:
            assert found[node] == 1
        if share == 0:
            assert found[node] == 0


def test_pixels_that_are_undecided_are_not_drawn() -> None:
    truth = half()
    truth[:, -5:] = UNDECIDED
    labels = new_graph().labels
    drawn = scene(truth).pixels
    only_undecided = set(labels[:, -5:].ravel()) - set(labels[:, :-5].ravel())
    assert not set(drawn.node.tolist()) & only_undecided
    assert set(drawn.hidden.unique().tolist()) == {0, 1}


def test_what_is_not_painted_does_not_count() -> None:
    mask = np.zeros(SHAPE, np.bool_)
    mask[:, SHAPE[1] // 2 :] = True
    assert scene(half(), mask).pixels.hidden.sum() == 0
    assert not (scene(half(), mask).hidden == 1).any()


def test_the_seed_decides() -> None:
    one, same, other = (scene(half(), seed=seed).pixels.evidence for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert one.shape != other.shape or not torch.equal(one, other)
