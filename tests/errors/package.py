"""Error messages of the modules at the top of the package."""

from collections.abc import Mapping

from tests.errors.row import BAND, BUILD, INFER, Row, all_of, change, put, resealed

ROWS = [
    Row(3, "2 of 5 scenes could not be built; the others are in …/new", BUILD,
        all_of(put(BAND, "text"), put(BAND.replace("v0", "v1"), "text"))),
    Row(3, "2 of 5 scenes could not be scored; the others are in …/new", INFER,
        all_of(put(BAND, "text"), put(BAND.replace("v0", "v1"), "text"))),
    Row(3, "5 of 5 scenes could not be reported",
        "report {here}/results --out {new}.html", resealed(all_of(*(
            change(f"results/{n}/scene.json", photograph={"path": "/gone.png", "sha256": "0"})
            for n in ("t0", "t1", "t2", "v0", "v1"))))),
]  # fmt: skip

# Errors that pass on a sentence from elsewhere, and what that is.
PASSED_ON: Mapping[str, str] = {
    "artextract_cli/errors.py:raise_failures": "the reason of the only failed scene",
}
