"""From a museum's files to a report, in the few commands that docs/import.md names."""

from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from tests.helpers.command_line import Ran
from tests.helpers.cubes import write_envi
from tests.helpers.datasets import write_png

NM = tuple(range(400, 1001, 20))


@pytest.fixture(scope="module")
def cube(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """Reflectance (31, H, W) of a simulated painting."""
    from artextract_cli import SceneSettings, simulate_dataset

    root = tmp_path_factory.mktemp("simulated") / "scans"
    settings = SceneSettings(size=96, wavelengths=tuple(map(float, NM)))
    simulate_dataset(root, train=0, val=1, seed=4, settings=settings)
    files = (next(root.glob(f"val/ms_masks/*_ms_{nm}.png")) for nm in NM)
    return np.stack([imagecodecs.png_decode(path.read_bytes()) / 65535 for path in files])


def reported(run: Callable[..., Ran], *imported: object) -> str:
    """The report that the commands lead to."""
    for words in (
        ("data", "import", *imported, "--out", "scans"),
        ("data", "check", "scans"),
        ("infer", "scans", "--out", "results", "--device", "cpu"),
        ("report", "results", "--out", "report.html"),
    ):
        ran = run(*words)
        assert ran.exit_code == 0, (words, ran.stderr)
    return Path("report.html").read_text(encoding="utf-8")


def test_from_a_picture_for_each_band(run: Callable[..., Ran], cube: np.ndarray) -> None:
    for nm, band in zip(NM, cube, strict=True):
        write_png(Path(f"raw/abbey/abbey_{nm}nm.png"), np.uint16(np.rint(band * 65535)))
    html = reported(run, "bands", "raw")
    assert "abbey" in html
    assert all(f"{nm} nm" in html for nm in NM)


def test_from_a_cube_of_counts_with_frames(run: Callable[..., Ran], cube: np.ndarray) -> None:
    Path("raw").mkdir()
    lamp = np.interp(NM, [400, 550, 800, 1000], [700, 3000, 3600, 1500])[:, None, None]
    for name, share in (("abbey", cube / 0.99), ("WHITE", np.ones((31, 9, 96)))):
        counts = np.rint(share * lamp + 60).astype("u2")
        write_envi(Path(f"raw/{name}.hdr"), counts, NM, order="bil")
    write_envi(Path("raw/DARK.hdr"), np.full((31, 9, 96), 60, "u2"), None, order="bil")
    frames = ("-o", "white=WHITE.hdr", "-o", "dark=DARK.hdr", "-o", "scale=4095")
    html = reported(run, "cube", "raw", *frames)
    assert "abbey" in html
    assert "950 nm" in html
    band = imagecodecs.png_decode(Path("scans/train/ms_masks/abbey_ms_750.png").read_bytes())
    wanted = (cube[NM.index(740)] + cube[NM.index(760)]) / 2  # 20 nm apart: interpolated
    np.testing.assert_allclose(band / 65535, wanted, atol=1e-3)
