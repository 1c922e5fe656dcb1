"""The gradient of a batch is the weighted sum of those of its micro-batches."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from artextract_cli.pipelines.batches import MicroBatch, Share
from artextract_cli.pipelines.settings import TrainingSettings
from artextract_cli.training.gradients import BatchGradient
from artextract_cli.training.place import Place
from artextract_cli.training.ranks import Ranks

DATA = torch.tensor([[1.0, 2.0], [3.0, -1.0], [0.5, 4.0], [2.0, 2.0]])


class Net(nn.Module):
    """A weight, one that nothing uses, and a normalisation with running means."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([1.0, -1.0]))
        self.unused = nn.Parameter(torch.ones(3))
        self.norm = nn.BatchNorm1d(2)


def losses(network: Net, parts: list[MicroBatch]) -> Iterator[tuple[Tensor, int]]:
    for part in parts:
        rows = DATA[part.start : part.stop]
        network.norm(rows)
        noise = 1 + torch.rand(1)
        yield ((rows @ network.weight) ** 2).mean() * noise, part.n_scenes


def steps(n_micro_batches: int) -> tuple[Net, list[Tensor], list[Tensor]]:
    """The network, the losses and the gradients of an epoch of one batch."""
    torch.manual_seed(0)
    network = Net()
    settings = TrainingSettings(micro_batches=n_micro_batches, backbone="gcn")
    gradient = BatchGradient(network, Ranks(Place()), settings)
    parts = Share(n_micro_batches=n_micro_batches).micro_batches(4, 4)
    found, gradients = [], []
    for _, of_batch in gradient.epoch(parts, losses(network, parts), 1):
        found.append(of_batch)
        gradients.append(network.weight.grad.clone())
    return network, found, gradients


def test_the_sum_by_hand() -> None:
    network, ((first, second),), (gradient,) = steps(2)
    by_hand = torch.zeros(2)
    for loss, rows in ((first, DATA[:2]), (second, DATA[2:])):
        value = rows @ torch.tensor([1.0, -1.0])
        noise = loss / value.square().mean()
        by_hand += noise * (2 * value[:, None] * rows).mean(0) / 2
    torch.testing.assert_close(gradient, by_hand)
    assert torch.equal(network.unused.grad, torch.zeros(3))
    # Running means go a tenth of the way to those of both parts; a step is counted once.
    torch.testing.assert_close(network.norm.running_mean, 0.1 * DATA.mean(0))
    assert network.norm.num_batches_tracked == 1


def test_random_numbers_follow_from_the_micro_batch() -> None:
    assert torch.equal(steps(2)[1][0], steps(2)[1][0])
    torch.manual_seed(0)
    drawn = torch.rand(1)
    _, ((loss,),), _ = steps(1)
    # A whole batch draws from the generator as it is.
    assert loss.item() == pytest.approx(
        float((DATA @ torch.tensor([1.0, -1.0])).square().mean() * (1 + drawn))
    )


def test_a_whole_batch_leaves_unused_weights_without_a_gradient() -> None:
    assert steps(1)[0].unused.grad is None
