"""Pyramidal TIFF: its layout, its pixels, and what an independent reader makes of it."""

import itertools
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from artextract_cli.errors import InputError, UsageError
from artextract_cli.export.image_pyramid import TILE, Shown, write_pyramid
from artextract_cli.imaging.heatmap import colour
from artextract_cli.results.scene_result import SceneResult
from tests.helpers.command_line import Ran
from tests.helpers.results import NOT_PAINTED, make_heatmap, sealed_again, write_result

SIZE = (601, 1100)
SIZES = [(601, 1100), (300, 550), (150, 275), (75, 137)]


@pytest.fixture
def result(tmp_path: Path) -> SceneResult:
    """Scores by construction, and an overlay in which no two neighbours are alike."""
    made = write_result(tmp_path, pixels_per_mm=4.0)
    tifffile.imwrite(made.path / "heatmap.tif", make_heatmap(SIZE), metadata=None)
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    overlay = np.stack([rows * 255 // SIZE[0], columns * 255 // SIZE[1], (rows + columns) % 7], -1)
    Image.fromarray(overlay.astype(np.uint8)).save(made.path / "overlay.png")
    return sealed_again(made)


@pytest.mark.parametrize("show", ["overlay", "heatmap"])
def test_what_was_changed_is_refused(result: SceneResult, show: Shown) -> None:
    (path,) = result.path.glob(f"{show}.*")
    path.write_bytes(path.read_bytes() + b"0")
    with pytest.raises(InputError, match=rf"{path.name} is damaged or has been changed"):
        write_pyramid(result, result.path.parent / "out.ptif", show=show, compression="jpeg")


@pytest.mark.parametrize("compression", ["jpeg", "deflate"])
def test_the_layout_that_image_servers_read(result: SceneResult, compression: str) -> None:
    out = result.path.parent / "out.ptif"
    assert write_pyramid(result, out, show="overlay", compression=compression) == SIZES
    with tifffile.TiffFile(out) as file:
        assert [page.shape[:2] for page in file.pages] == SIZES
        assert [int(page.subfiletype) for page in file.pages] == [0, 1, 1, 1]
        assert all(page.tile == (TILE, TILE) for page in file.pages)
        assert all(page.resolutionunit == tifffile.RESUNIT.CENTIMETER for page in file.pages)
        assert [page.resolution[0] for page in file.pages] == [40, 20, 10, 5]
        assert file.series[0].is_pyramidal
        assert not file.is_bigtiff


def test_without_loss_every_level_is_the_mean_of_the_one_before(result: SceneResult) -> None:
    out = result.path.parent / "out.tif"
    write_pyramid(result, out, show="overlay", compression="deflate")
    with tifffile.TiffFile(out) as file:
        levels = [page.asarray() for page in file.pages]
    np.testing.assert_array_equal(levels[0], np.asarray(Image.open(result.path / "overlay.png")))
    for fine, coarse in itertools.pairwise(levels):
        height, width = coarse.shape[:2]
        cells = fine[: 2 * height, : 2 * width].reshape(height, 2, width, 2, 3)
        np.testing.assert_allclose(coarse, cells.mean((1, 3)), atol=0.5)


def test_the_heat_map_has_the_colours_of_its_scores(result: SceneResult) -> None:
    out = result.path.parent / "out.tif"
    write_pyramid(result, out, show="heatmap", compression="deflate")
    shown = tifffile.imread(out, key=0)
    assert (shown[NOT_PAINTED] == 255).all()
    painted = np.isfinite(make_heatmap(SIZE))
    expected = colour(np.nan_to_num(make_heatmap(SIZE)))
    np.testing.assert_array_equal(shown[painted], expected[painted])


@pytest.mark.parametrize("size", [(1, 700), (700, 1), (300, 3)])
def test_thin_pictures(result: SceneResult, size: tuple[int, int]) -> None:
    tifffile.imwrite(result.path / "heatmap.tif", np.full(size, 3.5, np.float32), metadata=None)
    out = result.path.parent / "out.tif"
    sizes = write_pyramid(sealed_again(result), out, show="heatmap", compression="deflate")
    assert min(min(shape) for shape in sizes) == 1
    assert max(sizes[-1]) <= TILE
    for page in range(len(sizes)):
        assert (tifffile.imread(out, key=page) == colour(np.full((1, 1), 3.5, np.float32))).all()


@pytest.mark.skipif(shutil.which("vips") is None, reason="libvips is not installed")
@pytest.mark.parametrize("compression", ["jpeg", "deflate"])
def test_libvips_reads_every_level(result: SceneResult, compression: str) -> None:
    out = result.path.parent / "out.tif"
    write_pyramid(result, out, show="overlay", compression=compression)
    for page, (height, width) in enumerate(SIZES):
        png = out.with_suffix(".png")
        subprocess.run(["vips", "copy", f"{out}[page={page}]", png], check=True)
        seen = np.asarray(Image.open(png)).astype(int)
        assert seen.shape == (height, width, 3)
        whole = np.asarray(Image.open(result.path / "overlay.png").resize((width, height), 4))
        assert np.abs(seen - whole).mean() < 4


def test_what_is_read_is_not_written_over(result: SceneResult) -> None:
    with pytest.raises(UsageError, match=r"use a suffix of \.tif, \.tiff, \.ptif"):
        write_pyramid(result, Path("out.jpg"))
    with pytest.raises(UsageError, match="is inside the results folder"):
        write_pyramid(result, result.path / "heatmap.tif")
    band = {"id": "450", "path": str(result.path.parent / "band.tif")}
    described = {**result.description, "bands": [band]}
    with pytest.raises(UsageError, match="one of the inputs"):
        write_pyramid(SceneResult(path=result.path, description=described), Path(band["path"]))


def test_the_command(run: Callable[..., Ran], result: SceneResult) -> None:
    words = ("visualize", "pyramid", result.path.parent, "--show", "hidden", "--out", "made.tif")
    ran = run("--json", *words)
    assert ran.exit_code == 0
    assert json.loads(ran.stdout)["sizes"] == [[60, 80]]
    (result.path / "hidden.tif").unlink()
    assert run(*words).exit_code == 3
    assert "hidden.tif is missing: run `artextract infer " in run(*words).stderr
