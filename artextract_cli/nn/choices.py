"""Choices that users make for a network; separate from the network, which imports torch."""

from typing import Literal

Pooling = Literal["max", "mean"]
Precision = Literal["fp32", "bf16"]
