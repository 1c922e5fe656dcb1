"""The sign of hidden content: darker or lighter in the infrared than the surface predicts."""

from typing import Literal

Expect = Literal["either", "dark", "light"]
"""Sign of the content that a heat map shows."""

SIGNED_MAPS = ("dark", "light")
"""Maps of the results with the calibrated scores of dark and of light content."""

DARKER, LIGHTER = "darker", "lighter"
WORDS = {DARKER: "darker than expected", LIGHTER: "lighter than expected"}


def sign_of(difference: float) -> str:
    """The sign of content whose dark score minus light score is ``difference``."""
    return DARKER if difference >= 0 else LIGHTER
