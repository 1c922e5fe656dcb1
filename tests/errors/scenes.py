"""Error messages of artextract_cli.scenes."""

from collections.abc import Mapping

import numpy as np

from artextract_cli.scenes import dataset
from tests.errors.row import BAND, BUILD, EVALUATE, INFER, ONE, PHOTOGRAPH, Row, noise, put, white

ROWS = [
    Row(3, "…/run contains no scenes: expected {train,val}/rgb_images/<scene>_RGB.png with "
        "{train,val}/ms_masks/<scene>_ms_<band>.png", "graph build {here}/run --out {new}"),
    Row(2, "…/v0_RGB.png has no bands: give at least one, such as --band 950=FILE",
        lambda here: dataset.pair_files(here / PHOTOGRAPH, {})),
    Row(2, "give all bands a wavelength in nm, or none of them; got 850, ir",
        ONE + "850={here}/" + BAND + " --band ir={here}/" + BAND),
    Row(2, "bands 850 and 850.0 are both 850 nm; give each wavelength once",
        ONE + "850={here}/" + BAND + " --band 850.0={here}/" + BAND),
    Row(2, "5 nm is not valid: a wavelength must be between 100 and 100000 nm",
        ONE + "5={here}/" + BAND),
    Row(3, "2 wavelengths are given but scene t0 has 3 bands: 450, 650, 850 (…)",
        BUILD + " --wavelengths 450,650"),
    Row(3, "v0: …/v0_RGB.png is constant: every value is 1, so it carries no information; "
        "replace it; the others are in …/new", INFER, put(PHOTOGRAPH, white((40, 48, 3)))),
    Row(3, "v0: …/v0_ms_850.png is constant: every value is 1, so it carries no information; "
        "replace it, or leave this band out; the others are in …/new", INFER, put(BAND, white())),
    Row(3, "v0: …/v0_ms_850.png is constant: all but 1 of 1920 values are 1, so it carries no "
        "information; replace it, or leave this band out; the others are in …/new", INFER,
        put(BAND, white() - np.uint16(np.arange(1920).reshape(40, 48) == 999))),
    Row(3, "…/v0_ms_850.png is 20 × 30 pixels but its photograph …/v0_RGB.png is 48 × 40 pixels: "
        "run `artextract data register …/data --out …/data-registered`", BUILD,
        put(BAND, noise((30, 20)))),
    Row(3, "…/v0_mask.png is 0 everywhere, so no pixel counts as painting: fill the painting with "
        "white, or remove the mask", BUILD,
        put("data/val/object/v0_mask.png", white(depth=np.uint8) * 0)),
    Row(3, "…/v0_mask.png is 20 × 30 pixels but its photograph is 48 × 40 pixels; draw it at the "
        "size of the photograph", BUILD, put("data/val/object/v0_mask.png", white((30, 20)))),
    Row(3, "…/v0_hidden.png contains 7; truth values are 255 (hidden), 0 (clean) and 128 (ignored)",
        EVALUATE, put("data/val/truth/v0_hidden.png", np.full((40, 48), 7, np.uint8))),
    Row(3, "…/history/v0.json is damaged: restore it, or delete it to go on without the history",
        "data mask {here}/data --out {new}", put("data/history/v0.json", "[")),
    Row(2, "--max-memory 1MB is not enough for 1920 pixels in 3 bands: allow at least …MB",
        BUILD + " --max-memory 1MB"),
    Row(3, "…/dataset.yaml: layers.xray.kind: expected one of radiograph, fluorescence, raking, "
        "element (got 'photo')", BUILD,
        put("data/dataset.yaml", "layers: {xray: {kind: photo}}")),
    Row(3, "…/dataset.yaml: layers names xray, which no scene has: add {train,val}/layers/"
        "<scene>_layer_xray.png, or remove the entry", BUILD,
        put("data/dataset.yaml", "layers: {xray: {kind: radiograph}}")),
    Row(2, "--coding names band '17'; the bands are 450, 650, 850", BUILD + " --coding 17=srgb"),
]  # fmt: skip

# Errors that pass on a sentence from elsewhere, and what that is.
PASSED_ON: Mapping[str, str] = {
    "artextract_cli/scenes/dataset.py:open_dataset": "the first finding of data check",
    "artextract_cli/scenes/checks/values.py:check_values": (
        "what data check reports as well, as rows here"
    ),
}
