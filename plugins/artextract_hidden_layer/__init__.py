"""Training on layers inserted under the paint of scenes without hidden layers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from artextract_cli import Objective, hookimpl, option


@dataclass(frozen=True)
class HiddenLayerOptions:
    """Margin between photograph and bands at hidden layers."""

    margin: float = option(
        1.0, "Distance that hidden superpixels should reach.", minimum=1e-6, maximum=1e6
    )


def _load() -> Callable[[Any, HiddenLayerOptions], Any]:
    from artextract_hidden_layer.loss import hidden_layer_loss

    return hidden_layer_loss


@hookimpl
def artextract_objectives() -> Objective:
    """Contrastive over superpixels, cross entropy over pixels."""
    return Objective(
        name="hidden-layer",
        summary="Superpixels and pixels with a hidden layer against clean ones; needs infrared.",
        options=HiddenLayerOptions,
        load=_load,
        learns_from="layers",
        suited={
            # Patience as long as training: the rate of one-cycle reaches zero only at its end, and
            # stopping early would keep weights of a high rate.
            "epochs": 30,
            "batch_size": 4,
            "learning_rate": 3e-3,
            "schedule": "one-cycle",
            "patience": 30,
        },
    )
