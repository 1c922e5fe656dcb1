"""Error messages of artextract_cli.preprocessing."""

from collections.abc import Mapping, Sequence

import numpy as np

from artextract_cli import Capture
from artextract_cli.io.image import Picture
from artextract_cli.preprocessing import import_scenes, register_dataset
from artextract_cli.preprocessing.registration import bands as band_registration
from artextract_cli.utils.parallel.cluster import Cluster
from tests.errors.row import (
    BAND,
    BANDS,
    COLOURS,
    PLAIN,
    Damage,
    Row,
    all_of,
    importing_by,
    noise,
    pictures,
    put,
    white,
)


def frames(*bands: int, size: tuple[int, int] = (40, 48)) -> Damage:
    """Folders of white and dark frames that are equally bright."""
    names = [f"{folder}/{band}.png" for folder in ("white", "dark") for band in bands]
    folders = [lambda here, f=f: (here / f).mkdir() for f in ("white", "dark")]
    return all_of(*folders, *(put(name, white(size)) for name in names))


CALIBRATE = "data calibrate {here}/data --white {here}/white --dark {here}/dark --out {new}"


ROWS = [
    Row(2, "unknown model 'zz'; choose from: shift, affine, homography",
        lambda here: register_dataset.register_dataset(here / "data", here / "new", model="zz")),
    Row(3, "…_RGB.png shows no ColorChecker with its 24 patches: use that of another scene by "
        "--chart-scene SCENE, or a grey patch by --grey X,Y,WIDTH,HEIGHT",
        "data colour {here}/data --out {new}"),
    Row(3, "… has no scene 'zz'; its scenes are: …",
        "data colour {here}/data --out {new} --chart-scene zz"),
    Row(3, "the grey patch 40,0,20,20 does not lie in …, which has 48 × 40 pixels: give it as "
        "X,Y,WIDTH,HEIGHT in pixels", "data colour {here}/data --out {new} --grey 40,0,20,20"),
    Row(3, "the grey patch 0,0,30,30 of … is uneven: choose a part of one patch, clear of its "
        "edges", "data colour {here}/data --out {new} --grey 0,0,30,30"),
    Row(3, "--coding differs from the coding of the scenes in … (photograph srgb, 450 linear, "
        "650 linear, 850 linear); import into another dataset",
        "data import pair {here}/raw --out {here}/data --coding bands=srgb",
        all_of(put("raw/a.png", np.arange(192, dtype=np.uint8).reshape(8, 8, 3)),
               put("raw/b.png", np.arange(64, dtype=np.uint8).reshape(8, 8)))),
    Row(3, "…/v0_ms_850.png has too few unsaturated, unmasked pixels to estimate its illumination; "
        "calibrate with --white and --dark, or remove it",
        "data calibrate {here}/data --out {new} --blind",
        put(BAND, np.full((40, 48), 65535, np.uint16))),
    Row(3, "…/white is not a folder; expected a folder of white frames", CALIBRATE),
    Row(3, "…/t0_ms_450.png has no frames in …/white and …/dark: add t0_ms_450.png to both, or "
        "450.png for all scenes, or remove the band", CALIBRATE, frames()),
    Row(3, "…/t0_ms_450.png has the frame …/white/450.png but none in …/dark: add t0_ms_450.png, "
        "or 450.png for all scenes",
        CALIBRATE, all_of(frames(), put("white/450.png", white()))),
    Row(3, "…/white contains 2 possible frames for …/t0_ms_450.png (450.png, 450.tif); keep one",
        CALIBRATE,
        all_of(frames(450), put("white/450.tif", white()))),
    Row(3, "…/450.png is 20 × 30 pixels but …/t0_ms_450.png is 48 × 40 pixels; use frames taken "
        "with the same camera settings", CALIBRATE, frames(450, size=(30, 20))),
    Row(3, "…/white/450.png is uint8 but …/t0_ms_450.png is uint16, so their counts cannot be "
        "compared; use frames taken with the same camera settings", CALIBRATE,
        all_of(frames(450), put("white/450.png", np.full((40, 48), 200, np.uint8)))),
    Row(3, "scene t0 has no pixel that is valid in every band: each is saturated or dead in at "
        "least one; check the white and dark frames", CALIBRATE, frames(450, 650, 850)),
    Row(3, "…/t0_ms_450.png cannot be verified after registration: 0 of 2 tiles share edges "
        "with its photograph; remove or replace it",
        "data register {here}/data --out {new}"),
    Row(3, "scene 'abbey': --auto-mask needs a photograph and bands of one size: import without "
        "it, then run `artextract data register DATASET --out REGISTERED` and `artextract data "
        "mask DATASET --out MASKED`",
        lambda here: importing_by(
            [Capture(name="abbey", rgb=noise((40, 48, 3)), bands=[noise((9, 9))])],
            lambda: list(import_scenes.import_scenes(
                "toy", here / "data", here / "new", options={}, auto_mask=True)))),
    Row(3, "…/x.png is 4 × 3 pixels; registration needs sides of 32 to 32000 pixels",
        lambda here: band_registration.check_sides(
            here / "x.png", Picture(values=np.ones((3, 4, 1)), full_scale=1, depth="uint8"))),
    Row(3, "…/x.png and its photograph overlap too little to be registered; check that they show "
        "the same painting",
        lambda here: band_registration.measure_residual(
            here / "x.png", "850", PLAIN, PLAIN, np.eye(3), np.eye(64) > 0, 1.0)),
    Row(3, "…/x.png cannot be registered to its photograph: its edges do not match those of "
        "the photograph: one of the images is constant; remove or replace it",
        lambda here: band_registration.align_band(here / "x.png", PLAIN, PLAIN, "shift")),
    Row(3, "an importer must yield Capture objects, not str (as read by the importer 'toy' of "
        "artextract-toy)", lambda here: importing_by(
            ["x"], lambda: list(
                import_scenes.import_scenes("toy", here / "data", here / "new", options={})))),
    Row(2, "the importer 'toy' of artextract-toy reads one scene after another, which a cluster "
        "cannot share: use --jobs instead of --cluster", lambda here: importing_by(
            [], lambda: import_scenes.import_scenes(
                "toy", here / "raw", here / "new", options={},
                cluster=Cluster(address="local:2")))),
    Row(3, "a scene named 'raw' already exists, in this import or in …/data; rename this one or "
        "import it into another dataset", BANDS.replace("{new}", "{here}/data"),
        all_of(pictures(RGB=COLOURS, x_850nm=noise()),
               put("data/val/rgb_images/raw_RGB.png", COLOURS))),
    Row(3, "scene 'raw' has the bands 850, but the scenes of …/data have 450, 650, 850; import it "
        "into another dataset", BANDS.replace("{new}", "{here}/data"),
        pictures(RGB=COLOURS, x_850nm=noise())),
    Row(2, "…/results is neither a new or empty folder nor a dataset: choose another --out",
        BANDS.replace("{new}", "{here}/results")),
]  # fmt: skip

