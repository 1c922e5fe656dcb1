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
    Row(3, "…/v0/heatmap.tif does not have the size of the photograph: remove …/v0 and run "
        "`artextract infer …/data --out …/results --model …`",
        REPORT, resealed(put("results/v0/heatmap.tif", np.ones((8, 9), np.float32)))),
    Row(3, "…/regions.csv is damaged: remove …/v0 and run `artextract infer … --out …`", REPORT,
        resealed(put("results/v0/regions.csv", "a,b\n1,2\n"))),
    Row(2, "…/new.pdf is not an HTML file: use a name such as report.html",
        "report {here}/results --out {new}.pdf"),
    Row(2, "…/z.html is not a report of artextract: choose another --out, or move it away",
        "report {here}/results --out {here}/z.html", put("z.html", "<html>mine</html>")),
    Row(2, "…/v0_hidden.png is not a plate of artextract: choose another --plates, or move it away",
        REPORT + " --plates {here}/plates", put("plates/v0_hidden.png", "mine")),
    Row(2, "…/plates is not a folder: choose another --plates",
        REPORT + " --plates {here}/plates", put("plates", "mine")),
    Row(3, "…/report.yaml: unknown key 'titel'; known keys: title, inventory, institution, "
        "operator, date, notes",
        REPORT + " --filing {here}/report.yaml", put("report.yaml", "titel: Lady\n")),
    Row(2, "title has 201 characters, but at most 200 are allowed: shorten it",
        REPORT + " --title " + 201 * "a"),
    Row(2, "inventory contains the invisible character U+202E, which changes how text is shown: "
        "remove it", REPORT + " --inventory 12\u202e3"),
    Row(3, "…/report.yaml: notes contains the invisible character U+001B, which changes how text "
        "is shown: remove it",
        REPORT + " --filing {here}/report.yaml", put("report.yaml", r'notes: "\e[31m"')),
    Row(3, "…/report.yaml: inventory must be text: put it in quotation marks",
        REPORT + " --filing {here}/report.yaml", put("report.yaml", "inventory: 12.30\n")),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/report/test_writing.py::test_a_description_that_lacks_something": (
        "…/scene.json lacks bands, engine: remove … and run `artextract infer …`",
    ),
}

# Errors that pass on a sentence from elsewhere, and what that is.
PASSED_ON: Mapping[str, str] = {
    "artextract_cli/report/filing.py:read_filing": "an invalid text, as in options: rows here",
}
