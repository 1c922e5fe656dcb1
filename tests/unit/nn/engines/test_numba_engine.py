"""Message passing by compiled loops, with its derivatives."""

import pytest

from artextract_cli.nn.engines import numba_engine
from tests.helpers.engines import HEADS, agrees_on_attention, agrees_on_weighted_sums


def test_attention_is_that_of_plain_torch() -> None:
    agrees_on_attention(numba_engine, "numba")


@pytest.mark.parametrize("heads", [1, HEADS])
def test_weighted_sums_are_those_of_plain_torch(heads: int) -> None:
    agrees_on_weighted_sums(numba_engine, "numba", heads)
