"""Error messages of artextract_cli.graphs."""

import numpy as np

from artextract_cli.graphs import segmentation
from tests.errors.row import BUILD, GRAPH, Row, change_graph, change_meta, cut, drop, put
from tests.helpers.scenes import plugin_returning

ROWS = [
    Row(3, "…/dataset.yaml: coding names band 17, which no scene has", BUILD,
        put("data/dataset.yaml", 'coding: {bands: {"17": srgb}}')),
    Row(2, "superpixel option 'bands.region_size' needs --segmentation separate",
        BUILD + " -s bands.region_size=3"),
    Row(3, "the image to segment has values that are not finite: replace them",
        lambda here: segmentation.run_superpixel_plugin(np.full((9, 9, 3), np.nan), None, None)),
    Row(4, "superpixels 'given' of artextract-given returned an array of float64 and shape (2, 2), "
        "not labels of shape (9, 9): report it to its authors",
        lambda here: segmentation.run_superpixel_plugin(
            np.ones((9, 9, 3)), plugin_returning(np.ones((2, 2))), None)),
    Row(3, "the pixels of …/t0.npz cannot be read (…): run `artextract graph build DATASET "
        "--out …/graphs`",
        "train {here}/graphs --out {new} --epochs 1", drop("graphs/train/t0.pixels.npy")),
    Row(2, "…/v0.npz has views 0 to 0, not 3",
        "graph export {here}/" + GRAPH + " --out {new}.graphml --view 3"),
    Row(3, "there are no graph files in …/data: build them with `artextract graph build DATASET "
        "--out GRAPHS`",
        "train {here}/data --out {new}"),
    Row(3, "…/data is not a graph file: give one such as graphs/train/scene.npz",
        "graph inspect {here}/data"),
    Row(3, "…/t0/embeddings.npz contains no graphs: build them with `artextract graph build "
        "DATASET --out GRAPHS`",
        "train {here}/results --out {new}"),
    Row(3, "there is no graph file …/absent.npz: build it with `artextract graph build DATASET "
        "--out GRAPHS`",
        "graph inspect {here}/absent.npz"),
    Row(3, "…/v0.npz is artextract-graph version 0, but this artextract reads artextract-graph "
        "version …: run `artextract graph build DATASET --out …/graphs`",
        "graph inspect {here}/" + GRAPH, change_meta(GRAPH, format_version=0)),
    Row(3, "graph file …/v0.npz is damaged (…): remove it and run `artextract graph build DATASET "
        "--out …/graphs`",
        "graph inspect {here}/" + GRAPH, cut(GRAPH)),
    Row(3, "graph file …/v0.npz is damaged (edges contain ids outside 0..…): remove it and "
        "run `artextract graph build DATASET --out …/graphs`", "graph inspect {here}/" + GRAPH,
        change_graph(GRAPH, edges_0=lambda edges: edges + 10**6)),
    Row(3, "graph file …/v0.npz is damaged (features is not finite): remove it and run `artextract "
        "graph build DATASET --out …/graphs`", "graph inspect {here}/" + GRAPH,
        change_graph(GRAPH, features_0=lambda features: features * np.nan)),
]  # fmt: skip
