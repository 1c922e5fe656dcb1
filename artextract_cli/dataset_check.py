"""Checking a dataset: every problem of its layout and of its pictures at once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from artextract_cli.contract import FloatArray
from artextract_cli.dataset import list_dataset
from artextract_cli.dataset_layout import Finding
from artextract_cli.errors import InputError
from artextract_cli.picture import Picture, decode_picture
from artextract_cli.registration import measure_shift, outlines
from artextract_cli.scene import SceneFiles, check_same_size, read_mask, read_truth

__all__ = ["DatasetCheck", "Finding", "SceneRow", "SplitRow", "check_dataset"]

WARNING_SHIFT, ERROR_SHIFT = 0.5, 3.0
"""In px, between a band and its photograph."""

SATURATED_SHARE = 0.01
DARK_LEVEL = 0.02
"""A picture whose 99th percentile is below this is as good as black."""


@dataclass(frozen=True, kw_only=True)
class SceneRow:
    """What one scene consists of."""

    split: str
    scene: str
    size: tuple[int, int] | None
    """(H, W) of the photograph; None where it cannot be read."""

    depth: str
    """Of the photograph, then of the bands: ``uint8, uint16``."""

    bands: tuple[str, ...]
    wavelengths: tuple[float, ...] | None
    """In nm."""

    truth: bool
    mask: bool
    largest_shift: float | None
    """Of a band against the photograph, in px; None where none can be told."""


@dataclass(frozen=True, kw_only=True)
class SplitRow:
    """How much a split holds, and where the wavelengths of its bands come from."""

    split: str
    scenes: int
    bands: int
    wavelengths_from: str


@dataclass(frozen=True, kw_only=True)
class DatasetCheck:
    """All that was found in a dataset."""

    root: Path
    findings: tuple[Finding, ...]
    rows: tuple[SceneRow, ...]
    splits: tuple[SplitRow, ...]


@dataclass(frozen=True, kw_only=True)
class _Photograph:
    path: Path
    shape: tuple[int, ...]
    depth: str
    outlines: FloatArray


def check_dataset(root: Path, wavelengths: Sequence[float] | None = None) -> DatasetCheck:
    """Check layout and pictures of a dataset, and go on after every problem.

    ``wavelengths`` as for :func:`artextract_cli.dataset.open_dataset`.

    Raises
    ------
    InputError
        If there are no scenes.
    UsageError
        If ``wavelengths`` are no wavelengths in nm.
    """
    dataset, findings = list_dataset(root, wavelengths)
    if all(scene.wavelengths is None for scene in dataset.scenes):
        findings += _uneven_bands(dataset.scenes)
    rows = tuple(_SceneCheck(scene, findings).row() for scene in dataset.scenes)
    ...
