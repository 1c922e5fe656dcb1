import pytest
import torch

from artextract_cli import contrastive_loss
from artextract_cli.nn.collate import SceneTensors
from artextract_cli.nn.siamese import EmbeddedBatch
from artextract_contrastive import ContrastiveOptions, artextract_objectives, uninformative_loss
from tests.helpers.networks import NETWORK, batch_of, constant, scene
from tests.helpers.scenes import comparison


def loss_of(name: str, *scenes: SceneTensors, n_anchors: int | None = None) -> torch.Tensor:
    """The loss of scenes whose features are their embeddings."""
    batch = batch_of(*scenes, n_anchors=n_anchors)
    generator = torch.Generator().manual_seed(0)
    made = EmbeddedBatch(network=NETWORK, batch=batch, z=batch.x, generator=generator)
    return made.loss(comparison(name).objective)


@pytest.mark.parametrize("name", ["graph-contrastive", "node-contrastive"])
def test_by_hand(name: str) -> None:
    """Photograph at 0, bands at distances 1 and 2 of their own and .5 and 3 of the other scene."""
    first = scene([constant((0, 0), (1, 0), (2, 0))])
    second = scene([constant((0, 0), (0.5, 0), (3, 0))])
    assert loss_of(name, first, second, n_anchors=1) == pytest.approx((1 + 4) / 2 + (0.25 + 0) / 2)


def test_both_scenes_count_where_both_are_anchors() -> None:
    first = scene([constant((0, 0), (1, 0))])
    second = scene([constant((0, 0), (0.5, 0))])
    loss = loss_of("graph-contrastive", first, second)
    assert loss == pytest.approx((1 + 0.25) / 2 + (0.25 + 0) / 2)


def test_nodes_off_the_painting_do_not_count() -> None:
    x = constant((0, 0), (1, 0))
    x[2, 1] = 100
    masked = scene([x])
    masked = SceneTensors(**{**vars(masked), "inside": (torch.tensor([True, True, False]),)})
    other = scene([constant((0, 0), (5, 0))])
    assert loss_of("node-contrastive", masked, other, n_anchors=1) == pytest.approx(1.0)


def test_equal_distances_score_no_less_than_the_floor() -> None:
    losses = [
        contrastive_loss(torch.tensor([d]), torch.tensor([d]), 1.0)
        for d in torch.linspace(0, 2, 201)
    ]
    assert min(losses) == pytest.approx(uninformative_loss(ContrastiveOptions(margin=1.0)))
    assert int(torch.tensor(losses).argmin()) == 50


def test_only_whole_pictures_can_be_segmented_apart() -> None:
    assert {o.name: o.compares_nodes for o in artextract_objectives()} == {
        "node-contrastive": True,
        "graph-contrastive": False,
    }
