"""Products of features and weights."""

import torch
from torch import Tensor
from torch.nn import functional


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``x`` (..., in) times ``weight`` (out, in), plus ``bias`` (out,): `functional.linear`.

    Without gradients, on the CPU, oneDNN multiplies, which torch uses for compiled models only. On
    AMD processors with AVX-512 it takes half the time of MKL, which uses no AVX-512 there.
    """
    plain = x.device.type == "cpu" and x.dtype == torch.float32
    if not (_ONE_DNN and plain) or torch.is_grad_enabled() or torch.is_autocast_enabled("cpu"):
        return functional.linear(x, weight, bias)
    product: Tensor = torch.ops.mkldnn._linear_pointwise(
        x.contiguous(), weight.contiguous(), bias, "none", [], ""
    )
    return product


# Builds of torch for some processors have no oneDNN.
_ONE_DNN = torch.backends.mkldnn.is_available() and hasattr(  # type: ignore[no-untyped-call]
    torch.ops.mkldnn, "_linear_pointwise"
)
