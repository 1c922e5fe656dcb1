"""Learning-rate schedules."""

import math

from artextract_cli.pipelines.settings import TrainingSettings

# A shorter warm-up takes large steps while AdamW's moments are still unreliable, a longer one
# leaves less time at falling rates. The default of torch is .3.
WARM_UP = 0.15  # share of the training in which one-cycle raises the rate


def learning_rate(settings: TrainingSettings, n_batches: int, step: int) -> float:
    """Learning rate of a step, as a share of the setting.

    "steps": reduced every few epochs. "one-cycle" (Smith & Topin 2019): raised for 15 % of the
    training and then lowered to zero, both along a cosine.
    """
    if settings.schedule == "steps":
        return float(settings.step_factor ** (step // n_batches // settings.step_size))
    done = min(step / (n_batches * settings.epochs), 1)
    if done < WARM_UP:
        # From 1/25 of the peak, as torch's `OneCycleLR` does by default.
        return 0.04 + 0.96 * (1 - math.cos(math.pi * done / WARM_UP)) / 2
    return (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP))) / 2
