"""Datasets with a hidden square, and results that find it."""

from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from artextract_cli.results.writer import write_description
from artextract_cli.utils.checksums import file_digest

SIZE = (20, 24)


def square() -> np.ndarray:
    hidden = np.zeros(SIZE, bool)
    hidden[10:22, 12:30] = True
    return hidden


def write_map(path: Path, values: np.ndarray) -> None:
    made = values.astype(np.float32)
    tifffile.imwrite(path, made, photometric="minisblack", metadata=None)


def write_results(
    results: Path, name: str, heatmap: np.ndarray, described: Any = None, **maps: np.ndarray
) -> None:
    """One scene of a results folder that lies beside the dataset."""
    folder = results / name
    folder.mkdir(parents=True, exist_ok=True)
    photograph = results.parent / "data" / "val" / "rgb_images" / f"{name}_RGB.png"
    digest = file_digest(photograph) if photograph.exists() else "none"
    for kind, values in {"heatmap": heatmap, **maps}.items():
        write_map(folder / f"{kind}.tif", values)
    description = {"scene": name, "photograph": {"sha256": digest}}
    write_description(folder, description | (described or {}))
