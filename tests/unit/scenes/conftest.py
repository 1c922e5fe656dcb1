"""Files of one scene."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from artextract_cli.scenes.scene import SceneFiles
from tests.helpers.scene_files import BANDS, RGB, SHAPE, write


@pytest.fixture
def files(tmp_path: Path) -> SceneFiles:
    """A 16-bit photograph, and bands as 16-bit grey, 8-bit RGBA and float TIFF."""
    full = np.full(SHAPE, 255, np.uint8)
    grey8 = (BANDS[1] >> 8).astype(np.uint8)
    tifffile.imwrite(tmp_path / "c.tif", BANDS[2] / np.float32(65535))
    return SceneFiles(
        name="s",
        split="train",
        rgb=write(tmp_path / "s_RGB.png", RGB),
        bands=(
            write(tmp_path / "a.png", BANDS[0]),
            write(tmp_path / "b.png", np.dstack([grey8, grey8, grey8, full])),
            tmp_path / "c.tif",
        ),
        band_ids=("a", "b", "c"),
        wavelengths=(450.0, 650.0, 950.0),
        truth=None,
        mask=None,
        clean=None,
    )
