"""Models, damaged and incomplete."""

import torch


class Narrow(torch.nn.Linear):
    """A backbone that promises another width than it has, or keeps no promise at all."""

    def __init__(self, out_size: int | None) -> None:
        super().__init__(3, 4)
        if out_size is not None:
            self.out_size = out_size

    def forward(self, graph: object, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x)
