"""Networks and evidence graphs of the hidden-layer pipeline."""

import numpy as np
import torch
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.maps import MAPS
from artextract_cli.graphs.regions import region_adjacency
from artextract_cli.pipelines.hidden_layers.evidence_graph import (
    BAND_FEATURES,
    EDGE_FEATURES,
    PHOTOGRAPH_FEATURES,
    EvidenceGraph,
)
from artextract_cli.pipelines.hidden_layers.network import (
    WIDTH,
    HiddenLayerNetwork,
)
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import make_options

BACKBONES = {
    "gcn": {"hidden": 8, "out_size": 4},
    "gat": {"hidden": 8, "out_size": 4, "heads": 2},
}
SHAPE = (12, 20)


def new_network(backbone: str = "gcn", seed: int = 0) -> HiddenLayerNetwork:
    torch.manual_seed(seed)
    spec = plugin_host().find("backbones", backbone).spec
    made = spec.load()(WIDTH, make_options(spec, BACKBONES[backbone]))
    return HiddenLayerNetwork(made, "max")


def along(edges: NDArray[np.int64], bands: FloatArray) -> FloatArray:
    """Features of edges (E, 8) that follow from their nodes, whatever their numbers."""
    source, target = edges
    return bands[target, : len(EDGE_FEATURES)] - bands[source, : len(EDGE_FEATURES)]


def new_graph(seed: int = 0, side: int = 4) -> EvidenceGraph:
    """Square superpixels of ``side`` pixels with evidence of noise."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices(SHAPE) // side
    labels = (rows * (columns.max() + 1) + columns).astype(np.int32)
    n = int(labels.max()) + 1
    edges = region_adjacency(labels, n)
    bands = rng.standard_normal((n, len(BAND_FEATURES)), np.float32)
    return EvidenceGraph(
        labels=labels,
        edges=edges,
        edge_features=along(edges, bands),
        photograph=rng.standard_normal((n, len(PHOTOGRAPH_FEATURES)), np.float32),
        bands=bands,
        pixels=rng.standard_normal((*SHAPE, len(MAPS)), np.float32),
    )
