"""Scenes worked on block by block, as a user meets those that do not fit into memory."""

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from artextract_cli._typing import FloatArray
from artextract_cli.evaluation.robustness import as_scene
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.segmentation import segmentation_blocks
from artextract_cli.graphs.store import load_graphs, load_pixels
from artextract_cli.graphs.superpixel_graph import build_graphs
from artextract_cli.imaging.blocks import Block, Blocks, Workspace
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.scoring import score_scene
from artextract_cli.results.scene_scores import SceneScores
from artextract_cli.scenes.scene import Scene
from artextract_cli.simulate import (
    DEFAULT_WAVELENGTHS,
    SceneSettings,
    simulate_dataset,
    simulate_scene,
)
from tests.helpers.command_line import Ran

SIDE = 416
"""Larger than the least block, so that a low --max-memory must cut it."""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One scene, its bands as tiled and striped TIFF, its photograph as BigTIFF."""
    root = tmp_path_factory.mktemp("large") / "data"
    simulate_dataset(root, train=0, val=1, seed=4, settings=SceneSettings(size=SIDE))
    for number, path in enumerate(sorted(root.glob("val/*s/*.png"))):
        values = _png(path)
        options = {"tile": (64, 48)} if number % 2 else {"rowsperstrip": 17}
        colours = "rgb" if values.ndim == 3 else "minisblack"
        target = path.with_suffix(".tif")
        tifffile.imwrite(target, values, photometric=colours, bigtiff=values.ndim == 3, **options)
        path.unlink()
    return root


def _png(path: Path) -> np.ndarray:
    import imagecodecs

    values: np.ndarray = imagecodecs.png_decode(path.read_bytes())
    return values


def scene() -> Scene:
    made = simulate_scene((9, 0), SceneSettings(size=256))
    return as_scene(made, DEFAULT_WAVELENGTHS)


def in_blocks(whole: Scene, side: int, scratch: Path) -> Scene:
    return dataclasses.replace(whole, workspace=Workspace(block_side=side, scratch=scratch))


def arrays(scores: SceneScores) -> dict[str, np.ndarray]:
    found = {**scores.maps, "bands": scores.band_maps, "labels": scores.labels}
    found |= {"gradcam": scores.gradcam, "pooled": scores.pooled}
    return found | ({} if scores.attention is None else {"attention": scores.attention})


@pytest.mark.parametrize("name", ["gat", "gcn"])
def test_a_scene_that_fits_into_one_block_has_the_same_bits(name: str, tmp_path: Path) -> None:
    model, whole = open_model(Path(name), device="cpu"), scene()
    expected = arrays(score_scene(model, whole))
    found = arrays(score_scene(model, in_blocks(whole, 256, tmp_path)))
    assert found.keys() == expected.keys()
    for key, array in expected.items():
        np.testing.assert_array_equal(found[key], array, err_msg=key)


def steps(heatmap: FloatArray, blocks: Blocks, side: int) -> tuple[FloatArray, FloatArray]:
    """Mean step of the score across each border of blocks, and each other line of the grid.

    Superpixels start from a grid of ``side`` pixels, and end along its lines more often than along
    others; borders of blocks are lines of it.
    """
    at, elsewhere = [], []
    for axis, cuts in enumerate(({b.top for b in blocks}, {b.left for b in blocks})):
        across = np.abs(np.diff(heatmap, axis=axis)).mean(1 - axis)
        lines = np.arange(side, len(across) + 1, side)
        borders = np.isin(lines, list(cuts))
        at.append(across[lines[borders] - 1])
        elsewhere.append(across[lines[~borders] - 1])
    return np.concatenate(at), np.concatenate(elsewhere)


def test_no_seam_shows_in_the_heat_map(tmp_path: Path) -> None:
    """Over all borders of 289 cut blocks, beside other lines and the same lines of the whole."""
    model, whole = open_model(Path("gat"), device="cpu"), scene()
    cut = in_blocks(whole, 52, tmp_path)
    assert len(cut.blocks(0)) == 25
    blocks = segmentation_blocks(whole.shape, 5, Workspace(block_side=52, scratch=tmp_path))
    made, expected = score_scene(model, cut), score_scene(model, whole)
    (at, elsewhere), (same, others) = (
        steps(scores.maps["heatmap"], blocks, side=5) for scores in (made, expected)
    )
    more, usual = at - same, elsewhere - others
    assert abs(more.mean() - usual.mean()) < 3 * np.hypot(_error(more), _error(usual))
    assert at.mean() < elsewhere.mean() + 3 * elsewhere.std() / np.sqrt(len(at))
    # What is told of pixels alone does not depend on blocks at all.
    np.testing.assert_allclose(made.maps["residual"], expected.maps["residual"], atol=1e-3)
    np.testing.assert_allclose(made.band_maps, expected.band_maps, atol=1e-3)
    both = made.maps["heatmap"].ravel(), expected.maps["heatmap"].ravel()
    assert np.corrcoef(*both)[0, 1] > 0.93
    assert list(tmp_path.iterdir()) == []


def _error(values: FloatArray) -> float:
    return float(values.std() / np.sqrt(len(values)))


def test_scores_of_blocks_are_those_of_the_whole(tmp_path: Path) -> None:
    """Where the picture is a whole number of superpixels wide: then there is but one grid."""
    model, whole = open_model(Path("gat"), device="cpu"), scene().part(Block(0, 0, 255, 255))
    made, expected = (score_scene(model, s) for s in (in_blocks(whole, 100, tmp_path), whole))
    assert made.labels.max() > 1000
    apart = np.abs(made.maps["heatmap"] - expected.maps["heatmap"])
    assert apart.mean() < 0.01
    assert (apart < 1e-3).mean() > 0.9


@pytest.mark.parametrize("segmentation", ["shared", "separate"])
@pytest.mark.parametrize("method", ["slic", "watershed", "felzenszwalb"])
def test_graphs_of_blocks_are_like_those_of_the_whole(
    segmentation: str, method: str, tmp_path: Path
) -> None:
    recipe = GraphRecipe(superpixels=method, segmentation=segmentation)  # type: ignore[arg-type]
    whole = scene()
    whole = dataclasses.replace(whole, bands=whole.bands[..., :2], band_ids=whole.band_ids[:2])
    cut = in_blocks(whole, 130, tmp_path)
    for made, expected in zip(
        build_graphs(cut, recipe).graphs, build_graphs(whole, recipe).graphs, strict=True
    ):
        assert made.counts.sum() == 256**2
        assert made.features.shape[1:] == expected.features.shape[1:]
        assert 0.8 < made.n_nodes / expected.n_nodes < 1.25
        mean_neighbours = [g.edges.shape[1] / g.n_nodes for g in (made, expected)]
        assert mean_neighbours[0] == pytest.approx(mean_neighbours[1], rel=0.1)


def test_the_commands_work_in_blocks(
    dataset: Path, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    results, graphs = tmp_path / "results", tmp_path / "graphs"
    ran = run("infer", dataset, "--out", results, "--max-memory", "1060MB", "--device", "cpu")
    assert ran.exit_code == 0, ran.stderr
    ran = run("graph", "build", dataset, "--out", graphs, "--max-memory", "730MB")
    assert ran.exit_code == 0, ran.stderr
    (folder,) = (path for path in results.iterdir() if path.is_dir())
    for name, pages in {"heatmap": 1, "bands": 8, "attention": 2, "labels": 1}.items():
        with tifffile.TiffFile(folder / f"{name}.tif") as tiff:
            assert len(tiff.pages) == pages
            assert np.isfinite(tiff.asarray()).all()
            assert tiff.pages.first.shape == (SIDE, SIDE)
    (path,) = graphs.glob("val/*.npz")
    assert load_graphs(path).graphs[0].labels.shape == (SIDE, SIDE)
    assert load_pixels(path).shape == (SIDE, SIDE, 11)
    assert {p.name for p in results.iterdir()} == {folder.name, "summary.json", "summary.csv"}
    # In the same place lie the pixels of one band, and of a photograph, as they were.
    band = tifffile.imread(sorted(dataset.glob("val/ms_masks/*"))[0])
    np.testing.assert_array_equal(load_pixels(path)[..., 3], band)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--max-memory", "1MB"], 2, f"--max-memory 1MB is not enough for {SIDE**2} pixels"),
        (["--max-memory", "lots"], 2, "takes an amount such as 4GB or 800MB; got 'lots'"),
        (["--max-memory", "0GB"], 2, "takes an amount such as 4GB or 800MB; got '0GB'"),
    ],
)
def test_amounts_that_will_not_do(
    dataset: Path, run: Callable[..., Ran], words: list[str], code: int, said: str, tmp_path: Path
) -> None:
    for command in (["infer", dataset, "--out"], ["graph", "build", dataset, "--out"]):
        ran = run(*command, tmp_path / "out", *words)
        assert ran.exit_code == code
        assert said in ran.stderr
        assert not list(tmp_path.glob("out/*"))


def test_a_damaged_tile_leaves_no_results(
    dataset: Path, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    copy = Path(shutil.copytree(dataset, tmp_path / "copy"))
    path = sorted(copy.glob("val/ms_masks/*"))[3]
    path.write_bytes(path.read_bytes()[:-40_000])
    ran = run("infer", copy, "--out", tmp_path / "results", "--max-memory", "1060MB")
    assert ran.exit_code == 3
    assert f"{path} is damaged or cut short" in ran.stderr
    assert not list(tmp_path.glob("results/*"))
