"""Message passing by DGL's kernels."""

import pytest

from artextract_cli.nn.engines import dgl_engine
from artextract_cli.utils.libraries.dgl_compat import load_dgl
from tests.helpers.engines import HEADS, agrees_on_attention, agrees_on_weighted_sums

pytestmark = pytest.mark.skipif(load_dgl().module is None, reason=f"DGL: {load_dgl().reason}")


def test_attention_is_that_of_plain_torch() -> None:
    agrees_on_attention(dgl_engine, "dgl")


@pytest.mark.parametrize("heads", [1, HEADS])
def test_weighted_sums_are_those_of_plain_torch(heads: int) -> None:
    agrees_on_weighted_sums(dgl_engine, "dgl", heads)
