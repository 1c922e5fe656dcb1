"""The captures of a painting as a camera leaves them."""

from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from artextract_cli import SceneSettings, simulate_dataset
from tests.helpers.datasets import write_png


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a photograph and bands of 450, 550, 650 and 950 nm, all 96 × 96 pixels."""
    root = tmp_path_factory.mktemp("camera")
    settings = SceneSettings(size=96, wavelengths=(450.0, 550.0, 650.0, 950.0))
    simulate_dataset(root / "simulated", train=0, val=1, seed=4, settings=settings)
    for path in (root / "simulated" / "val" / "ms_masks").iterdir():
        copy(path, root / "abbey" / f"abbey_{path.stem.rpartition('_')[2]}nm.png")
    (photograph,) = (root / "simulated" / "val" / "rgb_images").iterdir()
    copy(photograph, root / "abbey" / "abbey.png")
    return root / "abbey"


@pytest.fixture(scope="session")
def misaligned(camera: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same folder with the infrared shifted by 4 rows and 3 columns."""
    folder = tmp_path_factory.mktemp("misaligned") / "abbey"
    for path in camera.iterdir():
        copy(path, folder / path.name, shift=(4, 3) if "950" in path.name else (0, 0))
    return folder


def copy(path: Path, target: Path, shift: tuple[int, int] = (0, 0)) -> None:
    write_png(target, np.roll(imagecodecs.png_decode(path.read_bytes()), shift, axis=(0, 1)))
