import dataclasses

import pytest
import torch

from artextract_cli.nn.collate import SceneTensors
from artextract_cli.nn.siamese import (
    EmbeddedBatch,
    SiameseNetwork,
    check_loss,
    contrastive_loss,
    distance,
)
from tests.helpers.networks import NETWORK, Identity, batch_of, scene


def test_distances_under_autocast_are_float32() -> None:
    a, b = torch.randn(2, 50, 8).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        made = distance(a, b)
    assert torch.equal(made, distance(a.float(), b.float()))


def test_contrastive_loss_by_hand() -> None:
    loss = contrastive_loss(torch.tensor([0.0, 1.0]), torch.tensor([0.5, 3.0]), margin=1.0)
    assert loss == pytest.approx(0.5 + 0.125)


def test_distance_has_a_finite_gradient_at_zero() -> None:
    a = torch.zeros(2, 3, requires_grad=True)
    distance(a, torch.zeros(2, 3)).sum().backward()
    assert torch.equal(a.grad, torch.zeros(2, 3))


@pytest.mark.parametrize(
    ("answer", "said"),
    [(0.5, "returned float"), (torch.zeros(2), r"returned \(2,\), not a loss"), (None, "NoneType")],
)
def test_what_is_no_loss_is_refused(answer: object, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        check_loss(embedded(scene([torch.zeros(3, 2, 2)])), answer)


def test_a_loss_may_have_dimensions_of_one() -> None:
    made = embedded(scene([torch.ones(3, 2, 2)])).loss(lambda scenes: scenes.z.sum()[None])
    assert made.shape == ()
    assert made == 12


def test_objectives_see_float32_whatever_the_precision() -> None:
    batch = embedded(scene([torch.zeros(3, 2, 2)]))
    half = torch.zeros(4).bfloat16()
    low = dataclasses.replace(batch, z=batch.z.bfloat16(), pixel_scores=half, pixel_signs=half)
    seen = []
    with torch.autocast("cpu", torch.bfloat16):
        low.loss(lambda scenes: seen.append(scenes) or scenes.z.sum())
    assert seen[0].z.dtype == seen[0].pixel_scores.dtype == seen[0].pooled.dtype == torch.float32
    assert seen[0].pixel_signs.dtype == torch.float32


def test_an_objective_knows_which_scene_a_node_is_of() -> None:
    made = embedded(scene([torch.zeros(3, 2, 2)]), scene([torch.zeros(3, 2, 2)]))
    assert made.scene.tolist() == [0, 0, 0, 1, 1, 1]
    assert made.pooled.shape == (2, 2, 2)
    assert (made.n_anchors, made.inside.all()) == (2, True)


def embedded(*scenes: SceneTensors) -> EmbeddedBatch:
    batch = batch_of(*scenes)
    return EmbeddedBatch(network=NETWORK, batch=batch, z=batch.x, generator=torch.Generator())


class Attentive(Identity):
    """Returns its input, or a part of it, and fixed attention."""

    width = 2

    def embed_with_attention(
        self, graph: object, x: torch.Tensor
    ) -> tuple[torch.Tensor, list[torch.Tensor]]:
        return x[..., : self.width], [torch.full((7, x.shape[1], 1), 0.5)]


def test_embeddings_come_with_the_attention_of_the_same_pass() -> None:
    batch = batch_of(scene([torch.randn(3, 2, 2)]))
    network = SiameseNetwork(Attentive(), "max")
    z, weights = network.attended(batch)
    assert torch.equal(z, network(batch))
    assert weights is not None
    assert weights[0].shape == (7, 2, 1)


def test_a_backbone_without_attention_only_embeds() -> None:
    batch = batch_of(scene([torch.randn(3, 2, 2)]))
    z, weights = NETWORK.attended(batch)
    assert torch.equal(z, NETWORK(batch))
    assert weights is None


def test_embeddings_of_a_wrong_size_are_refused_with_attention_too() -> None:
    backbone = Attentive()
    backbone.width = 1
    with pytest.raises(TypeError, match=r"it returned \(3, 2, 1\), not embeddings"):
        SiameseNetwork(backbone, "max").attended(batch_of(scene([torch.randn(3, 2, 2)])))
