"""Everything that decides how a network is trained."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from artextract_cli.errors import UsageError
from artextract_cli.siamese import OBJECTIVES, POOLINGS, Pooling

POSITIVE = ("epochs", "batch_size", "step_size", "patience", "learning_rate", "margin")
NOT_NEGATIVE = ("weight_decay", "step_factor", "validation_share")


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """Everything that decides how a network is trained."""

    backbone: str = "gat"
    options: Mapping[str, Any] = field(default_factory=dict)
    objective: str = "node-contrastive"
    pooling: Pooling = "max"
    margin: float = 1.0
    epochs: int = 50
    batch_size: int = 8
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    step_size: int = 3  # epochs between two reductions of the learning rate
    step_factor: float = 0.8
    patience: int = 10  # epochs without a better validation loss before training stops
    validation_share: float = 0.2  # of the training scenes, where there is no val split
    augment: bool = False
    seed: int = 0
    device: str = "auto"
    engine: str = "auto"

    def __post_init__(self) -> None:
        """Refuse names that do not exist and numbers that make no sense."""
        for name, known in (("objective", tuple(OBJECTIVES)), ("pooling", POOLINGS)):
            value = getattr(self, name)
            if value not in known:
                msg = f"there is no {name} {value!r}; choose from: {', '.join(known)}"
                raise UsageError(msg)
        for name in POSITIVE + NOT_NEGATIVE:
            value = getattr(self, name)
            if not math.isfinite(value) or value < 0 or (name in POSITIVE and value == 0):
                bound = "above 0" if name in POSITIVE else "0 or more"
                msg = f"{name} must be a number {bound}, not {value}"
                raise UsageError(msg)
