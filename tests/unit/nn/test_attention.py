import pytest
import torch

from artextract_cli.nn.attention import grad_cam, masking_effect, outgoing_attention, pair_distance
from artextract_cli.nn.siamese import SiameseNetwork
from tests.helpers.networks import Identity, batch_of, scene


def path_attention() -> torch.Tensor:
    """Weights on the path 0-1-2 with self-loops, edges sorted by target then source.

    Edges (target, source): 00 01 | 10 11 12 | 21 22.
    """
    return torch.tensor([0.5, 0.5, 0.2, 0.6, 0.2, 0.9, 0.1])[:, None, None]


def test_given_attention_of_one_layer_by_hand() -> None:
    batch = batch_of(scene([torch.zeros(3, 1, 2)]))
    given = outgoing_attention(batch.graph, [path_attention()])
    assert given[:, 0].tolist() == pytest.approx([0.7, 2.0, 0.3])


def test_given_attention_rolls_out_over_layers() -> None:
    batch = batch_of(scene([torch.zeros(3, 1, 2)]))
    dense = torch.tensor([[0.5, 0.5, 0], [0.2, 0.6, 0.2], [0, 0.9, 0.1]])
    given = outgoing_attention(batch.graph, [path_attention()] * 3)
    assert given[:, 0].tolist() == pytest.approx((torch.ones(3) @ dense @ dense @ dense).tolist())
    assert given.sum() == pytest.approx(3)


def test_heads_are_averaged_and_views_stay_apart() -> None:
    batch = batch_of(scene([torch.zeros(3, 1, 2)]))
    own = path_attention()
    even = torch.tensor([0.5, 0.5, 1 / 3, 1 / 3, 1 / 3, 0.5, 0.5])[:, None, None]
    both_heads = torch.cat([own, even], dim=2)
    two_views = torch.cat([both_heads, own.expand(-1, 1, 2)], dim=1)
    given = outgoing_attention(batch.graph, [two_views])
    alone = outgoing_attention(batch.graph, [own]), outgoing_attention(batch.graph, [even])
    assert torch.allclose(given[:, :1], (alone[0] + alone[1]) / 2)
    assert torch.allclose(given[:, 1:], alone[0])


NETWORK = SiameseNetwork(Identity(), "mean")


def test_grad_cam_explains_the_distance_and_not_one_branch() -> None:
    """The photograph lies 3 from the band along the first axis; only node 2 makes it so."""
    x = torch.zeros(3, 2, 2)
    x[2, 1, 0], x[2, 0, 1] = 9, 0
    batch = batch_of(scene([x]))
    cam = grad_cam(NETWORK, batch, NETWORK(batch))
    assert cam[:2].max() == 0
    assert cam[2, 0] == 0
    assert cam[2, 1] > 0


def test_masking_changes_the_distance_by_what_the_nodes_carry() -> None:
    x = torch.zeros(3, 2, 2)
    x[2, 1, 0] = 9
    batch = batch_of(scene([x]))
    assert pair_distance(NETWORK, batch, x) == pytest.approx(3)
    generator = torch.Generator().manual_seed(0)
    telling, random = masking_effect(NETWORK, batch, x, torch.tensor([0.0, 0.1, 0.9]), generator)
    # The masked node gets the mean, 3: the pooled distance falls from 3 to 1.
    assert telling == pytest.approx(2)
    assert random < telling
