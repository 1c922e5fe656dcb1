"""Writing reflectance, and what is carried over beside it."""

from pathlib import Path

import numpy as np

from artextract_cli.io.images import read_counts
from artextract_cli.preprocessing.dataset_writer import (
    carry_photograph,
    carry_statement,
    carry_truth,
    write_mask,
    write_reflectance,
)
from artextract_cli.scenes.dataset import open_dataset
from tests.helpers.datasets import write_scene


def test_reflectance_is_written_in_16_bit_in_its_place(tmp_path: Path) -> None:
    root, work = tmp_path / "data", tmp_path / "work"
    values = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4, 1)
    write_reflectance(work, root, root / "val" / "ms_masks" / "a_ms_650.bmp", values)
    counts = read_counts(work / "val" / "ms_masks" / "a_ms_650.png")
    assert np.array_equal(counts[..., 0], np.rint(values[..., 0] * 65535.0).astype(np.uint16))


def test_a_mask_is_written_only_where_something_does_not_measure(tmp_path: Path) -> None:
    write_scene(tmp_path / "data", "val", "a")
    (files,) = open_dataset(tmp_path / "data").scenes
    measures = np.ones((40, 48), np.bool_)
    target = tmp_path / "work" / "val" / "object" / "a_mask.png"
    write_mask(tmp_path / "work", files, "a", measures)
    assert not target.exists()
    measures[3, 4] = False
    write_mask(tmp_path / "work", files, "a", measures)
    assert np.array_equal(read_counts(target)[..., 0] == 255, measures)


def test_photograph_truth_and_statement_are_copied(tmp_path: Path, dataset: Path) -> None:
    scenes = open_dataset(dataset).scenes
    work = tmp_path / "work"
    work.mkdir()
    carry_statement(work, dataset, scenes)
    files = next(scene for scene in scenes if scene.truth is not None)
    carry_truth(work, dataset, files)
    carry_photograph(work, dataset, files)
    for path in (dataset / "dataset.yaml", files.truth, files.rgb):
        assert (work / path.relative_to(dataset)).read_bytes() == path.read_bytes()
