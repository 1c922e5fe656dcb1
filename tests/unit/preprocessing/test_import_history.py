import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from artextract_cli import Capture, Importer, import_dataset
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.preprocessing import import_history
from artextract_cli.scenes.history import history_path, read_history

RGB, BANDS = np.zeros((8, 9, 3), np.uint8), np.ones((8, 9, 2), np.uint16)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """An importer ``toy`` of captures with these names."""

    def install(*names: str) -> None:
        found = [Capture(name=n, rgb=RGB, bands=BANDS, wavelengths=[650, 950]) for n in names]
        spec = Importer(name="toy", summary="", load=lambda: lambda path, options: found)
        plugin = Plugin(spec=spec, distribution="artextract-toy", version="1.0")
        monkeypatch.setitem(plugin_host().plugins, ("importers", "toy"), plugin)

    return install


def digests(step: import_history.ProcessingStep) -> dict[str, str]:
    return dict(step.figures["files_sha256"])


def test_an_import_starts_the_history(toy: Callable[..., None], tmp_path: Path) -> None:
    source, out = tmp_path / "lady", tmp_path / "data"
    source.mkdir()
    (source / "photo.png").write_bytes(b"photo")
    (source / ".DS_Store").write_bytes(b"")
    toy("lady")
    import_dataset("toy", source, out)
    (step,) = read_history(out)["lady"]
    assert (step.name, step.source) == ("import", str(source.resolve()))
    assert step.parameters["importer"]["distribution"] == "artextract-toy"
    assert (step.figures["width_px"], step.figures["height_px"], step.figures["bands"]) == (9, 8, 2)
    assert digests(step) == {"photo.png": hashlib.sha256(b"photo").hexdigest()}


def test_each_scene_has_its_own_files(toy: Callable[..., None], tmp_path: Path) -> None:
    source, out = tmp_path / "both", tmp_path / "data"
    (source / "a").mkdir(parents=True)
    for name in ("a/1.png", "a/2.png", "b_1.png", "c_1.png"):
        (source / name).write_bytes(name.encode())
    toy("a", "b")
    import_dataset("toy", source, out)
    history = read_history(out)
    assert set(digests(history["a"][0])) == {"a/1.png", "a/2.png"}
    assert set(digests(history["b"][0])) == {"b_1.png"}


def test_a_collection_is_not_listed(
    toy: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "source").mkdir()
    for number in range(3):
        (tmp_path / "source" / f"{number}.png").write_bytes(b"")
    monkeypatch.setattr(import_history, "MAX_FILES", 2)
    toy("x")
    import_dataset("toy", tmp_path / "source", tmp_path / "data")
    assert digests(read_history(tmp_path / "data")["x"][0]) == {}


def test_a_repeated_import_adds_nothing_and_mends(toy: Callable[..., None], tmp_path: Path) -> None:
    source, out = tmp_path / "one.cube", tmp_path / "data"
    source.write_bytes(b"cube")
    toy("x")
    import_dataset("toy", source, out)
    first = history_path(out, "x").read_bytes()
    source.write_bytes(b"another")
    import_dataset("toy", source, out)
    assert history_path(out, "x").read_bytes() == first
    # Of a dataset of an earlier version.
    history_path(out, "x").unlink()
    import_dataset("toy", source, out)
    assert digests(read_history(out)["x"][0]) != {}
    assert history_path(out, "x").read_bytes() != first


def test_a_dry_run_writes_no_history(toy: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "one.cube").write_bytes(b"cube")
    toy("x")
    import_dataset("toy", tmp_path / "one.cube", tmp_path / "data", dry_run=True)
    assert not (tmp_path / "data").exists()
