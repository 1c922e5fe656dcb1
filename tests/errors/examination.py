"""Error messages of artextract_cli.examination."""

from collections.abc import Mapping, Sequence

import numpy as np

from tests.errors.row import Row, all_of, put

GREY = np.zeros((40, 48), np.uint8)
EXAMINE = "examine {here}/raw --model none --out {new}.html"


ROWS = [
    Row(3, "…/raw contains neither images nor a cube: give the folder of one painting, with its "
        "photograph and its bands", EXAMINE, put("raw/notes.txt", "1888")),
    Row(3, "…/raw may be read by several importers: give --importer cave or cube", EXAMINE,
        all_of(*(put(f"raw/a_ms_{number}.png", GREY) for number in ("01", "31")),
               put("raw/a.mat", ""))),
    Row(3, "…/data is a dataset with 5 scenes, and a report examines one painting: run "
        "`artextract infer …/data --out results`, then `artextract report results --out …`",
        "examine {here}/data --model none --out {new}.html"),
    Row(2, "…/new.html and …/new_files exist: choose another --out, or remove them first",
        "examine {here}/data --model none --out {here}/new.html",
        all_of(put("new.html", "mine"), put("new_files/a.txt", "mine"))),
    Row(2, "…/new.html exists: choose another --out, or remove it first",
        "examine {here}/data --model none --out {here}/new.html", put("new.html", "mine")),
    Row(2, "…/new_files exists: choose another --out, or remove it first",
        "examine {here}/data --model none --out {here}/new.html", put("new_files/a.txt", "mine")),
    Row(2, "--coding describes captures that are imported: write the coding into …/dataset.yaml",
        "examine {here}/data --model none --out {new}.html --coding bands=srgb"),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/examination/test_steps.py::test_a_dataset_without_wavelengths": (
        "the wavelengths of the bands in … are not known: write them into …/dataset.yaml, a line "
        """such as 'wavelengths: {"b": 950}'""",
    ),
    "unit/examination/test_steps.py::test_no_infrared_is_noticed_at_once": (
        "no band of … is infrared (… nm), and hidden layers are found beyond 720 nm; if a "
        "wavelength is wrong, state all of them: -o wavelengths=NM,NM,... in the order of the "
        "files",
    ),
    "unit/examination/test_steps.py::test_an_importer_that_finds_nothing": (
        "the importer … found no painting in …",
    ),
}

# What is only passed on from elsewhere, and why.
PASSED_ON: Mapping[str, str] = {
    "artextract_cli/examination/steps.py:_is_misaligned": "the finding of a check",
    "artextract_cli/examination/steps.py:_register": "why registration failed, and what to try",
    "artextract_cli/examination/steps.py:import_painting": "written by _several",
}
