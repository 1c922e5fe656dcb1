"""Error messages of artextract_cli.simulate."""

from collections.abc import Mapping

from tests.errors.row import Row

SIMULATE = "data simulate {new} --train 1 --val 0 --size 32 "


ROWS = [
    Row(2, "train=0, val=0, seed=0: at least one scene and a seed of 0 or more are required",
        "data simulate {new} --train 0 --val 0"),
    Row(2, "wavelengths must be …", SIMULATE + "--wavelengths 5"),
]  # fmt: skip

# Errors that pass on a sentence from elsewhere, and what that is.
PASSED_ON: Mapping[str, str] = {
    "artextract_cli/simulate/settings.py:__post_init__": "simulate/test_scene.py",
}
