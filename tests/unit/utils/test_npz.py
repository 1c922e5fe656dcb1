"""Archives of arrays, intact and damaged."""

from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.utils.npz import DAMAGE, opened_npz


def test_arrays_come_back(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.arange(5), y=np.eye(2))
    with opened_npz(tmp_path / "a.npz") as arrays:
        assert arrays["x"].tolist() == [0, 1, 2, 3, 4]
        assert np.array_equal(arrays["y"], np.eye(2))


@pytest.mark.parametrize("at", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_any_cut_is_damage(tmp_path: Path, at: float) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, x=np.arange(500))
    content = path.read_bytes()
    path.write_bytes(content[: int(at * len(content))])
    with pytest.raises(DAMAGE), opened_npz(path) as arrays:
        arrays["x"]


def test_what_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARTEXTRACT_MAX_PIXELS", "100")
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros(10_000))
    with pytest.raises(InputError, match=r"claims .* bytes"), opened_npz(tmp_path / "a.npz"):
        pass
