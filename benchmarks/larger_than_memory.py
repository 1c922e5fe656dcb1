"""Graph building and inference of a scene that is larger than the memory limit.

    python benchmarks/larger_than_memory.py [--side 10000] [--max-memory 4GB] [--work FOLDER]

A scene of 2048 × 2048 pixels with 8 bands is simulated and mirrored to the requested side: tiled
BigTIFF, 16 bit. The output gives time and peak memory of each command, mapped files included, and
compares steps of the score across block borders with those across other lines of the grid from
which superpixels start. For 10 000 pixels it takes about half an hour on two cores, and 20 GB of
disk.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import tifffile
from commands import run
from numpy.typing import NDArray

from artextract_cli.cli.parameters import parse_memory
from artextract_cli.graphs.segmentation import segmentation_blocks, superpixel_side
from artextract_cli.inference.scene_work import memory_plan
from artextract_cli.plugin.contract import superpixel_count
from artextract_cli.scenes.memory_plan import DEFAULT_REGION_SIZE
from artextract_cli.simulate import SceneSettings, simulate_dataset

SIMULATED, TILE, N_BANDS = 2048, 512, 8


def enlarge(folder: Path, side: int) -> None:
    """Replace every image of a dataset by its mirrored repetition of ``side`` × ``side`` pixels."""
    tile = min(TILE, side)
    for path in sorted(folder.glob("val/*s/*.png")):
        picture = imagecodecs.png_decode(path.read_bytes())
        tifffile.imwrite(
            path.with_suffix(".tif"),
            _tiles(picture, side, tile),
            shape=(side, side, *picture.shape[2:]),
            dtype=picture.dtype,
            photometric="rgb" if picture.ndim == 3 else "minisblack",
            tile=(tile, tile),
            bigtiff=True,
            compression="zlib",
            compressionargs={"level": 1},
        )
        path.unlink()
    shutil.rmtree(folder / "val" / "truth")


def _tiles(picture: NDArray[Any], side: int, tile: int) -> Iterator[NDArray[Any]]:
    n = len(picture)
    place = np.arange(-(-side // tile) * tile) % (2 * n)
    place = np.minimum(place, 2 * n - 1 - place)
    for top in range(0, side, tile):
        for left in range(0, side, tile):
            yield picture[place[top : top + tile][:, None], place[left : left + tile]]


def measured(*words: str) -> dict[str, float]:
    """Run a command of artextract; return its seconds and peak memory in GB."""
    ran = run(*words)
    return {"seconds": round(ran.seconds, 1), "peak_gb": round(ran.peak_bytes / 1e9, 2)}


def steps(heatmap_path: Path, max_memory: str) -> dict[str, Any]:
    """Mean step of the score across block borders, and across other lines of their grid.

    Superpixels start from this grid, and end along its lines more often than elsewhere.
    """
    heatmap = tifffile.imread(heatmap_path)
    plan = memory_plan(parse_memory(max_memory), Path())
    workspace = plan.workspace(heatmap.size, N_BANDS)
    if workspace is None:
        return {"blocks": 1}
    side = superpixel_side(
        heatmap.shape, superpixel_count(heatmap.shape, None, DEFAULT_REGION_SIZE)
    )
    blocks = segmentation_blocks(heatmap.shape, side, workspace)
    at: list[float] = []
    elsewhere: list[float] = []
    for axis, cuts in enumerate(({b.top for b in blocks}, {b.left for b in blocks})):
        lines = np.moveaxis(heatmap, axis, 0)
        for line in range(side, len(lines), side):
            step = float(np.abs(lines[line] - lines[line - 1]).mean())
            (at if line in cuts else elsewhere).append(step)
    error = np.std(elsewhere) / np.sqrt(len(at))
    return {
        "blocks": len(blocks),
        "step_at_borders": round(float(np.mean(at)), 5),
        "step_elsewhere": round(float(np.mean(elsewhere)), 5),
        "standard_error": round(float(error), 5),
    }


def main() -> None:
    """Create the scene, run both commands, print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=10_000)
    parser.add_argument("--max-memory", default="4GB")
    parser.add_argument("--work", type=Path, help="Folder for 20 GB of temporary files.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.work) as work:
        data, graphs, results = (Path(work, name) for name in ("data", "graphs", "results"))
        simulate_dataset(data, train=0, val=1, seed=5, settings=SceneSettings(size=SIMULATED))
        enlarge(data, asked.side)
        limit = ("--max-memory", asked.max_memory)
        infer = ("infer", str(data), "--out", str(results), "--device", "cpu", *limit)
        report: dict[str, Any] = {
            "side": asked.side,
            "max_memory": asked.max_memory,
            "graph build": measured("graph", "build", str(data), "--out", str(graphs), *limit),
            "infer": measured(*infer),
        }
        (heatmap,) = results.glob("*/heatmap.tif")
        report |= steps(heatmap, asked.max_memory)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
