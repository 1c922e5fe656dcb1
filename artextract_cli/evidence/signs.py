"""The sign of hidden content: darker or lighter in the infrared than the surface predicts."""

from typing import Literal

Expect = Literal["either", "dark", "light"]
"""What a heat map is of: content of either sign, or of one alone."""

SIGNED_MAPS = ("dark", "light")
"""Maps of the results with the calibrated score of either sign."""

DARKER, LIGHTER = "darker", "lighter"
WORDS = {DARKER: "darker than expected", LIGHTER: "lighter than expected"}


def sign_of(difference: float) -> str:
    """The sign by how much the score of dark exceeds that of light content."""
    return DARKER if difference >= 0 else LIGHTER
