"""Examples of every command, for its help, and the page that explains it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Guide:
    """Two command lines that can be pasted, and a page of the documentation."""

    page: str
    examples: tuple[str, str]


GUIDES: Mapping[str, Guide] = {
    "examine": Guide(
        "docs/import.md",
        (
            "artextract examine capture --out report.html",
            "artextract examine capture --importer bands -o wavelengths=450,550,650,950 --dry-run",
        ),
    ),
    "data import": Guide(
        "docs/import.md",
        (
            "artextract data import bands capture --out scans",
            "artextract data import cube captures --out scans --split val --dry-run",
        ),
    ),
    "data check": Guide(
        "docs/capture.md",
        (
            "artextract data check scans",
            "artextract data check scans --coding bands=srgb --json",
        ),
    ),
    "data calibrate": Guide(
        "docs/capture.md",
        (
            "artextract data calibrate raw --white white --dark dark --out scans",
            "artextract data calibrate raw --blind --out scans",
        ),
    ),
    "data register": Guide(
        "docs/capture.md",
        (
            "artextract data register scans --out registered",
            "artextract data register scans --out registered --model homography",
        ),
    ),
    "data mask": Guide(
        "docs/capture.md",
        (
            "artextract data mask registered --out masked",
            "artextract data mask scans --out masked --quiet",
        ),
    ),
    "data colour": Guide(
        "docs/colour.md",
        (
            "artextract data colour scans --out corrected",
            "artextract data colour scans --out balanced --grey 40,60,30,20",
        ),
    ),
    "data simulate": Guide(
        "docs/workshop_world.md",
        (
            "artextract data simulate scans",
            "artextract data simulate moderns --palette moderns --train 4 --val 2 --layers xray",
        ),
    ),
    "infer": Guide(
        "docs/detection.md",
        (
            "artextract infer scans --out results",
            "artextract infer --rgb photo.tif --band 950=infrared.tif --out results",
        ),
    ),
    "report": Guide(
        "docs/report.md",
        (
            "artextract report results --out report.html",
            "artextract report results --scene abbey --marks marks.json --out abbey.html",
        ),
    ),
    "visualize pair": Guide(
        "docs/report.md",
        (
            "artextract visualize pair results --scene abbey --out abbey.png",
            "artextract visualize pair --rgb photo.tif --band 950=infrared.tif --out photo.png",
        ),
    ),
    "visualize loss": Guide(
        "docs/report.md",
        (
            "artextract visualize loss run --out loss.png",
            "artextract visualize loss run-0 run-1 --width-mm 85 --out loss.pdf",
        ),
    ),
    "visualize graph": Guide(
        "docs/report.md",
        (
            "artextract visualize graph graphs/val/abbey.npz --out graph.png",
            "artextract visualize graph graphs/val/abbey.npz --view 1 --out infrared.svg",
        ),
    ),
    "visualize embedding": Guide(
        "docs/report.md",
        (
            "artextract visualize embedding results --out embedding.png",
            "artextract visualize embedding results --scene abbey --method tsne --out abbey.svg",
        ),
    ),
    "visualize pyramid": Guide(
        "docs/report.md",
        (
            "artextract visualize pyramid results --out pyramid.tif",
            "artextract visualize pyramid results --scene abbey --show hidden --out hidden.tif",
        ),
    ),
    "export crate": Guide(
        "docs/export.md",
        (
            "artextract export crate results --out crate.zip --licence CC-BY-4.0",
            "artextract export crate results --author 'R. Doe;0000-0002-1825-0097' --out crate",
        ),
    ),
    "export images": Guide(
        "docs/export.md",
        (
            "artextract export images scans --scene abbey --out abbey.ome.tif",
            "artextract export images results --scene abbey --out maps.hdr",
        ),
    ),
    "export iiif": Guide(
        "docs/export.md",
        (
            "artextract export iiif results --out site",
            "artextract export iiif results --base-url https://museum.example/iiif --title Lady",
        ),
    ),
    "export model": Guide(
        "docs/export.md",
        (
            "artextract export model gat --out gat.pt2",
            "artextract export model run --out run.pt2",
        ),
    ),
    "export inputs": Guide(
        "docs/export.md",
        (
            "artextract export inputs scans --scene abbey --out abbey.npz",
            "artextract export inputs scans --scene abbey --model run --out abbey.npz",
        ),
    ),
    "graph build": Guide(
        "docs/detection.md",
        (
            "artextract graph build scans --out graphs",
            "artextract graph build scans --out graphs --superpixels slic -s n_segments=3000",
        ),
    ),
    "graph inspect": Guide(
        "docs/detection.md",
        (
            "artextract graph inspect graphs/val/abbey.npz",
            "artextract graph inspect graphs/train/abbey.npz --json",
        ),
    ),
    "graph export": Guide(
        "docs/detection.md",
        (
            "artextract graph export graphs/val/abbey.npz --out abbey.graphml",
            "artextract graph export graphs/val/abbey.npz --format pyg --out abbey.pt",
        ),
    ),
    "train": Guide(
        "docs/detection.md",
        (
            "artextract train graphs --out run",
            "artextract train graphs --out run --backbone gcn -o layers=3 --seeds 0,1,2 --jobs 3",
        ),
    ),
    "adapt": Guide(
        "docs/detection.md",
        (
            "artextract adapt scans --out adapted",
            "artextract adapt scans --model run --scene abbey --out adapted",
        ),
    ),
    "evaluate": Guide(
        "docs/results.md",
        (
            "artextract evaluate results --truth scans",
            "artextract evaluate results results-of-run --truth scans --figure comparison.png",
        ),
    ),
    "plugins list": Guide(
        "docs/plugins.md",
        (
            "artextract plugins list",
            "artextract plugins list --kind importers",
        ),
    ),
    "plugins info": Guide(
        "docs/plugins.md",
        (
            "artextract plugins info gat",
            "artextract plugins info bands --json",
        ),
    ),
    "models list": Guide(
        "docs/export.md",
        (
            "artextract models list",
            "artextract models list studies --json",
        ),
    ),
    "models show": Guide(
        "docs/export.md",
        (
            "artextract models show gat",
            "artextract models show run",
        ),
    ),
    "plugins new": Guide(
        "docs/plugins.md",
        (
            "artextract plugins new mean --kind scorers",
            "artextract plugins new mean --kind scorers --out projects",
        ),
    ),
    "plugins check": Guide(
        "docs/plugins.md",
        (
            "artextract plugins check gat",
            "artextract plugins check artextract-mean",
        ),
    ),
    "plugins try": Guide(
        "docs/plugins.md",
        (
            "artextract plugins try ./artextract-mean",
            "artextract plugins try gcn",
        ),
    ),
    "plugins install": Guide(
        "docs/plugins.md",
        (
            "artextract plugins install artextract-mean",
            "artextract plugins install ./artextract-mean --editable",
        ),
    ),
    "plugins uninstall": Guide(
        "docs/plugins.md",
        (
            "artextract plugins uninstall artextract-mean",
            "artextract plugins uninstall artextract-mean --yes",
        ),
    ),
    "cluster certificates": Guide(
        "docs/cluster.md",
        (
            "artextract cluster certificates certificates",
            "artextract cluster certificates certificates --days 30",
        ),
    ),
    "demo": Guide(
        "docs/installation.md",
        (
            "artextract demo",
            "artextract demo --out trial --train --train-scenes 12 --epochs 5",
        ),
    ),
}
