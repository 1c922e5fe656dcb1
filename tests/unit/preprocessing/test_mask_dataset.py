"""Masks for the scenes that have none."""

from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import UsageError
from artextract_cli.preprocessing.mask_dataset import find_mask, mask_dataset
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.history import read_history
from tests.helpers.datasets import write_png, write_scene


def test_a_mask_that_is_given_is_kept(tmp_path: Path) -> None:
    write_scene(tmp_path / "data", "val", "a")
    mask = np.zeros((40, 48), np.uint8)
    mask[:20] = 255
    write_png(tmp_path / "data" / "val" / "object" / "a_mask.png", mask)
    (row,) = mask_dataset(tmp_path / "data", tmp_path / "out")
    assert (row.scene, row.mask, row.painting) == ("a", "given", 0.5)
    (step,) = read_history(tmp_path / "out")["a"]
    assert (step.name, step.figures) == ("mask", {"mask": "given", "painting_share": 0.5})
    (files,) = open_dataset(tmp_path / "out").scenes
    given = tmp_path / "data" / "val" / "object" / "a_mask.png"
    assert files.mask is not None
    assert files.mask.read_bytes() == given.read_bytes()


def test_without_a_backdrop_all_counts_and_a_warning_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert find_mask("a", [np.random.default_rng(0).random((40, 48, 3), np.float32)]) is None
    assert "scene a: no backdrop was found" in capsys.readouterr().err


def test_a_dataset_is_not_masked_into_itself(dataset: Path) -> None:
    with pytest.raises(UsageError, match="is inside the dataset"):
        mask_dataset(dataset, dataset / "masked")
