"""What a recipe of graphs admits."""

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.graphs.recipe import GraphRecipe


def test_options_for_the_bands_need_separate_segmentation() -> None:
    with pytest.raises(UsageError, match=r"'bands\.compactness' needs --segmentation separate"):
        GraphRecipe(superpixel_options={"bands.compactness": 1})
