"""Settings of modern paintings."""

import numpy as np

from artextract_cli.simulate.conditions import Conditions
from artextract_cli.simulate.styles.moderns.camera import ModernCamera, set_up


def camera(conditions: Conditions, seed: int = 0) -> ModernCamera:
    return set_up(np.random.default_rng(seed), (400, 300), conditions)
