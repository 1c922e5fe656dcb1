"""The gradient of a batch, from micro-batches that several processes may compute."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from artextract_cli.pipelines.batches import MicroBatch
from artextract_cli.pipelines.settings import TrainingSettings
from artextract_cli.training.ranks import Ranks


class BatchGradient:
    """Computes the gradient of one batch after the other.

    The gradient of a batch is the sum of those of its micro-batches, each weighted by its share of
    the scenes, added in their order. Every process receives the terms of all and adds them itself,
    instead of `all_reduce`, whose order depends on the number of processes: so the sum has the same
    bits for any number of processes, one included. Buffers, such as the running means of batch
    normalisation, change by the same weighted mean of their changes.

    Random numbers of the network, such as those of dropout, follow from (seed, epoch, number of
    the micro-batch). With one micro-batch per batch there is none of this: random numbers come from
    the generator as it is, and parameters that are not used have no gradient instead of zero.
    """

    def __init__(self, network: nn.Module, ranks: Ranks, settings: TrainingSettings) -> None:
        self.ranks, self.seed = ranks, settings.seed
        self.is_whole = (settings.micro_batches or 1) == 1
        self.parameters = [p for p in network.parameters() if p.requires_grad]
        self.buffers = list(network.buffers())

    def epoch(
        self, parts: Sequence[MicroBatch], losses: Iterator[tuple[Tensor, int]], epoch: int
    ) -> Iterator[tuple[Sequence[MicroBatch], Tensor]]:
        """Set the gradient of each batch, and yield its micro-batches and their losses (K,).

        ``losses`` are those of the micro-batches of this process.
        """
        first = 0
        for end in (i + 1 for i, part in enumerate(parts) if part.ends_batch):
            batch = parts[first:end]
            for parameter in self.parameters:
                parameter.grad = None
            if self.is_whole:
                self.ranks.agree()
                loss, _ = next(losses)
                loss.backward()  # type: ignore[no-untyped-call]
                yield batch, loss.detach()[None]
            else:
                yield batch, self._of_batch(batch, losses, [self.seed, epoch, first])
            first = end
        next(losses, None)  # lets it end what prepares its scenes

    def _of_batch(
        self, batch: Sequence[MicroBatch], losses: Iterator[tuple[Tensor, int]], seeds: list[int]
    ) -> Tensor:
        before = [buffer.clone() for buffer in self.buffers]
        rows = []
        for i, part in enumerate(batch):
            if part.is_own:
                torch.manual_seed(int(np.random.SeedSequence([*seeds, i]).generate_state(1)[0]))
                loss, _ = next(losses)
                loss.backward()  # type: ignore[no-untyped-call]
                rows.append(self._taken(loss, before))
        width = 1 + sum(tensor.numel() for tensor in (*self.parameters, *self.buffers))
        own = torch.stack(rows) if rows else self.parameters[0].new_zeros(0, width)
        gathered = self.ranks.gathered(own, len(batch))
        self._set(gathered, [part.weight for part in batch], before)
        return gathered[:, 0]

    @torch.no_grad()
    def _taken(self, loss: Tensor, before: Sequence[Tensor]) -> Tensor:
        """Loss, gradients and changes of buffers in a row (W,), which leaves none of them."""
        row = [loss.detach().reshape(1)]
        for parameter in self.parameters:
            gradient = parameter.grad
            row.append((torch.zeros_like(parameter) if gradient is None else gradient).flatten())
            parameter.grad = None
        for buffer, old in zip(self.buffers, before, strict=True):
            row.append((buffer - old).flatten().float())
            buffer.copy_(old)
        return torch.cat(row)

    @torch.no_grad()
    def _set(self, rows: Tensor, weights: Sequence[float], before: Sequence[Tensor]) -> None:
        total = rows[0] * weights[0]
        for row, weight in zip(rows[1:], weights[1:], strict=True):
            total += row * weight
        at = 1
        for parameter in self.parameters:
            parameter.grad = total[at : at + parameter.numel()].view_as(parameter)
            at += parameter.numel()
        for buffer, old in zip(self.buffers, before, strict=True):
            # Whole numbers, such as a count of batches, change alike in all.
            change = (total if buffer.is_floating_point() else rows[0])[at : at + buffer.numel()]
            buffer.copy_(old + change.view_as(buffer).to(buffer.dtype))
            at += buffer.numel()
