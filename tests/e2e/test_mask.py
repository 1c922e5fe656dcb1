"""Backdrop and colour chart are told from the painting, and are never coloured as found."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from artextract_cli.io.images import read_counts
from artextract_cli.simulate import PALETTES, SceneSettings, simulate_dataset
from tests.helpers.command_line import Ran
from tests.helpers.datasets import write_png

SIZE, TOP, LEFT = 160, 50, 30
PAINTED = np.s_[TOP : TOP + SIZE, LEFT : LEFT + SIZE]
CHART, PATCH = np.s_[8:34, 40:160], np.s_[12:30, 70:110]
BLUE = -np.log10(0.05)


def on_backdrop(path: Path, patch: int) -> None:
    """Put a picture on a grey ground, with a colour chart above it."""
    painting = read_counts(path)
    picture = np.full((SIZE + 80, SIZE + 60, painting.shape[2]), 9000, np.float64)
    picture[PAINTED] = painting * (65535 / np.iinfo(painting.dtype).max)
    picture[CHART] = 40000
    picture[PATCH] = patch
    write_png(path, np.uint16(picture[..., 0] if painting.shape[2] == 1 else picture))


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A clean painting with backdrop, and a chart of which infrared sees a patch."""
    bands = (470.0, 550.0, 650.0, 950.0)
    settings = SceneSettings(
        size=SIZE, wavelengths=bands, palette=PALETTES["old-masters"], kinds=()
    )
    simulate_dataset(tmp_path / "scans", train=0, val=1, seed=5, settings=settings)
    shutil.rmtree(tmp_path / "scans" / "val" / "truth")
    for path in (tmp_path / "scans" / "val").glob("*/*.png"):
        on_backdrop(path, 9000 if path.stem.endswith("_950") else 40000)
    return tmp_path / "scans"


def results(run: Callable[..., Ran], scans: Path) -> Path:
    out = scans.with_name(f"{scans.name}_results")
    ran = run("infer", scans, "--out", out)
    assert ran.exit_code == 0, ran.stderr
    (folder,) = (path for path in out.iterdir() if path.is_dir())
    return folder


def test_what_is_no_painting_is_never_coloured(
    run: Callable[..., Ran], scans: Path, tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in scans.rglob("*") if path.is_file()}
    masked = tmp_path / "masked"
    ran = run("data", "mask", scans, "--out", masked, "--json")
    assert ran.exit_code == 0, ran.stderr
    assert {path: path.read_bytes() for path in scans.rglob("*") if path.is_file()} == before
    (row,) = json.loads(ran.stdout)["scenes"]
    assert row["mask"] == "found"
    mask = read_counts(next((masked / "val" / "object").iterdir()))[..., 0] > 0
    assert row["painting"] == pytest.approx(mask.mean())
    assert mask[PAINTED].mean() > 0.9
    assert mask.sum() == mask[PAINTED].sum()

    assert (tifffile.imread(results(run, scans) / "heatmap.tif")[CHART] > BLUE).any()
    folder = results(run, masked)
    maps = [path for path in folder.glob("*.tif") if path.name != "labels.tif"]
    assert {"heatmap.tif", "residual.tif"} <= {path.name for path in maps}
    for path in maps:
        unknown = np.isnan(tifffile.imread(path).reshape(-1, *mask.shape))
        np.testing.assert_array_equal(unknown, np.broadcast_to(~mask, unknown.shape))
    photograph = read_counts(next((masked / "val" / "rgb_images").iterdir())) / 65535
    overlaid = np.asarray(Image.open(folder / "overlay.png"))
    np.testing.assert_array_equal(overlaid[~mask], np.rint(photograph * 255)[~mask])
    with (folder / "regions.csv").open(encoding="utf-8") as file:
        for region in csv.DictReader(file):
            assert mask[int(float(region["row"])), int(float(region["column"]))]


def test_masks_that_are_there_are_kept(
    run: Callable[..., Ran], scans: Path, tmp_path: Path
) -> None:
    (photograph,) = (scans / "val" / "rgb_images").iterdir()
    mask = np.zeros((SIZE + 80, SIZE + 60), np.uint8)
    mask[:, 50:] = 255
    name = photograph.stem.removesuffix("_RGB")
    write_png(scans / "val" / "object" / f"{name}_mask.png", mask)
    ran = run("data", "mask", scans, "--out", tmp_path / "masked")
    assert ran.exit_code == 0, ran.stderr
    assert "given" in ran.stdout
    kept = tmp_path / "masked" / "val" / "object" / f"{name}_mask.png"
    np.testing.assert_array_equal(read_counts(kept)[..., 0], mask)


def test_a_painting_that_fills_the_picture(
    run: Callable[..., Ran], dataset: Path, tmp_path: Path
) -> None:
    ran = run("data", "mask", dataset, "--out", tmp_path / "masked", "--json")
    assert ran.exit_code == 0, ran.stderr
    assert {row["mask"] for row in json.loads(ran.stdout)["scenes"]} == {"none"}
    assert ran.stderr.count("all of the picture counts as painting") == 5
    assert not list((tmp_path / "masked").rglob("*_mask.png"))
    refused = run("data", "mask", dataset, "--out", dataset / "masked")
    assert refused.exit_code == 2
    assert "is inside the dataset" in refused.stderr


def test_import_finds_the_same_mask(run: Callable[..., Ran], scans: Path, tmp_path: Path) -> None:
    raw = tmp_path / "raw" / "sim_val_0000"
    raw.mkdir(parents=True)
    for path in scans.glob("val/*/*.png"):
        name = path.stem.replace("_ms_", "_")
        shutil.copyfile(path, raw / (f"{name}nm.png" if "_ms_" in path.stem else path.name))
    for command in (
        ("data", "import", "bands", raw, "--out", "taken", "--split", "val", "--auto-mask"),
        ("data", "mask", scans, "--out", "masked"),
    ):
        ran = run(*command)
        assert ran.exit_code == 0, ran.stderr
    taken, masked = (read_counts(next(Path(d).rglob("*_mask.png"))) for d in ("taken", "masked"))
    np.testing.assert_array_equal(taken, masked)
