"""The choices that a network leaves to its user; apart from the network, which imports torch."""

from typing import Literal

Pooling = Literal["max", "mean"]
Precision = Literal["fp32", "bf16"]
