from typing import get_args

import pytest

from artextract_cli.evidence.signs import DARKER, LIGHTER, SIGNED_MAPS, WORDS, Expect, sign_of


@pytest.mark.parametrize(("difference", "sign"), [(2, DARKER), (0, DARKER), (-0.1, LIGHTER)])
def test_the_larger_score_decides(difference: float, sign: str) -> None:
    assert sign_of(difference) == sign


def test_every_sign_has_a_map_words_and_can_be_expected() -> None:
    assert list(WORDS) == [DARKER, LIGHTER]
    assert get_args(Expect) == ("either", *SIGNED_MAPS)
