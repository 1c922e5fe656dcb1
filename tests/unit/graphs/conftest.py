"""Graphs of scenes that are segmented as a test asks."""

from typing import Any

import numpy as np
import pytest

from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.superpixel_graph import SceneGraphs, build_graphs
from artextract_cli.scenes.scene import Scene
from tests.helpers.scenes import plugin_returning
from tests.helpers.toy_plugins import put_in


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch):
    """Build graphs of a scene cut by these labels."""

    def make(scene: Scene, labels: np.ndarray, **recipe: Any) -> SceneGraphs:
        put_in(monkeypatch, "superpixels", plugin_returning(labels))
        return build_graphs(scene, GraphRecipe(superpixels="given", **recipe))

    return make
