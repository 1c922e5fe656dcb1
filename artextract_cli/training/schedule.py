"""Learning-rate schedules."""

import math

from artextract_cli.pipelines.settings import TrainingSettings

WARM_UP = 0.15  # of the training, for one-cycle


def learning_rate(settings: TrainingSettings, n_batches: int, step: int) -> float:
    """Learning rate of a step, as a share of the setting.

    Steps: reduced every few epochs. One-cycle (Smith & Topin 2019): up for 15 % of the training and
    down to nothing, both along a cosine.
    """
    if settings.schedule == "steps":
        return float(settings.step_factor ** (step // n_batches // settings.step_size))
    done = min(step / (n_batches * settings.epochs), 1)
    if done < WARM_UP:
        return 0.04 + 0.96 * (1 - math.cos(math.pi * done / WARM_UP)) / 2
    return (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP))) / 2
