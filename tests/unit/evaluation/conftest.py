"""A dataset whose hidden square is known."""

from pathlib import Path

import pytest

from tests.helpers.datasets import write_scene
from tests.helpers.scored_datasets import SIZE


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Scenes a and b with the same hidden square, and c without."""
    for name in "abc":
        write_scene(tmp_path / "data", "val", name, size=SIZE, hidden=name != "c")
    return tmp_path / "data"
