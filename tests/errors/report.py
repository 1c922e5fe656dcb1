"""Error messages of artextract_cli.report."""

from collections.abc import Mapping, Sequence

import numpy as np

from tests.errors.row import (
    REPORT,
    Row,
    put,
    resealed,
)

ROWS = [
    Row(3, "…/v0/heatmap.tif does not have the size of the photograph: run 'artextract infer' "
        "again",
        REPORT, resealed(put("results/v0/heatmap.tif", np.ones((8, 9), np.float32)))),
    Row(3, "…/regions.csv is damaged: run 'artextract infer' again", REPORT,
        resealed(put("results/v0/regions.csv", "a,b\n1,2\n"))),
    Row(2, "…/new.pdf is not an HTML file: use a name such as report.html",
        "report {here}/results --out {new}.pdf"),
    Row(2, "…/z.html is not a report of artextract: choose another --out, or move it away",
        "report {here}/results --out {here}/z.html", put("z.html", "<html>mine</html>")),
    Row(2, "…/v0_hidden.png is not a plate of artextract: choose another --plates, or move it away",
        REPORT + " --plates {here}/plates", put("plates/v0_hidden.png", "mine")),
    Row(2, "…/plates is not a folder: choose another --plates",
        REPORT + " --plates {here}/plates", put("plates", "mine")),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/report/test_writing.py::test_a_description_that_lacks_something": (
        "…/scene.json lacks bands, engine: run 'artextract infer' again",
    ),
}
