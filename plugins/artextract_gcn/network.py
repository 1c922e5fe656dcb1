"""The network of the gcn backbone."""

from itertools import pairwise

from torch import Tensor, nn

from artextract_cli import GraphConv, MessageGraph, NodeNorm
from artextract_gcn import GCNOptions


class GCN(nn.Module):
    """Blocks of dropout, graph convolution, normalisation and LeakyReLU (0.01).

    The first block is ``hidden`` wide, the others ``out_size``; a single block is ``out_size``.
    """

    def __init__(self, in_size: int, options: GCNOptions) -> None:
        super().__init__()
        self.out_size = options.out_size
        hidden = [options.hidden] if options.layers > 1 else []
        sizes = [in_size, *hidden, *[options.out_size] * (options.layers - len(hidden))]
        self.convolutions = nn.ModuleList(
            GraphConv(before, after) for before, after in pairwise(sizes)
        )
        self.norms = nn.ModuleList(NodeNorm(options.norm, size) for size in sizes[1:])
        self.dropout = nn.Dropout(options.dropout)
        # Torch's default slope; with zero, a feature that is negative everywhere would no longer
        # learn.
        self.activation = nn.LeakyReLU(0.01)

    def forward(self, graph: MessageGraph, x: Tensor) -> Tensor:
        """Embed ``x`` (N, V, in_size) as (N, V, out_size)."""
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = self.activation(norm(convolution(graph, self.dropout(x))))
        return x
