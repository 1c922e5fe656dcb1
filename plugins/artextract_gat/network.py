"""The network of the gat backbone."""

from itertools import pairwise

from torch import Tensor, nn

from artextract_cli import GATConv, MessageGraph, NodeNorm, UsageError
from artextract_gat import GATOptions


class GAT(nn.Module):
    """Layers of graph attention, each followed by normalisation and LeakyReLU (0.01).

    The first layer is ``hidden`` wide, the others ``out_size``; a single layer is ``out_size``. The
    heads of a layer share its width and are concatenated, so the width, and nearly the number of
    parameters, does not depend on how many there are. Raises :class:`UsageError` where they cannot
    share evenly.
    """

    def __init__(self, in_size: int, options: GATOptions) -> None:
        super().__init__()
        self.out_size = options.out_size
        hidden = [options.hidden] if options.layers > 1 else []
        sizes = [in_size, *hidden, *[options.out_size] * (options.layers - len(hidden))]
        self.attentions = nn.ModuleList(
            GATConv(
                before,
                _head_size(after, options.heads),
                options.heads,
                feat_drop=options.dropout,
                attn_drop=options.dropout,
                residual=options.residual,
            )
            for before, after in pairwise(sizes)
        )
        self.norms = nn.ModuleList(NodeNorm(options.norm, size) for size in sizes[1:])
        self.activation = nn.LeakyReLU(0.01)

    def forward(self, graph: MessageGraph, x: Tensor) -> Tensor:
        """Embed ``x`` (N, V, in_size) as (N, V, out_size)."""
        return self.embed_with_attention(graph, x)[0]

    def embed_with_attention(self, graph: MessageGraph, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Embed ``x``, and return the attention (E, V, heads) of each layer too."""
        weights = []
        for attention, norm in zip(self.attentions, self.norms, strict=True):
            out, weight = attention(graph, x, get_attention=True)
            weights.append(weight)
            # (N, V, heads, size) to (N, V, heads · size): heads side by side.
            x = self.activation(norm(out.flatten(2)))
        return x, weights


def _head_size(width: int, heads: int) -> int:
    if width % heads:
        msg = f"heads={heads} cannot share a layer of width {width}: choose a divisor of it"
        raise UsageError(msg)
    return width // heads
