"""Graphs of scenes that are segmented as a test asks."""

from typing import Any

import numpy as np
import pytest

from artextract_cli.graphs import superpixel_graph
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.superpixel_graph import SceneGraphs, build_graphs
from artextract_cli.plugin.host import PluginHost
from artextract_cli.scenes.scene import Scene
from tests.helpers.scenes import plugin_returning


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch):
    """Build graphs of a scene cut by these labels."""

    def make(scene: Scene, labels: np.ndarray, **recipe: Any) -> SceneGraphs:
        host = PluginHost(plugins={("superpixels", "given"): plugin_returning(labels)})
        monkeypatch.setattr(superpixel_graph, "plugin_host", lambda: host)
        return build_graphs(scene, GraphRecipe(superpixels="given", **recipe))

    return make
