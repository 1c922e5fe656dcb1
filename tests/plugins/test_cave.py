from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from artextract_cli import Capture, InputError, UsageError
from artextract_cube import CaveOptions
from artextract_cube.cave import read
from tests.helpers.datasets import write_png

RNG = np.random.default_rng(0)
SIZE = (6, 8)


def lay_out(root: Path, name: str, depth: type = np.uint16, channels: int = 1) -> np.ndarray:
    """A scene as the database has it, one folder in another; its bands (31, H, W)."""
    folder = root / f"{name}_ms" / f"{name}_ms"
    bands = RNG.integers(0, np.iinfo(depth).max, (31, *SIZE), depth)
    for number, band in enumerate(bands, 1):
        picture = band
        if channels == 4:
            opaque = np.full(SIZE, np.iinfo(depth).max, depth)
            picture = np.stack([band, band, band, opaque], axis=2)
        write_png(folder / f"{name}_ms_{number:02}.png", picture)
    photograph = RNG.integers(0, 256, (*SIZE, 3), np.uint8)
    Image.fromarray(photograph).save(folder / f"{name}_RGB.bmp")
    (folder / "Thumbs.db").write_bytes(b"x")
    return bands


def only(source: Path, **options: Any) -> Capture:
    (capture,) = read(source, CaveOptions(**options))
    return capture


def test_scenes_are_found_at_any_depth(tmp_path: Path) -> None:
    for name in ("feathers", "balloons"):
        lay_out(tmp_path, name)
    write_png(tmp_path / "__MACOSX" / "._x_ms_01.png", np.zeros(SIZE, np.uint8))
    assert [scene.name for scene in read(tmp_path, CaveOptions())] == ["balloons", "feathers"]
    assert only(tmp_path / "feathers_ms" / "feathers_ms").name == "feathers"


@pytest.mark.parametrize(("depth", "channels"), [(np.uint16, 1), (np.uint8, 4)])
def test_all_bands_come_as_they_are(tmp_path: Path, depth: type, channels: int) -> None:
    bands = lay_out(tmp_path, "watercolors", depth, channels)
    capture = only(tmp_path)
    assert capture.wavelengths == tuple(range(400, 701, 10))
    assert capture.bands.dtype == depth
    np.testing.assert_array_equal(np.moveaxis(capture.bands, 2, 0), bands)
    with Image.open(next(tmp_path.rglob("*.bmp"))) as picture:
        np.testing.assert_array_equal(capture.rgb, np.asarray(picture))


def test_bands_may_be_chosen_and_averaged(tmp_path: Path) -> None:
    bands = lay_out(tmp_path, "clay")
    chosen = only(tmp_path, centres="560,580")
    np.testing.assert_array_equal(np.moveaxis(chosen.bands, 2, 0), bands[[16, 18]])
    wide = only(tmp_path, centres="560", width=20)
    np.testing.assert_allclose(wide.bands[..., 0], bands[15:18].mean(axis=0) / 65535, rtol=1e-5)
    with pytest.raises(UsageError, match="no bands at 850 nm"):
        only(tmp_path, centres="850")


def test_scenes_that_are_not_whole(tmp_path: Path) -> None:
    lay_out(tmp_path, "clay")
    (band,) = tmp_path.rglob("clay_ms_17.png")
    content = band.read_bytes()
    band.unlink()
    with pytest.raises(InputError, match=r"lacks 1 of the 31 bands, the first being clay_ms_17"):
        only(tmp_path)
    write_png(band, np.zeros((3, 3), np.uint16))
    with pytest.raises(InputError, match=r"clay_ms_17.png is 3 × 3"):
        only(tmp_path)
    write_png(band, np.zeros(SIZE, np.uint8))
    with pytest.raises(InputError, match="different depths"):
        only(tmp_path)
    band.write_bytes(content)
    next(tmp_path.rglob("*.bmp")).unlink()
    with pytest.raises(InputError, match=r"one photograph clay_RGB.bmp; there are 0"):
        only(tmp_path)
