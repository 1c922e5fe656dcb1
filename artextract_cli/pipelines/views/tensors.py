"""Graphs of a scene as tensors: a topology and the features of its views."""

import torch

from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.nn.batch import Topology
from artextract_cli.nn.collate import SceneTensors, inside_painting


def scene_tensors(graphs: SceneGraphs) -> SceneTensors:
    """Convert the graphs of one scene to tensors."""
    photograph, band = graphs.feature_names
    return SceneTensors(
        name=graphs.name,
        n_views=graphs.n_views,
        topologies=tuple(Topology.from_edges(g.edges, g.n_nodes) for g in graphs.graphs),
        features=tuple(torch.from_numpy(g.features) for g in graphs.graphs),
        places=(
            (photograph.index("row"), photograph.index("column")),
            (band.index("row"), band.index("column")),
        ),
        inside=tuple(
            torch.from_numpy(inside_painting(g.labels, g.counts, graphs.mask))
            for g in graphs.graphs
        ),
    )
