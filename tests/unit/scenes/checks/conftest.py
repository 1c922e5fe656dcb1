"""A dataset to damage."""

from pathlib import Path

import pytest

from tests.helpers.checked_datasets import write_scene


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two training scenes and one validation scene without a fault."""
    for seed, (split, name) in enumerate([("train", "a"), ("train", "b"), ("val", "c")]):
        write_scene(tmp_path, split, name, seed)
    return tmp_path
