from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io

from artextract_cli import Capture, InputError
from artextract_cube import HarvardOptions
from artextract_cube.harvard import read

RNG = np.random.default_rng(0)
SIZE = (6, 8)
CALIB = RNG.uniform(0.5, 2, 31)


def write(path: Path, **more: Any) -> np.ndarray:
    """A scene (H, W, 31)."""
    ref = RNG.uniform(0, 0.05, (*SIZE, 31))
    scipy.io.savemat(path, {"ref": ref, **more})
    return ref


def only(source: Path, **options: Any) -> Capture:
    (capture,) = read(source, HarvardOptions(**options))
    return capture


@pytest.mark.parametrize("is_beside", [False, True], ids=["in the file", "beside it"])
@pytest.mark.parametrize(
    ("how", "factors"), [("divide", 1 / CALIB), ("multiply", CALIB), ("none", np.ones(31))]
)
def test_the_calibration_is_applied(
    tmp_path: Path, is_beside: bool, how: str, factors: np.ndarray
) -> None:
    path = tmp_path / "img1.mat"
    if is_beside:
        (tmp_path / "calib.txt").write_text(" ".join(f"{value:.9g}" for value in CALIB))
    wanted = write(path, **({} if is_beside else {"calib": CALIB})) * factors
    capture = only(path, calibration=how)
    assert (capture.name, capture.wavelengths) == ("img1", tuple(range(420, 721, 10)))
    np.testing.assert_allclose(capture.bands, wanted / wanted.max(), rtol=1e-5)
    scaled = only(path, calibration=how, scale=0.5)
    np.testing.assert_allclose(scaled.bands, wanted / 0.5, rtol=1e-5)


def test_what_moved_is_masked_and_is_not_the_brightest(tmp_path: Path) -> None:
    labels = np.ones(SIZE, np.uint8)
    labels[2, 3] = 0
    ref = RNG.uniform(0, 0.05, (*SIZE, 31))
    ref[2, 3] = 9
    scipy.io.savemat(tmp_path / "img1.mat", {"ref": ref, "lbl": labels})
    capture = only(tmp_path)
    assert capture.mask is not None
    np.testing.assert_array_equal(capture.mask, labels == 1)
    ref[2, 3] = 0
    np.testing.assert_allclose(capture.bands, ref / ref.max(), rtol=1e-5)


def test_a_photograph_is_rendered(tmp_path: Path) -> None:
    ref = np.full((*SIZE, 31), 0.02)
    ref[0, 0] = 0
    scipy.io.savemat(tmp_path / "img1.mat", {"ref": ref})
    np.testing.assert_allclose(only(tmp_path).rgb[1:], 1, atol=1e-4)
    assert only(tmp_path, centres="450,550").wavelengths == (450, 550)


def test_every_file_of_a_folder_is_a_scene(tmp_path: Path) -> None:
    for name in ("img2", "img1"):
        write(tmp_path / f"{name}.mat")
    assert [scene.name for scene in read(tmp_path, HarvardOptions())] == ["img1", "img2"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"cube": np.ones((2, 2, 31))}, "contains no ref"),
        ({"ref": np.ones((2, 2, 30))}, r"contains a ref of shape \(2, 2, 30\)"),
        ({"ref": np.ones((2, 2, 31)), "lbl": np.ones((2, 3))}, r"lbl of shape \(2, 3\)"),
        ({"ref": np.ones((2, 2, 31)), "calib": np.ones(30)}, "calib should be 31 numbers"),
        ({"ref": np.ones((2, 2, 31)), "calib": np.zeros(31)}, "calib should be 31 numbers"),
        ({"ref": np.full((2, 2, 31), np.nan)}, "not finite"),
        ({"ref": np.zeros((2, 2, 31))}, "at 420, 430, 440, 450, ... nm have the same value"),
    ],
)
def test_files_that_are_no_scenes(tmp_path: Path, content: dict[str, Any], said: str) -> None:
    scipy.io.savemat(tmp_path / "img1.mat", content)
    with pytest.raises(InputError, match=said):
        only(tmp_path)


def test_a_calibration_of_words_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "img1.mat")
    (tmp_path / "calib.txt").write_text("see the README")
    with pytest.raises(InputError, match=r"calib.txt should contain 31 numbers"):
        only(tmp_path)
