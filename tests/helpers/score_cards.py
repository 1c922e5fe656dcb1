"""A score card whose levels are known."""

from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.models.calibration import Calibration
from artextract_cli.models.score_card import (
    ScoreCard,
)

LEVELS = Calibration(scores=(0.0, 2.0, 4.0, 6.0), levels=(0.0, 1.0, 2.0, 3.0))
ORIGIN = {"name": "slic", "distribution": "artextract", "version": "0.1.0"}


def make_card() -> ScoreCard:
    """Clean paint scores 4 or more in one pixel of a hundred, by either score."""
    levels = {"envelope": LEVELS, "residual": LEVELS}
    return ScoreCard(
        calibration=levels,
        whole={"envelope": LEVELS},
        recipe=GraphRecipe(superpixel_options={"n_segments": 16}),
        superpixels=ORIGIN,
        n_scenes=4,
        n_captures=12,
    )
