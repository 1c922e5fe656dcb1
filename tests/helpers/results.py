"""A results directory made by hand, whose scores are known by construction."""

import csv
import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from artextract_cli.results.reader import open_results
from artextract_cli.results.regions import REGION_COLUMNS
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.verdict import verdict_of
from artextract_cli.results.writer import write_description
from artextract_cli.scenes.checks.registration import Registration
from tests.helpers.datasets import write_png

SIZE = (60, 80)
STRONG = (slice(10, 20), slice(50, 70))
LOW, HIGH = 0.5, 3.5
NOT_PAINTED = slice(55, 60)  # rows
WAVELENGTHS = (450.0, 650.0, 850.0)
INFERENCE = {
    "name": "infer",
    "source": "/captures/dataset",
    "parameters": {
        "model": "/models/gat",
        "model_sha256": "0" * 64,
        "heat_map_score": "fused",
        "expect": "either",
        "engine": "torch",
        "device": "cpu",
        "scales": [1, 2],
        "block_side_px": None,
    },
    "figures": {"superpixels": 192},
    "artextract": "0.1.0",
}
ABOUT = {"format", "format_version", "sha256", "files"}


def make_photograph(size: tuple[int, int] = SIZE) -> np.ndarray:
    """Broad stripes (H, W, 3) uint8 that JPEG leaves as they are, more or less."""
    across = np.linspace(60, 200, size[1] // 8 + 1).repeat(8)[: size[1]]
    return np.stack([np.tile(across, (size[0], 1)), *np.full((2, *size), 120)], axis=-1).astype(
        "u1"
    )


def make_heatmap(size: tuple[int, int] = SIZE) -> np.ndarray:
    """0.5 everywhere, 3.5 in a block, NaN in the last rows."""
    heatmap = np.full(size, LOW, np.float32)
    heatmap[STRONG] = HIGH
    heatmap[NOT_PAINTED] = np.nan
    return heatmap


def described(path: Path) -> dict[str, str]:
    return {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def write_result(
    root: Path,
    *,
    folder: str = "made",
    band_ids: Sequence[str] = ("450", "650", "850"),
    **changes: Any,
) -> SceneResult:
    """Write sources below ``root/dataset`` and one scene below ``root/results``."""
    photograph = root / "dataset" / "val" / "rgb_images" / f"{folder}_RGB.png"
    write_png(photograph, make_photograph())
    bands = []
    for index, band in enumerate(band_ids):
        path = root / "dataset" / "val" / "ms_masks" / f"{folder}_ms_{index}.png"
        write_png(path, np.uint16(make_photograph()[..., 0]) * 200 + 1000 * index)
        bands.append({"id": band, **described(path)})
    target = root / "results" / folder
    target.mkdir(parents=True)
    heatmap = make_heatmap()
    evidence = np.stack([np.full(SIZE, level, np.float32) for level in (-4, 0, 2)])
    maps = {"heatmap": heatmap, "bands": evidence, "hidden": heatmap * 0}
    if changes.get("learns_from") != "views":
        maps |= {"dark": heatmap, "light": np.minimum(heatmap, LOW)}
    for name, pixels in maps.items():
        tifffile.imwrite(target / f"{name}.tif", pixels, photometric="minisblack", metadata=None)
    write_regions(target / "regions.csv", band_ids[-1])
    description = {
        "scene": folder,
        "split": "val",
        "photograph": described(photograph),
        "bands": bands,
        "object_mask": None,
        "wavelengths_nm": WAVELENGTHS,
        "shape": SIZE,
        "n_superpixels": 192,
        "model": {"path": str(root / "no-model"), "sha256": "0" * 64},
        "backbone": {"name": "gat", "distribution": "artextract", "version": "0.1.0"},
        "superpixels": {"name": "slic", "distribution": "artextract", "version": "0.1.0"},
        "objective": {"name": "hidden-layer", "distribution": "artextract", "version": "0.1.0"},
        "learns_from": "layers",
        "scorer": {"name": "distance", "distribution": "artextract", "version": "0.1.0"},
        "heat_map_of": "pixels",
        "expect": "either",
        "engine": "torch",
        "device": "cpu",
        "artextract": "0.1.0",
        "euclidean_distance": {"fused": 0.7},
        "cosine_similarity": {"fused": -0.25},
        "image_level": {"score": 2.0, "false_alarm_rate": 0.01, "something_is_there": True},
        "share_above_1_percent_false_alarms": 0.04,
        "signs": {"darker": 0.03, "lighter": 0.01},
        "registration": Registration(residuals={band_ids[-1]: 0.3}).described(),
        "share_blue": 0.96,
        "warnings": [],
        "history": [INFERENCE],
    } | changes
    whole = description["image_level"] or {}
    share = description["share_above_1_percent_false_alarms"]
    description.setdefault("verdict", verdict_of(whole.get("something_is_there"), share))
    write_description(target, description)
    return next(scene for scene in open_results(root / "results") if scene.path == target)


def with_layers(root: Path, **more: Any) -> SceneResult:
    """Results of a scene with a grey radiograph, half of it light, and a coloured fluorescence.

    The radiograph has a mask and a map: 4 deviations in the block `STRONG`, else -4.
    """
    folder = root / "dataset" / "val" / "layers"
    images = {
        "xray": np.uint16(np.arange(SIZE[1]) >= SIZE[1] // 2) * np.ones(SIZE, np.uint16) * 40000,
        "uv": make_photograph(),
        "mask": np.full(SIZE, 255, np.uint8),
    }
    for name, picture in images.items():
        write_png(folder / f"{name}.png", picture)
    calibration = {"scores": [0, 1, 2, 4], "levels": [0, 1, 2, 3]}
    evidence = {"one_sided": True, "calibration": calibration, "strong_share": 0.04}
    path, uv = folder / "xray.png", folder / "uv.png"
    layers = {
        "xray": {
            "kind": "radiograph",
            **described(path),
            "mask": described(folder / "mask.png"),
            "evidence": evidence,
        },
        "uv": {"kind": "fluorescence", **described(uv), "mask": None, "evidence": None},
    }
    result = write_result(root, layers=layers, **more)
    residuals = np.full(SIZE, -4, np.float32)
    residuals[STRONG], residuals[NOT_PAINTED] = 4, np.nan
    tifffile.imwrite(
        result.path / "layer_xray.tif", residuals, photometric="minisblack", metadata=None
    )
    return sealed_again(result)


def sealed_again(result: SceneResult, **changes: Any) -> SceneResult:
    """The same results after their files were changed as `infer` could have written them."""
    kept = {k: v for k, v in result.description.items() if k not in ABOUT}
    return dataclasses.replace(result, description=write_description(result.path, kept | changes))


def write_regions(path: Path, band: str) -> None:
    """The strong block, a small place, and one of a single pixel."""
    rows = [
        (1, 14.5, 59.5, 10, 50, 20, 70, 200, 3.5, 3.5, 0.000316, band, "darker"),
        (2, 40.0, 10.0, 38, 7, 43, 14, 30, 2.5, 2.7, 0.00316, band, "lighter"),
        (3, 50.0, 40.0, 50, 40, 51, 41, 1, 2.1, 2.1, 0.00794, band, "darker"),
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerows([REGION_COLUMNS, *rows])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
