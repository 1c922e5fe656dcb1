"""Error messages of artextract_cli.export."""

from collections.abc import Mapping, Sequence

import numpy as np

from artextract_cli.export.image_pyramid import write_pyramid
from artextract_cli.results.reader import find_scene
from tests.errors.row import (
    GRAPH,
    SCENE,
    Row,
    change,
    put,
    resealed,
)

ROWS = [
    Row(2, "unknown compression 'zz'; choose from: …",
        lambda here: write_pyramid(find_scene(here / "results", "v0"), here / "a.tif",
                                   compression="zz")),
    Row(2, "…/new.txt: graphs are exported as GraphML; use a name that ends in .graphml",
        "graph export {here}/" + GRAPH + " --out {new}.txt"),
    Row(3, "…/results belongs to images of v0 other than those …/v0.npz was built from: run "
        "`artextract graph build … --out GRAPHS`, and export a graph of it",
        "graph export {here}/" + GRAPH + " --out {new}.graphml --results {here}/results",
        resealed(change(SCENE, photograph={"path": "x", "sha256": "0"}))),
    Row(3, "…/v0.npz was built at 48 × 40 pixels, but the heat map has 9 × 8: build the graph "
        "without --size",
        "graph export {here}/" + GRAPH + " --out {new}.graphml --results {here}/results",
        resealed(put("results/v0/heatmap.tif", np.ones((8, 9), np.float32)))),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/export/test_image_pyramid.py::test_what_is_read_is_not_written_over": (
        "…: image pyramids are TIFF files; use a suffix of …",
    ),
}
