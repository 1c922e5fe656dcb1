"""Small networks, and scenes of graphs to run them on."""

import numpy as np
import torch

from artextract_cli.nn.batch import Topology
from artextract_cli.nn.collate import SceneTensors, collate
from artextract_cli.nn.siamese import (
    SiameseNetwork,
)

PATH_EDGES = np.array([[0, 1, 1, 2], [1, 0, 2, 1]])


class Identity(torch.nn.Module):
    """A backbone that leaves features as they are: losses can be worked by hand."""

    out_size = 2

    def forward(self, graph: object, x: torch.Tensor) -> torch.Tensor:
        return x


def scene(features: list[torch.Tensor], n_views: int | None = None) -> SceneTensors:
    return SceneTensors(
        name="scene",
        n_views=n_views or features[0].shape[1],
        topologies=tuple(Topology.from_edges(PATH_EDGES, 3) for _ in features),
        features=tuple(features),
        places=((0, 1), (0, 1)),
        inside=tuple(torch.ones(3, dtype=torch.bool) for _ in features),
    )


def constant(*values: tuple[float, float]) -> torch.Tensor:
    """Three equal nodes (3, V, 2) whose views have these features."""
    return torch.tensor(values).expand(3, -1, -1).clone()


def batch_of(*scenes: SceneTensors, **more: object):
    return collate(scenes, engine="torch", device="cpu", **more)


NETWORK = SiameseNetwork(Identity(), "max")
