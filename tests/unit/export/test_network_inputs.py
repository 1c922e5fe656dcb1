"""The inputs of a network are arrays that need nothing else."""

from pathlib import Path

import numpy as np

from artextract_cli.export.network_inputs import export_inputs
from artextract_cli.graphs.store import load_graphs


def test_inputs_of_a_network_that_compares_views(
    dataset: Path, graphs: Path, trained: Path, tmp_path: Path
) -> None:
    graph = load_graphs(graphs / "val" / "v0.npz").graphs[0]
    with np.load(export_inputs(dataset, tmp_path / "a.npz", model=trained, scene="v0")) as arrays:
        assert set(arrays.files) == {"x", "edges", "inside"}
        np.testing.assert_array_equal(arrays["x"], graph.features)
        assert set(map(tuple, arrays["edges"].T)) == set(map(tuple, graph.edges.T))
        assert arrays["inside"].all()
