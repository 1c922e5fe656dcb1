"""Normalisation of node features."""

from typing import cast

from torch import Tensor, nn
from torch.nn import functional

from artextract_cli.errors import UsageError
from artextract_cli.nn.precision import in_float32

NORMS = ("batch", "layer", "none")


class NodeNorm(nn.Module):
    """Normalisation of node features.

    Parameters
    ----------
    kind
        "batch" (over nodes and views), "layer" or "none".
    size
        Number of features F.
    """

    def __init__(self, kind: str, size: int) -> None:
        super().__init__()
        if kind not in NORMS:
            msg = f"there is no norm {kind!r}: choose one of {', '.join(NORMS)}"
            raise UsageError(msg)
        self.norm: nn.Module = {
            "batch": nn.BatchNorm1d,
            "layer": nn.LayerNorm,
            "none": nn.Identity,
        }[kind](size)

    @in_float32
    def forward(self, x: Tensor) -> Tensor:
        """Normalise node features.

        A single row has no standard deviation: "batch" then uses its running statistics.

        Parameters
        ----------
        x
            (N, V, F).

        Returns
        -------
        Tensor
            (N, V, F).
        """
        # (N · V, F). In "batch", nodes of all views share one mean and deviation, as they share the
        # backbone: separate ones would remove the very difference between photograph and bands.
        rows = x.flatten(0, 1)
        # Not `len`, which would fix the number of nodes in an exported program.
        if isinstance(self.norm, nn.BatchNorm1d) and rows.shape[0] == 1:
            norm = self.norm
            mean, var = norm.running_mean, norm.running_var
            return functional.batch_norm(
                rows, mean, var, norm.weight, norm.bias, eps=norm.eps
            ).view_as(x)
        return cast(Tensor, self.norm(rows)).view_as(x)
