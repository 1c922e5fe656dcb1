"""Error messages of artextract_cli.export."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest import mock

import numpy as np

from artextract_cli.export.crate import export_crate
from artextract_cli.export.graph import export_graph
from artextract_cli.export.image_pyramid import write_pyramid
from artextract_cli.export.network_program import export_model
from artextract_cli.results.reader import find_scene
from tests.errors.row import (
    GRAPH,
    SCENE,
    Row,
    change,
    put,
    resealed,
)


def unknown_operation(here: Path) -> None:
    """A network with an operation that torch does not record."""
    with mock.patch("torch.export.export", side_effect=RuntimeError("no such operation")):
        export_model(Path("gcn"), here / "a.pt2")


CRATE = "export crate {here}/results --out {new}"
IIIF = "export iiif {here}/results --scene v0 --out {new} "
ROWS = [
    Row(2, "unknown compression 'zz'; choose from: …",
        lambda here: write_pyramid(find_scene(here / "results", "v0"), here / "a.tif",
                                   compression="zz")),
    Row(2, "…/new.txt: graphs are exported as GraphML (.graphml), for PyTorch Geometric (.pt) or "
        "for DGL (.bin); use such a name",
        "graph export {here}/" + GRAPH + " --out {new}.txt"),
    Row(2, "…/new.pt: graphs of format dgl end in .bin; use such a name",
        "graph export {here}/" + GRAPH + " --out {new}.pt --format dgl"),
    Row(2, "there is no graph format 'gml': choose one of graphml, pyg, dgl",
        lambda here: export_graph(here / GRAPH, here / "a.gml", format="gml")),
    Row(2, "…/new.onnx: programs of torch.export end in .pt2; use such a name",
        "export model gat --out {new}.onnx"),
    Row(2, "none has no network to export: choose a trained model, such as gat",
        "export model none --out {new}.pt2"),
    Row(4, "torch.export cannot record the network of gcn, backbone gcn of artextract (no such "
        "operation): export a model of gcn or gat, or ask its authors for operations that "
        "torch.export knows", unknown_operation),
    Row(2, "…/new.txt: the inputs of a network are a file of NumPy; use a name that ends in .npz",
        "export inputs {here}/data --out {new}.txt"),
    Row(2, "none has no network, and needs no inputs: choose a trained model, such as gat",
        "export inputs {here}/data --model none --out {new}.npz"),
    Row(3, "…/results belongs to images of v0 other than those …/v0.npz was built from: run "
        "`artextract graph build … --out GRAPHS`, and export a graph of it",
        "graph export {here}/" + GRAPH + " --out {new}.graphml --results {here}/results",
        resealed(change(SCENE, photograph={"path": "x", "sha256": "0"}))),
    Row(2, "'museum.example' cannot be the address of a folder: give http:// or https:// with host "
        "and path, such as https://museum.example/iiif", IIIF + "--base-url museum.example"),
    Row(2, "'CC-BY' is not the address of a licence or statement of rights: give one such as "
        "http://creativecommons.org/licenses/by/4.0/", IIIF + "--rights CC-BY"),
    Row(2, "…/site/mine.txt is not part of an earlier export and would be lost: choose another "
        "--out, or move it away",
        "export iiif {here}/results --out {here}/site", put("site/mine.txt", "mine")),
    Row(3, "…/v0_RGB.png does not have the size of the heat map: remove … and run "
        "`artextract infer …`",
        IIIF, resealed(change(SCENE, shape=[8, 9]))),
    Row(3, "…/v0.npz was built at 48 × 40 pixels, but the heat map has 9 × 8: build the graph "
        "without --size",
        "graph export {here}/" + GRAPH + " --out {new}.graphml --results {here}/results",
        resealed(put("results/v0/heatmap.tif", np.ones((8, 9), np.float32)))),
    Row(2, "…/new.tif: images are exported as OME-TIFF (.ome.tif) or ENVI (.hdr); use such a name",
        "export images {here}/data --out {new}.tif"),
    Row(2, "…/a.img is in the way and was not exported by artextract: move it away, or choose "
        "another --out", "export images {here}/data --out {here}/a.hdr", put("a.img", "mine")),
    Row(3, "…/data has no scene 'x'; its scenes are: t0, t1, t2, v0, v1",
        "export images {here}/data --scene x --out {new}.hdr"),
    Row(2, "an author has no name: give it before the ORCID, as NAME;ORCID",
        CRATE + " --author ;0000-0002-1825-0097"),
    Row(2, "the ORCID of Doe is mistyped: '0000' must be four groups of four digits with a valid "
        "check digit, such as 0000-0002-1825-0097", CRATE + " --author Doe;0000"),
    Row(2, "the licence 'as usual' is neither an SPDX identifier, such as CC-BY-4.0, nor the "
        "address of its text: give one of the two",
        lambda here: export_crate(here / "results", here / "crate", licence="as usual")),
    Row(3, "…/link is a symbolic link, which an RO-Crate cannot contain: move it away", CRATE,
        lambda here: (here / "results" / "link").symlink_to("elsewhere")),
    Row(3, "…/ro-crate-metadata.json would be overwritten by that of the crate: move it away",
        CRATE, put("results/ro-crate-metadata.json", "{}")),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/export/test_image_pyramid.py::test_what_is_read_is_not_written_over": (
        "…: image pyramids are TIFF files; use a suffix of …",
    ),
}
