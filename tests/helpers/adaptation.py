"""Adaptation to a painting, small enough for tests."""

import numpy as np
import pytest

from artextract_cli.pipelines.hidden_layers import adaptation


def adapt_little(monkeypatch: pytest.MonkeyPatch, **counts: int) -> None:
    """Adapt with these numbers of windows, steps and pixels."""
    for name, value in counts.items():
        monkeypatch.setattr(adaptation, name, value)


def keep_gains_of(monkeypatch: pytest.MonkeyPatch, gain: float) -> None:
    """Let every adaptation with a mean gain of ``gain`` or more be kept."""
    monkeypatch.setattr(adaptation, "LEAST_GAIN", gain)
    monkeypatch.setattr(adaptation, "LEAST_T", -np.inf)
