"""Figures to draw, and what was drawn."""

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from artextract_cli.visualization.panels import pair_figure

MAGIC = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


def keep_figures(monkeypatch: pytest.MonkeyPatch, *modules: ModuleType) -> list[Figure]:
    """The figures that these modules draw, kept instead of written."""
    kept: list[Figure] = []
    for module in modules:
        monkeypatch.setattr(module, "save", lambda figure, *where, **page: kept.append(figure))
    return kept


def draw_pair(out: Path, size: tuple[int, int] = (31, 45), **changes: Any) -> None:
    rng = np.random.default_rng(0)
    options: dict[str, Any] = {
        "title": "a painting",
        "bands": [("band 950 nm", rng.random(size).astype(np.float32))],
        "score_label": "heat map",
        "numbers": {"distance": 0.4123, "similarity": 0.8},
    } | changes
    score = np.linspace(0, 4, size[0] * size[1], dtype=np.float32).reshape(size)
    pair_figure(rng.random((*size, 3)).astype(np.float32), score, out=out, **options)


def epochs(*losses: tuple[float, float | None]) -> list[dict[str, float | None]]:
    return [
        {"epoch": number, "train_loss": train, "val_loss": val}
        for number, (train, val) in enumerate(losses, start=1)
    ]


def grid_graph(rows: int, columns: int, side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, edges in both directions and centroids of square superpixels."""
    ids = np.arange(rows * columns).reshape(rows, columns)
    across = [ids[:, :-1].ravel(), ids[:, 1:].ravel()]
    down = [ids[:-1].ravel(), ids[1:].ravel()]
    forward = np.concatenate([across, down], axis=1)
    centroids = np.stack(np.divmod(ids.ravel(), columns), axis=1) * side + (side - 1) / 2
    edges = np.concatenate([forward, forward[::-1]], axis=1)
    return ids.repeat(side, 0).repeat(side, 1).astype(np.int32), edges, centroids