# Errors that pass on a sentence from elsewhere, and what that is.
PASSED_ON: Mapping[str, str] = {
    "artextract_cli/preprocessing/import_sharing.py:_of_sources": (
        "why a source cannot be read, as rows of importers"
    ),
}

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/preprocessing/registration/test_layers.py::test_a_layer_of_something_else_is_refused": (
        "… cannot be registered to its photograph: …; or bring it to the size and place of the "
        "photograph in another program, and remove it until then",
    ),
    "unit/preprocessing/test_capture_validation.py::test_what_cannot_be_a_scene": (
        "scene 'a': …",
        "scene 'a': its wavelengths are not numbers: ('red', 'ir')",
    ),
    "unit/preprocessing/test_capture_validation.py::test_only_captures_are_taken": (
        "an importer must yield Capture objects, not str",
    ),
    "unit/preprocessing/test_import_scenes.py::"
    "test_what_does_not_agree_with_the_scenes_before_is_refused": (
        "…; the scenes imported before it (1) are in …",
        "band 950 of scene 'abbey' is 940 nm, but 950 nm in …; import it into another dataset",
    ),
    "unit/preprocessing/test_colour_dataset.py::test_colours_that_would_be_worse_are_left": (
        "…/a_RGB.png is not corrected, as its colours would be worse: mean ΔE00 … now, and … for "
        "patches that the correction does not know; leave it as it is",
    ),
    "unit/preprocessing/test_colour_dataset.py::test_an_overexposed_chart": (
        "the ColorChecker in …/a_RGB.png is overexposed: fewer than 15 of its patches are below "
        "full scale; use another photograph of it",
    ),
    "unit/preprocessing/test_import_scenes.py::test_a_file_that_is_there_is_not_written_over": (
        "…_ms_950.png already exists and is not overwritten; move it elsewhere",
    ),
    "unit/preprocessing/test_register_dataset.py::test_bands_that_share_too_little_are_refused": (
        "the bands of scene a share only 19 × 189 pixels with …/a_RGB.png; remove bands that show "
        "another part",
    ),
    "unit/preprocessing/test_register_dataset.py::"
    "test_a_painting_outside_of_every_band_is_refused": (
        "scene a has no pixel that is painting and valid in every band; check its masks in "
        "…/object",
    ),
    "e2e/test_register.py::test_too_large_a_residual": (
        "… is not aligned with its photograph after registration: the residual is 1.2 px, and 1 px "
        "are allowed; try --model homography, or raise --max-residual",
    ),
}
