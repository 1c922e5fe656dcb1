"""Graph files, intact and damaged."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as some
from hypothesis.extra.numpy import array_shapes, arrays

from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.store import (
    save_graphs,
)
from artextract_cli.graphs.superpixel_graph import SceneGraphs, SuperpixelGraph, build_graphs
from artextract_cli.kernels.adjacency import edges_of_pairs, touching_pairs
from artextract_cli.kernels.label_topology import components
from tests.helpers.scenes import make_scene

SHARED = GraphRecipe(superpixel_options={"region_size": 4})


def make_graphs(recipe: GraphRecipe = SHARED, **changes: Any) -> SceneGraphs:
    """Graphs of 31 × 45 pixels, whose label map is larger than one buffer of the zip reader."""
    mask = np.ones((31, 45), bool)
    mask[:5] = False
    scene = make_scene((31, 45), **{"mask": mask} | changes)
    return build_graphs(scene, recipe, split="train", clean=True)


def store(path: Path, graphs: SceneGraphs) -> Path:
    save_graphs(path, graphs, sources={"a.png": "12"}, key="the key")
    return path


def rewritten(path: Path, **changes: Any) -> None:
    """Change what a graph file tells about itself."""
    with np.load(path) as archive:
        arrays = dict(archive)
    meta = json.loads(arrays.pop("meta").tobytes()) | changes
    np.savez(path, meta=np.frombuffer(json.dumps(meta).encode(), np.uint8), **arrays)


@some.composite
def any_graphs(draw: some.DrawFn) -> SceneGraphs:
    """Graphs of any label map of up to 9 × 9 pixels, with any finite numbers on them."""
    shape = draw(array_shapes(min_dims=2, max_dims=2, max_side=9))
    labels, n = components(draw(arrays(np.int32, shape, elements=some.integers(0, 4))))
    edges = edges_of_pairs(touching_pairs(labels), n)
    numbers = some.floats(-1e6, 1e6, width=32)
    n_bands = draw(some.integers(1, 3))
    graph = SuperpixelGraph(
        labels=labels,
        edges=edges,
        edge_weights=draw(arrays(np.float32, (edges.shape[1], 1 + n_bands), elements=numbers)),
        features=draw(arrays(np.float32, (n, 1 + n_bands, 2), elements=numbers)),
        counts=np.bincount(labels.ravel()),
        centroids=draw(arrays(np.float32, (n, 2), elements=numbers)),
    )
    names = some.text(some.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\."))
    return SceneGraphs(
        name=draw(names),
        split=draw(some.sampled_from(["train", "val"])),
        clean=draw(some.sampled_from([True, False, None])),
        graphs=(graph,),
        band_ids=tuple(draw(some.lists(names, min_size=n_bands, max_size=n_bands))),
        wavelengths=draw(some.none() | some.just(tuple(450.0 + 100 * b for b in range(n_bands)))),
        feature_names=(("mean", "size"), ("mean", "")),
        mask=draw(some.none() | arrays(bool, shape)),
        recipe=GraphRecipe(),
        superpixels_origin={"name": "slic"},
    )
