"""Graph layers for many views on one topology.

The layers use DGL's parameter names, so their weights load into ``dgl.nn`` and back. Each gives the
same numbers on three engines: ``numba`` (compiled loops, on the CPU alone), ``dgl`` (DGL's
kernels) and ``torch`` (plain torch).
"""

import torch
from torch import Tensor, nn

from artextract_cli.nn.dropout import Dropout
from artextract_cli.nn.engines.selection import KERNELS
from artextract_cli.nn.precision import in_float32
from artextract_cli.nn.products import linear
from artextract_cli.plugin.protocols import MessageGraph


class GraphConv(nn.Module):
    """Graph convolution with symmetric normalisation (Kipf & Welling 2017).

    Node i becomes the sum over its neighbours j, itself among them, of W x_j / √(d_i d_j), plus a
    bias, where d counts incoming edges. Weights are named as in ``dgl.nn.pytorch.GraphConv`` with
    ``norm="both"``: ``weight`` (in, out) and ``bias`` (out,).

    Parameters
    ----------
    in_size
        Number of features of a node.
    out_size
        Number of features of its embedding.
    bias
        Whether to add a bias.
    """

    def __init__(self, in_size: int, out_size: int, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_size, out_size))
        self.bias = nn.Parameter(torch.empty(out_size)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weight as Glorot & Bengio (2010) do; the bias starts at zero."""
        nn.init.xavier_uniform_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def forward(self, graph: MessageGraph, x: Tensor) -> Tensor:
        """Convolve the features of all views.

        Parameters
        ----------
        graph
            N nodes and E edges.
        x
            (N, V, in).

        Returns
        -------
        Tensor
            (N, V, out).
        """
        in_size, out_size = self.weight.shape
        if in_size <= out_size:  # edges are many: pass messages where the features are few
            x = _neighbour_mean(graph, x) @ self.weight
        else:
            x = _neighbour_mean(graph, x @ self.weight)
        return x if self.bias is None else x + self.bias


@in_float32
def _neighbour_mean(graph: MessageGraph, x: Tensor) -> Tensor:
    """Sum ``x`` (N, V, F) over neighbours, divided at each end by the root of its degree."""
    # Degrees count the self-loop, so that none is zero.
    scale = graph.crow.diff().to(x.dtype).rsqrt()
    return KERNELS[graph.engine].neighbour_mean(graph, x.flatten(1), scale).view_as(x)


class GATConv(nn.Module):
    """Graph attention (Veličković et al. 2018).

    Per head, node i becomes the sum over its neighbours j, itself among them, of a_ij W x_j, where
    a_ij is the softmax over j of LeakyReLU(attn_l · W x_j + attn_r · W x_i). Weights are named as
    in ``dgl.nn.pytorch.GATConv``: ``fc.weight`` (heads·out, in), ``attn_l`` and ``attn_r`` (1,
    heads, out), ``bias`` (heads·out,).

    Parameters
    ----------
    in_size
        Number of features of a node.
    out_size
        Number of features of its embedding, per head.
    heads
        Number of heads.
    feat_drop, attn_drop
        Shares of features and of attention to drop in training.
    negative_slope
        Slope of LeakyReLU below 0.
    residual
        Whether to add the input, through ``res_fc`` if its size differs; the bias is then
        ``res_fc.bias``.
    """

    def __init__(
        self,
        in_size: int,
        out_size: int,
        heads: int,
        feat_drop: float = 0.0,
        attn_drop: float = 0.0,
        negative_slope: float = 0.2,
        residual: bool = False,
    ) -> None:
        super().__init__()
        self.heads, self.out_size = heads, out_size
        self.negative_slope = negative_slope
        self.feat_drop, self.attn_drop = Dropout(feat_drop), Dropout(attn_drop)
        self.fc = nn.Linear(in_size, heads * out_size, bias=False)
        self.attn_l = nn.Parameter(torch.empty(1, heads, out_size))
        self.attn_r = nn.Parameter(torch.empty(1, heads, out_size))
        needs_projection = residual and in_size != heads * out_size
        self.res_fc: nn.Module | None = None
        if residual:
            self.res_fc = (
                nn.Linear(in_size, heads * out_size) if needs_projection else nn.Identity()
            )
        # With a projection its bias serves: `dgl.nn` has no second one either.
        self.bias = None if needs_projection else nn.Parameter(torch.empty(heads * out_size))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights as Glorot & Bengio (2010) do; biases start at zero."""
        # Gain and distribution as in ``dgl.nn``, so that networks of both start alike.
        gain = nn.init.calculate_gain("relu")
        for weight in (self.fc.weight, self.attn_l, self.attn_r):
            nn.init.xavier_normal_(weight, gain=gain)
        if isinstance(self.res_fc, nn.Linear):
            nn.init.xavier_normal_(self.res_fc.weight, gain=gain)
            nn.init.zeros_(self.res_fc.bias)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def forward(
        self, graph: MessageGraph, x: Tensor, get_attention: bool = False
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Attend over ``x`` (N, V, in): (N, V, heads, out).

        With ``get_attention``, also return the attention (E, V, heads) before dropout, which sums
        to one over the edges into a node.
        """
        out, attention = self._attend(graph, x)
        return (out, attention) if get_attention else out

    def _attend(self, graph: MessageGraph, x: Tensor) -> tuple[Tensor, Tensor]:
        kernels = KERNELS[graph.engine]
        x = self.feat_drop(x)
        is_narrow = x.shape[-1] < self.out_size
        if is_narrow:  # edges are many: pass messages where the features are few
            # attn · (W x) = (attn W) · x: scores need no projected features either.
            scores = self._scores(x, self.fc.weight)
            message = x.unsqueeze(2)
        else:
            projected = linear(x, self.fc.weight)
            scores = self._scores(projected)
            message = projected.view(*x.shape[:2], self.heads, self.out_size)
        left, right = scores.chunk(2, dim=-1)
        attention = in_float32(kernels.edge_softmax)(graph, left, right, self.negative_slope)
        out = in_float32(kernels.weighted_sum)(graph, message, self._drop(attention))
        if is_narrow:
            out = self._projected(out)
        return self._add_residual(out, x), attention

    def _projected(self, mean: Tensor) -> Tensor:
        """Project each head's mean input (N, V, heads, in): (N, V, heads, out)."""
        if self.heads == 1:
            return linear(mean, self.fc.weight)
        weight = self.fc.weight.view(self.heads, self.out_size, -1)
        return torch.einsum("nvhf,hdf->nvhd", mean, weight)

    @in_float32
    def _scores(self, x: Tensor, projection: Tensor | None = None) -> Tensor:
        """Scores (N, V, 2·heads), as source and as target, of ``x`` or of its ``projection``."""
        weight = self._score_weight()
        # As (out, in): torch takes ten times as long for the gradient of a weight (in, few).
        return linear(x, weight if projection is None else weight @ projection)

    def _score_weight(self) -> Tensor:
        """Weight (2·heads, heads·out), of ``attn_l`` and ``attn_r``: projected features to scores.

        Each head uses its own features only: the blocks off the diagonal are zero.
        """
        attn = torch.cat([self.attn_l, self.attn_r])
        own = torch.eye(self.heads, dtype=attn.dtype, device=attn.device)
        return torch.einsum("khd,hg->kghd", attn, own).reshape(2 * self.heads, -1)

    def _drop(self, attention: Tensor) -> Tensor:
        """Drop attention (E, V, heads); the same random numbers serve every engine."""
        # In the order in which the torch engine returns it; all engines then draw the same mask.
        dropped: Tensor = self.attn_drop(attention.permute(1, 2, 0))
        return dropped.permute(2, 0, 1)

    def _add_residual(self, out: Tensor, x: Tensor) -> Tensor:
        """Add residual and bias to ``out`` (N, V, heads, out)."""
        if self.res_fc is not None:
            out = out + self.res_fc(x).view(out.shape)
        return out if self.bias is None else out + self.bias.view(self.heads, -1)
